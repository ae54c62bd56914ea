"""Saying of each opened offer whether it is regular."""

from datetime import datetime

from sad.actions.evaluations import findings_of, opened_offers, take_up
from sad.actions.journal import record
from sad.db import session
from sad.domain.classification import Findings, classification_faults
from sad.domain.errors import Refused, refuse
from sad.models.offers import Offer
from sad.models.people import Person


def classify_offer(offer: Offer, classification: str, reason: str, *, by: Person, at: datetime) -> Offer:
    """Say that an opened offer is regular, irregular, unacceptable or inappropriate, and why (ANA-01).

    Until an award is proposed another decision may replace it; the journal keeps both. Raises `Refused` with every fault.
    """
    faults = classification_faults(classification, reason, _findings(offer, by, at))
    if faults:
        raise Refused(*faults)
    before = offer.classification
    offer.classification, offer.classification_reason, offer.classified_by = classification, reason.strip(), by.id
    record("classify_offer", offer, by=by, at=at, classification=classification, reason=reason.strip(), before=before)
    return offer


def _findings(offer: Offer, by: Person, at: datetime) -> Findings:
    """What rules say of the offer now, compared with the others; the mini-tender is held."""
    mini_tender = take_up(offer.mini_tender, by=by, at=at)
    session.refresh(offer)
    if not offer.is_opened:
        raise refuse("Cette offre est scellée : personne ne peut rien en dire.", rule="REC-01")
    return findings_of(mini_tender, opened_offers(mini_tender))[offer.id]
