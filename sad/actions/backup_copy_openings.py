"""Opening a backup copy: by two people, when the electronic offer cannot be used and its sending began before the hour (REC-06)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from sad.actions.evaluations import take_up
from sad.actions.journal import record
from sad.actions.late_offers import outages_near
from sad.actions.letters import post_to_supplier
from sad.actions.timekeeping import clock_faults
from sad.db import session
from sad.domain.backup_copies import RULE, CopyOpening, closed_for_good, copy_opening_faults
from sad.domain.errors import Refused, refuse
from sad.letters import backup_copies as letters
from sad.models.backup_copies import BackupCopy
from sad.models.offers import DepositAttempt, Offer, OfferState
from sad.models.outages import Outage
from sad.models.people import Person


def open_backup_copy(copy: BackupCopy, ground: str, reason: str, *, approved_by: Person, by: Person, at: datetime) -> BackupCopy:
    """Say that this copy is opened, on which ground and on what proof; its supplier reads it. Raises `Refused` with every fault."""
    check_copy_opening(copy, ground, reason, by=by, at=at)
    if approved_by.id == by.id:
        raise refuse("Une copie de sauvegarde s’ouvre à deux.", "Une autre personne approuve ce que vous demandez.", rule=RULE)
    copy.ground, copy.ground_reason, copy.opened_at = ground, reason.strip(), at
    copy.asker, copy.approver = by, approved_by
    said: dict[str, Any] = {"ground": ground, "reason": copy.ground_reason, "approved_by": approved_by.id}
    record("open_backup_copy", copy, by=by, at=at, mini_tender=copy.mini_tender_id, **said)
    text = letters.opened(copy, ground, copy.ground_reason)
    post_to_supplier(copy.supplier, text, at=at, organisation_id=copy.organisation_id, mini_tender=copy.mini_tender)
    return copy


def check_copy_opening(copy: BackupCopy, ground: str | None, reason: str, *, by: Person, at: datetime) -> None:
    """Raises `Refused` with every fault unless this copy may be opened now for that reason, by somebody without interest."""
    take_up(copy.mini_tender, by=by, at=at)
    session.refresh(copy)
    faults = [*clock_faults(), *copy_opening_faults(_asked(copy, ground, reason))]
    if faults:
        raise Refused(*faults)


def may_be_opened(copy: BackupCopy) -> bool:
    """Whether somebody could still ask for it, for a good reason."""
    return not list(closed_for_good(_asked(copy, None, "")))


def started_before(copy: BackupCopy) -> Sequence[DepositAttempt]:
    """The attempts of this supplier that began before the deadline and did not end in time, in order.

    One that came before the supplier took its offer back does not count: it wanted none any more.
    """
    mine = (Offer.mini_tender_id == copy.mini_tender_id, Offer.supplier_id == copy.supplier_id)
    taken_back = session.scalar(select(func.max(Offer.ended_at)).where(*mine, Offer.state == OfferState.WITHDRAWN))
    tried = select(DepositAttempt).outerjoin(Offer, Offer.id == DepositAttempt.offer_id).where(
        DepositAttempt.mini_tender_id == copy.mini_tender_id,
        DepositAttempt.supplier_id == copy.supplier_id,
        DepositAttempt.started_at <= copy.closes_at,
        or_(DepositAttempt.offer_id.is_(None), Offer.late),
    )
    if taken_back is not None:
        tried = tried.where(DepositAttempt.started_at > taken_back)
    return session.scalars(tried.order_by(DepositAttempt.started_at, DepositAttempt.id)).all()


def outages_before_deadline(copy: BackupCopy) -> Sequence[Outage]:
    """What our probes saw in the last hours before the deadline, gaps of the watch included."""
    return outages_near(copy.closes_at, until=copy.closes_at)


def electronic_offers(copy: BackupCopy) -> Sequence[Offer]:
    """The deposits of this supplier that stand, in time first."""
    found = select(Offer).where(Offer.mini_tender_id == copy.mini_tender_id, Offer.supplier_id == copy.supplier_id)
    return session.scalars(found.where(Offer.state == OfferState.DEPOSITED).order_by(Offer.late, Offer.id)).all()


def _asked(copy: BackupCopy, ground: str | None, reason: str) -> CopyOpening:
    offers = electronic_offers(copy)
    return CopyOpening(
        is_late=copy.late,
        is_struck_out=copy.struck_out_at is not None,
        is_opened=copy.opened_at is not None,
        has_read_offer=any(offer.is_opened for offer in offers),
        is_broken=any(offer.seal_fault for offer in offers),
        has_begun=bool(started_before(copy)),
        has_outage=bool(outages_before_deadline(copy)),
        ground=ground,
        reason=reason,
    )
