"""Court actions: placed when the buyer hears of one, lifted with the judge's decision; meanwhile nothing is signed nor ordered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.journal import record
from sad.actions.mini_tenders import hold
from sad.db import session
from sad.domain.errors import Refusal, refuse
from sad.models.litigation import LitigationHold
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


def hold_of(mini_tender: MiniTender) -> LitigationHold | None:
    """The court action that stops it now, if there is one."""
    live = select(LitigationHold).where(LitigationHold.mini_tender_id == mini_tender.id, LitigationHold.lifted_at.is_(None))
    return session.scalar(live.options(joinedload(LitigationHold.placer).lazyload(Person.roles)))


def hold_faults(mini_tender: MiniTender) -> list[Refusal]:
    """Why its contract cannot be signed now (CJA L551-4)."""
    if hold_of(mini_tender) is None:
        return []
    message = "Un recours est en cours : le marché ne se signe ni ne se notifie jusqu’à la décision du juge."
    return [Refusal(message, "Attendre cette décision, puis l’enregistrer à la page « Recours ».", "AWD-07")]


def place_hold(mini_tender: MiniTender, reason: str, *, by: Person, at: datetime) -> LitigationHold:
    """Record that a judge is seized: which court, which reference. Refused without them, and when one is recorded already."""
    hold(mini_tender)
    if not reason.strip():
        raise refuse("Le recours n’est pas décrit.", "Écrire le tribunal, la référence et le jour reçu.", rule="AWD-07", field="reason")
    if hold_of(mini_tender) is not None:
        raise refuse("Un recours est déjà enregistré sur cette consultation.", "Attendre la décision du juge.", rule="AWD-07")
    placed = LitigationHold(
        organisation_id=mini_tender.organisation_id, mini_tender=mini_tender, reason=reason.strip(), placer=by, placed_at=at
    )
    session.add(placed)
    record("place_hold", placed, by=by, at=at, mini_tender=mini_tender.id, reason=placed.reason)
    return placed


def lift_hold(mini_tender: MiniTender, reason: str, *, by: Person, at: datetime) -> LitigationHold:
    """Record the judge's decision, or the end of the action: signing and ordering are possible again."""
    hold(mini_tender)
    live = hold_of(mini_tender)
    if live is None:
        raise refuse("Aucun recours n’est en cours sur cette consultation.", "Rien à lever.", rule="AWD-07")
    if not reason.strip():
        raise refuse("La décision n’est pas écrite.", "Dire ce que le juge a décidé, et quel jour.", rule="AWD-07", field="reason")
    live.lifter, live.lifted_at, live.lifted_reason = by, at, reason.strip()
    record("lift_hold", live, by=by, at=at, mini_tender=mini_tender.id, reason=live.lifted_reason)
    return live
