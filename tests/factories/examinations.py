"""What is asked of tenderers during the examination, and what they answer."""

from datetime import date, datetime

from sad.actions.low_prices import ask_price, decide_price, explain_price
from sad.db import session
from sad.models.examinations import PriceRequest
from sad.models.offers import Offer
from sad.models.people import Person
from sad.storage import CheckedFile
from tests.factories.evaluations import EXAMINED
from tests.factories.suppliers import member_of

INVOICE = CheckedFile("facture.pdf", "application/pdf", b"%PDF-1.4 surplus")


def make_asked(offer: Offer, *, by: Person, due_on: date, at: datetime = EXAMINED) -> PriceRequest:
    """The row of a request about the price of an offer, whatever that price is, with one answer and its file."""
    request = PriceRequest(
        organisation_id=offer.organisation_id, offer=offer, low_price="32\u00a0% sous la moyenne des autres", days=5, due_on=due_on,
        asked_at=at, asked_by=by.id,
    )
    session.add(request)
    session.flush()
    explain_price(request, "Surplus de récolte.", (INVOICE,), by=member_of(offer.supplier), at=at)
    return request


def make_explained(offer: Offer, text: str = "Surplus de récolte.", *, by: Person, at: datetime = EXAMINED, files=()) -> PriceRequest:
    """The request about the price of the offer, with the answer of its tenderer."""
    request = ask_price(offer, by=by, at=at)
    explain_price(request, text, files, by=member_of(offer.supplier), at=at)
    return request


def make_accepted(offer: Offer, *, by: Person, at: datetime = EXAMINED) -> PriceRequest:
    """The same, with an explanation that holds."""
    make_explained(offer, by=by, at=at)
    return decide_price(offer, "accepted", "La facture le montre.", by=by, at=at)
