"""Mini-tenders whose offers are opened, classified, marked and ranked."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from sad.actions.classifications import classify_offer
from sad.actions.marks import give_mark, judged_criteria
from sad.actions.publications import invitees_of
from sad.actions.rankings import compute_ranking
from sad.db import session
from sad.models.evaluations import ConflictDeclaration, Ranking
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.openings import Opening
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from tests.factories.mini_tenders import CLOSES, make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

OPENED = datetime(2026, 12, 7, 13, 2, tzinfo=UTC)
EXAMINED = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
VALUES = {"intermediaries": "0", "direct_supply_pct": "80", "organic_or_siqo_pct": "40", "reusable_packaging": True}
numbers = itertools.count(1)


@dataclass(frozen=True)
class Tender:
    """What one supplier offers and how it is judged: EUR for one unit of each line, values, marks by criterion."""

    prices: Sequence[str] = ("3.10", "4.00")
    values: Mapping[str, object] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)


def make_opened(*tenders: Tender, mini_tender: MiniTender | None = None, **values) -> MiniTender:
    """A mini-tender under stage 1 with one opened offer for each tender, opened by two people."""
    mini_tender = make_published(mini_tender or make_mini_tender(**values), suppliers=max(len(tenders), 1))
    for tender, supplier in zip(tenders, invitees_of(mini_tender), strict=False):
        make_opened_offer(mini_tender, supplier, tender)
    people = [make_person(mini_tender.organisation, Role.OPENER) for _ in range(2)]
    session.add(
        Opening(
            organisation_id=mini_tender.organisation_id,
            mini_tender_id=mini_tender.id,
            first_person_id=people[0].id,
            asked_at=OPENED - timedelta(minutes=5),
            second_person_id=people[1].id,
            opened_at=OPENED,
            journal_head="0" * 64,
        )
    )
    mini_tender.state = MiniTenderState.OPENED
    session.flush()
    return mini_tender


def make_opened_offer(mini_tender: MiniTender, supplier: Supplier, tender: Tender) -> Offer:
    """An offer received the day before the deadline, opened in time."""
    prices = {str(line.id): price for line, price in zip(mini_tender.lines, tender.prices, strict=True)}
    content = {
        "prices": prices,
        "vat": dict.fromkeys(prices, "5.5"),
        "values": {**VALUES, **tender.values},
        "answers": {},
        "note": "Pain au levain",
        "files": [],
    }
    offer = make_offer_row(mini_tender, supplier, received_at=CLOSES - timedelta(days=1), is_opened=True, opened_at=OPENED, content=content)
    return offer


def make_offer_row(mini_tender: MiniTender, supplier: Supplier, *, received_at: datetime, content=None, **values) -> Offer:
    """A deposit as reception keeps it, sealed unless it is given its content."""
    number = next(numbers)
    offer = Offer(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        supplier=supplier,
        deposit_id=f"depot-{number}",
        idempotency_key=f"cle-{number}",
        deposited_by=member_of(supplier).id,
        started_at=received_at - timedelta(seconds=2),
        received_at=received_at,
        closes_at=mini_tender.closes_at,
        late=received_at > mini_tender.closes_at,
        sealed=b"scelle",
        sealed_sha256="0" * 64,
        size_class=1,
        content=content,
        **values,
    )
    offer.total = offer.as_content().total if content else None
    session.add(offer)
    session.flush()
    return offer


def make_evaluator(mini_tender: MiniTender, *roles: Role, has_conflict: bool = False) -> Person:
    """An agent of its organisation, who has declared its interests."""
    person = make_person(mini_tender.organisation, *(roles or (Role.BUYER, Role.EVALUATOR)))
    session.add(
        ConflictDeclaration(
            organisation_id=mini_tender.organisation_id,
            mini_tender_id=mini_tender.id,
            person_id=person.id,
            has_conflict=has_conflict,
            declared_at=OPENED,
        )
    )
    session.flush()
    return person


def make_ranked(*tenders: Tender, by: Person | None = None, **values) -> Ranking:
    """The ranking of so many regular offers; without other word each mark is 8, for a reason that names its criterion."""
    mini_tender = make_opened(*tenders, **values)
    by = by or make_evaluator(mini_tender)
    for offer, tender in zip(offers_of(mini_tender), tenders, strict=True):
        classify_offer(offer, "regular", "Complète et conforme.", by=by, at=EXAMINED)
        for criterion in judged_criteria(mini_tender):
            give_mark(offer, criterion.key, tender.marks.get(criterion.key, "8"), f"Motif {criterion.key}", by=by, at=EXAMINED)
    return compute_ranking(mini_tender, by=by, at=EXAMINED)


def offers_of(mini_tender: MiniTender) -> list[Offer]:
    """Its offers, in the order in which they were made."""
    return list(session.scalars(select(Offer).where(Offer.mini_tender_id == mini_tender.id).order_by(Offer.id)))


def total_of(offer: Offer) -> Decimal:
    """EUR excl. VAT."""
    assert offer.total is not None
    return offer.total
