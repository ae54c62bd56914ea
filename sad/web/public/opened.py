"""What everybody may see of a system: nothing of a draft, everything once it was opened, for good."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad import clock
from sad.actions.stages import stages_of
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem, SystemDocument
from sad.web.access import own_or_404


def opened() -> Select[tuple[PurchasingSystem]]:
    """The systems that were opened: what is public stays public."""
    return select(PurchasingSystem).where(PurchasingSystem.opened_at <= clock.now())


def opened_system(system_id: int) -> PurchasingSystem:
    """One of them, with all that its pages say of it; 404 for a draft."""
    return own_or_404(
        opened()
        .where(PurchasingSystem.id == system_id)
        .options(
            joinedload(PurchasingSystem.organisation),
            selectinload(PurchasingSystem.categories),
            selectinload(PurchasingSystem.documents).joinedload(SystemDocument.document),
            selectinload(PurchasingSystem.changes),
        )
    )


def roadmap_rows(system: PurchasingSystem) -> list[Stage]:
    """The stages that are on its roadmap, by date."""
    return [row for row in stages_of(system) if row.is_on_roadmap]
