"""Late offers: one that counts was asked for and approved by two people, for the reason that its tenderer reads (REC-04)."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, or_, select

from sad.doctor.deposits import WARN_BUYERS
from sad.doctor.findings import Finding, Site, named, rows
from sad.models.approvals import Approval, ApprovalKind, ApprovalOutcome
from sad.models.journal import JournalEntry
from sad.models.offers import Offer


def opened_without_approval(_site: Site) -> Iterator[Finding]:
    """Late offers opened without a request approved before, in the two names and for the cause that they bear, or without its lines."""
    counted = and_(Offer.late, or_(Offer.is_opened, Offer.late_ground.is_not(None)))
    told = exists().where(
        JournalEntry.object == named("offers", Offer.id),
        JournalEntry.action == "open_late_offer",
        JournalEntry.actor == named("person", Offer.late_asked_by),
    )
    for row in rows(select(Offer.id).where(counted, or_(~_approved(), ~told)).order_by(Offer.id)):
        message = "Cette offre arrivée hors délai compte sans que deux personnes l’aient demandé et approuvé, comme le dit le journal."
        yield Finding(f"offers:{row.id}", message, WARN_BUYERS)


def _approved() -> ColumnElement[bool]:
    """Somebody approved what the offer of the enclosing statement says, and the journal says who."""
    agreed = exists().where(
        JournalEntry.object == named("approvals", Approval.id),
        JournalEntry.action == "approve_act",
        JournalEntry.actor == named("person", Approval.ended_by),
    )
    return exists().where(
        Approval.kind == ApprovalKind.LATE,
        Approval.object == named("offers", Offer.id),
        Approval.outcome == ApprovalOutcome.APPROVED,
        Approval.asked_by == Offer.late_asked_by,
        Approval.ended_by == Offer.late_approved_by,
        Approval.content["ground"].as_string() == Offer.late_ground,
        Approval.content["reason"].as_string() == Offer.late_reason,
        or_(Offer.opened_at.is_(None), Approval.ended_at <= Offer.opened_at),
        agreed,
    )
