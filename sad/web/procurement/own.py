"""What procurement pages load through the organisation: another's does not exist."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad.models.applications import Application, ApplicationDocument
from sad.models.systems import PurchasingSystem, SystemDocument
from sad.web.access import current_organisation, own_or_404


def own_applications() -> Select[tuple[Application]]:
    """The applications that suppliers have submitted to the organisation; drafts are theirs alone."""
    return select(Application).where(
        Application.organisation_id == current_organisation().id, Application.submitted_at.is_not(None)
    )


def own_application(application_id: int) -> Application:
    """One of them with all that its pages show; 404 otherwise."""
    return own_or_404(
        own_applications()
        .where(Application.id == application_id)
        .options(
            joinedload(Application.supplier),
            joinedload(Application.category),
            joinedload(Application.decider),
            joinedload(Application.system).joinedload(PurchasingSystem.organisation),
            selectinload(Application.documents).joinedload(ApplicationDocument.document),
            selectinload(Application.completion_requests),
            selectinload(Application.hearings),
        )
    )


def own_systems() -> Select[tuple[PurchasingSystem]]:
    """The systems of the organisation, drafts included."""
    return select(PurchasingSystem).where(PurchasingSystem.organisation_id == current_organisation().id)


def own_system(system_id: int) -> PurchasingSystem:
    """One of them with all that its pages show; 404 otherwise."""
    return own_or_404(_whole_system(system_id))


def own_draft(system_id: int) -> PurchasingSystem:
    """One that is not open yet; an open one has no page to change it: 404."""
    return own_or_404(_whole_system(system_id).where(PurchasingSystem.opened_at.is_(None)))


def _whole_system(system_id: int) -> Select[tuple[PurchasingSystem]]:
    return (
        own_systems()
        .where(PurchasingSystem.id == system_id)
        .options(
            joinedload(PurchasingSystem.organisation),
            selectinload(PurchasingSystem.categories),
            selectinload(PurchasingSystem.documents).joinedload(SystemDocument.document),
            selectinload(PurchasingSystem.changes),
        )
    )
