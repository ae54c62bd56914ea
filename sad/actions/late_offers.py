"""Opening one late offer, by two people and for a reason that is the service's own (REC-04, CE 449250)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sad import parameters
from sad.actions.evaluations import take_up
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.offers import live_offer
from sad.actions.openings import open_offer
from sad.actions.outages import outages_between
from sad.actions.shared_keys import context_of, nothing_opens
from sad.actions.timekeeping import clock_faults
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refused, refuse
from sad.domain.late_offers import RULE, LateOpening, late_opening_faults, standing_faults
from sad.letters import offers as letters
from sad.models.offers import Offer, OfferState
from sad.models.outages import Outage
from sad.models.people import Person
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import unwrap


def open_late_offer(offer: Offer, ground: str, reason: str, *, seal_key: bytes, approved_by: Person, by: Person, at: datetime) -> Offer:
    """Open this offer though it came late: it then counts as the others do, and its tenderer is told why.

    An envelope that does not open is flagged. Raises `Refused` with every fault; with another key file, nothing opens.
    """
    check_late_opening(offer, ground, reason, by=by, at=at)
    if approved_by.id == by.id:
        raise refuse("Une offre tardive s’ouvre à deux.", "Une autre personne approuve ce que vous demandez.", rule=RULE)
    mini_tender = offer.mini_tender
    assert mini_tender.wrapped_private_key is not None
    try:
        identity = unwrap(mini_tender.wrapped_private_key, seal_key, context_of(mini_tender))
    except SealBroken as fault:
        raise nothing_opens() from fault
    offer.late_ground, offer.late_reason = ground, reason.strip()
    offer.late_asked_by, offer.late_approved_by = by.id, approved_by.id
    open_offer(offer, mini_tender, identity, at)
    record(
        "open_late_offer",
        offer,
        by=by,
        at=at,
        mini_tender=mini_tender.id,
        ground=ground,
        reason=offer.late_reason,
        approved_by=approved_by.id,
        broken=offer.seal_fault,
    )
    text = letters.late_opened(offer, ground, offer.late_reason, is_opened=offer.is_opened)
    post_to_supplier(offer.supplier, text, at=at, organisation_id=offer.organisation_id, mini_tender=mini_tender)
    return offer


def check_late_opening(offer: Offer, ground: str | None, reason: str, *, by: Person, at: datetime) -> None:
    """Raises `Refused` with every fault unless this late offer may be opened now for that reason, by somebody without interest."""
    take_up(offer.mini_tender, by=by, at=at)
    session.refresh(offer)
    faults = [*clock_faults(), *late_opening_faults(_asked(offer, ground, reason))]
    if faults:
        raise Refused(*faults)


def may_be_proposed(offer: Offer) -> bool:
    """Whether somebody could still ask for it, for a good reason."""
    return not list(standing_faults(_asked(offer, None, "")))


def outages_before(offer: Offer) -> Sequence[Outage]:
    """What our probes saw between the last hours before the deadline and this deposit, gaps of the watch included."""
    return outages_near(offer.closes_at, until=offer.received_at)


def outages_near(closes_at: datetime, *, until: datetime) -> Sequence[Outage]:
    """What our probes saw from the last hours before this deadline until an instant."""
    near = parameters.value("outage_near_deadline_hours", on=paris_day(closes_at))
    return outages_between(closes_at - timedelta(hours=near), until)


def _asked(offer: Offer, ground: str | None, reason: str) -> LateOpening:
    return LateOpening(
        is_live=offer.late and offer.state == OfferState.DEPOSITED and offer.late_ground is None,
        is_opened=offer.is_opened,
        has_other_in_time=live_offer(offer.mini_tender, offer.supplier) is not None,
        ground=ground,
        reason=reason,
        has_outage=bool(outages_before(offer)),
    )
