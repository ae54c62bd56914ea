"""What an opening found, once it may be known."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from sad.actions.assisted_deposits import assistances_of
from sad.db import session
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferFile, OfferState
from sad.models.openings import Opening
from sad.models.people import Person
from sad.reports.opening import OpeningRecord


def opening_record_of(mini_tender: MiniTender, opening: Opening) -> OpeningRecord:
    """All that was received, in the order of reception. `opening` took place: before it, nobody may know this (SEC-01, L2132-1)."""
    people = (joinedload(person).lazyload(Person.roles) for person in (Offer.late_asker, Offer.late_approver))
    received = select(Offer).where(Offer.mini_tender_id == mini_tender.id).options(joinedload(Offer.supplier), *people)
    offers = session.scalars(received.order_by(Offer.received_at, Offer.id)).all()
    live = [offer for offer in offers if offer.state == OfferState.DEPOSITED]
    ended = Counter(offer.state for offer in offers)
    return OpeningRecord(
        opening,
        in_time=[offer for offer in live if not offer.late],
        late=[offer for offer in live if offer.late],
        replaced=ended[OfferState.REPLACED],
        withdrawn=ended[OfferState.WITHDRAWN],
        files=_files(mini_tender),
        assisted=assistances_of(mini_tender),
    )


def _files(mini_tender: MiniTender) -> dict[int, int]:
    """How many files each opened offer holds, by its id."""
    counted = select(OfferFile.offer_id, func.count(OfferFile.id)).join(OfferFile.offer).where(Offer.mini_tender_id == mini_tender.id)
    return dict(session.execute(counted.group_by(OfferFile.offer_id)).all())
