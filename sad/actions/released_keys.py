"""The key of a mini-tender once its offers are open: what an expert needs to read them without this program."""

from datetime import datetime

from sqlalchemy import select

from sad.actions.declarations import check_interests
from sad.actions.journal import record
from sad.actions.openings import opening_of
from sad.actions.shared_keys import nothing_opens
from sad.db import session
from sad.domain.errors import refuse
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import unwrap


def release_key(mini_tender: MiniTender, *, seal_key: bytes, by: Person, at: datetime) -> str:
    """The private key, as the age tool takes it. Raises `Refused` before the opening, or to whoever has not declared its interests."""
    opening = opening_of(mini_tender)
    if opening is None or opening.opened_at is None:
        raise refuse("Les offres sont encore scellées.", "La clé sort avec l’ouverture, par deux personnes.", rule="REC-01")
    check_interests(mini_tender, by)
    assert mini_tender.wrapped_private_key is not None
    try:
        key = str(unwrap(mini_tender.wrapped_private_key, seal_key, f"mini_tender:{mini_tender.id}"))
    except SealBroken as fault:
        raise nothing_opens() from fault
    record("release_key", mini_tender, by=by, at=at, public_key=mini_tender.public_key)
    return key


def opened_envelopes(mini_tender: MiniTender) -> list[int]:
    """The numbers of the offers that were opened, in the order of reception; those that stayed sealed are not among them."""
    opened = select(Offer.id).where(Offer.mini_tender_id == mini_tender.id, Offer.is_opened)
    return list(session.scalars(opened.order_by(Offer.received_at, Offer.id)))


def envelope_of(number: int) -> bytes:
    """The envelope of an offer, byte for byte as it was received."""
    return session.scalars(select(Offer.sealed).where(Offer.id == number)).one()
