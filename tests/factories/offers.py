"""Deposits made through the actions: really sealed, with their receipts."""

import itertools
from datetime import datetime, timedelta

from sad.actions.declarations import declare_interests
from sad.actions.offer_terms import terms_of
from sad.actions.offers import submit_offer
from sad.db import session
from sad.domain.offers import OfferContent
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from sad.trust.envelopes import EnvelopeFile
from tests.factories.mini_tenders import CLOSES, SEAL_KEY
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

IN_TIME = CLOSES - timedelta(days=1)
LINK = "http://localhost/fournisseur/consultations/1"
PRICES = ("3.10", "4.00")
VALUES = {"intermediaries": "0", "direct_supply_pct": "80", "organic_or_siqo_pct": "40", "reusable_packaging": True}
PDF = EnvelopeFile("Menu.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n")
numbers = itertools.count(1)


def offered(mini_tender: MiniTender, supplier: Supplier, *, prices=PRICES, vat="5.5", values=None, note="") -> OfferContent:
    """What a supplier offers: a price for each line, nothing missing."""
    lines = [str(line.id) for line in mini_tender.lines]
    content = {
        "prices": dict(zip(lines, prices, strict=True)),
        "vat": dict.fromkeys(lines, vat),
        "values": VALUES if values is None else values,
        "note": note,
    }
    return terms_of(mini_tender, supplier, at=IN_TIME).read(content)


def make_deposit(
    mini_tender: MiniTender,
    supplier: Supplier,
    *,
    at: datetime = IN_TIME,
    written_at: datetime | None = None,
    key: str = "",
    files=(),
    by: Person | None = None,
    **parts,
) -> Offer:
    """A deposit whose last byte came at that instant; it is written then, unless another instant is given."""
    return submit_offer(
        mini_tender,
        supplier,
        offered(mini_tender, supplier, **parts),
        files,
        idempotency_key=key or f"key-{next(numbers)}",
        started_at=at - timedelta(seconds=2),
        received_at=at,
        seal_key=SEAL_KEY,
        link=LINK,
        by=by or member_of(supplier),
        at=written_at or at,
    )


def make_opener(mini_tender: MiniTender, *, has_conflict: bool | None = False, **values) -> Person:
    """An opener of its organisation, who has declared its interests (None: nothing yet)."""
    opener = make_person(mini_tender.organisation, Role.OPENER, **values)
    if has_conflict is not None:
        declare_interests(mini_tender, has_conflict=has_conflict, link="Mon frère y travaille.", by=opener, at=IN_TIME)
    session.flush()
    return opener
