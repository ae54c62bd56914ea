"""The system a command is about: the one it names, or the only one open."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad.cli.output import give_up
from sad.db import session
from sad.models.systems import PurchasingSystem, SystemPhase


def chosen_system(reference: str | None, at: datetime) -> PurchasingSystem:
    """The system of that reference, or the only one open at that instant (aware); ends the command where that is not one."""
    whole = select(PurchasingSystem).options(selectinload(PurchasingSystem.categories), joinedload(PurchasingSystem.organisation))
    rows = list(session.scalars(whole.order_by(PurchasingSystem.reference, PurchasingSystem.id)))
    if reference is not None:
        return _only([row for row in rows if row.reference == reference], f"Aucun système n’a la référence « {reference} ».")
    return _only([row for row in rows if row.phase_at(at) is SystemPhase.OPEN], "Aucun système n’est ouvert : en nommer un avec --system.")


def _only(found: list[PurchasingSystem], nothing: str) -> PurchasingSystem:
    if not found:
        give_up(nothing)
    if len(found) > 1:
        give_up(
            f"{len(found)} systèmes sont possibles : en nommer un avec --system.",
            *(f"{row.reference}  {row.title}, {row.organisation.name}" for row in found),
        )
    return found[0]
