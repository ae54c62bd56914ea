"""What an invitee does of its invitation, short of an offer: reads it, says that it will answer or that it will not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import refuse
from sad.domain.phases import is_open
from sad.models.invitations import Intention, Invitation
from sad.models.letters import Letter, LetterBounce
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier


def invitation_of(mini_tender: MiniTender, supplier: Supplier) -> Invitation | None:
    """The line of this supplier in the frozen list of invitees."""
    invited = select(Invitation).where(Invitation.mini_tender_id == mini_tender.id, Invitation.supplier_id == supplier.id)
    return session.scalar(invited)


@dataclass(frozen=True, slots=True)
class Reception:
    """What the invitees of a mini-tender did of their invitation: how many are invited, opened it, mean to answer, declined."""

    invited: int
    opened: int
    will_answer: int
    declined: int


def reception_of(mini_tender: MiniTender) -> Reception:
    """How the invitations were received; no offer is looked at (SEC-01)."""
    means, no = Invitation.intention == Intention.WILL_ANSWER, Invitation.intention == Intention.DECLINED
    counts = select(
        func.count(), func.count(Invitation.seen_at), func.count().filter(means), func.count().filter(no)
    ).where(Invitation.mini_tender_id == mini_tender.id)
    return Reception(*session.execute(counts).one())


def deliveries_of(mini_tender: MiniTender, suppliers: Collection[int]) -> dict[int, tuple[datetime | None, str | None]]:
    """For each of these suppliers, when its invitation was delivered for good, and what the mail answered otherwise, at once or later."""
    stayed = case((LetterBounce.id.is_(None), Letter.sent_at))
    letters = (
        select(Letter.supplier_id, func.max(stayed), func.coalesce(func.max(LetterBounce.reason), func.max(Letter.last_error)))
        .outerjoin(LetterBounce, LetterBounce.letter_id == Letter.id)
        .where(Letter.mini_tender_id == mini_tender.id, Letter.kind == "invitation", Letter.supplier_id.in_(suppliers))
        .group_by(Letter.supplier_id)
    )
    return {supplier: (sent_at, error) for supplier, sent_at, error in session.execute(letters) if supplier is not None}


def see_invitation(invitation: Invitation, *, by: Person, at: datetime) -> Invitation:
    """Note the first time that the supplier opened it."""
    if invitation.seen_at is None:
        invitation.seen_at = at
        record("see_invitation", invitation, by=by, at=at)
    return invitation


def announce_answer(invitation: Invitation, *, by: Person, at: datetime) -> Invitation:
    """Say that the supplier means to answer; it engages it in nothing, and may be said after a « non merci »."""
    _check_open(invitation, at)
    invitation.intention, invitation.decline_reason = Intention.WILL_ANSWER, None
    record("announce_answer", invitation, by=by, at=at)
    return invitation


def decline_invitation(invitation: Invitation, reason: str, *, by: Person, at: datetime) -> Invitation:
    """Say that the supplier will not answer this time, and why; it stays invited to the next ones, and may change its mind."""
    _check_open(invitation, at)
    if not reason.strip():
        raise refuse("La raison manque.", "En choisir une, ou l’écrire en quelques mots.", field="reason")
    invitation.intention, invitation.decline_reason = Intention.DECLINED, reason.strip()
    record("decline_invitation", invitation, by=by, at=at, reason=invitation.decline_reason)
    return invitation


def _check_open(invitation: Invitation, at: datetime) -> None:
    if not is_open(invitation.mini_tender, at):
        raise refuse("Cette consultation ne reçoit plus de réponse.", "Vous restez invité aux suivantes.")
