"""Awarded mini-tenders drawn from a seed: prices that no mark can look like, values, marks, offers set aside, late ones."""

import random
from datetime import timedelta
from decimal import Decimal

from sad.actions.awards import approve_award, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.evaluations import findings_of
from sad.actions.marks import give_mark
from sad.actions.rankings import compute_ranking
from sad.actions.ties import choose_between_ties, first_places
from sad.models.awards import Award
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_offer_row, make_opened, offers_of
from tests.factories.examinations import make_accepted
from tests.factories.mini_tenders import CLOSES
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier

DECIDED = EXAMINED + timedelta(hours=2)
BUDGET = Decimal("20000.00")


def make_generated_award(seed: int) -> Award:
    """An award over one to five offers; about one in five is set aside, one mini-tender in three has a late offer."""
    draw = random.Random(seed)
    mini_tender = make_opened(*(_tender(draw) for _ in range(draw.randint(1, 5))), budget=BUDGET)
    by, chief = make_evaluator(mini_tender), make_evaluator(mini_tender, Role.AWARD_AUTHORITY)
    offers = offers_of(mini_tender)
    for number, offer in enumerate(offers):
        _judge(offer, draw, by, keep=number == 0 or draw.random() > 0.2)
    if draw.random() < 0.33:
        make_offer_row(mini_tender, make_supplier(), received_at=CLOSES + timedelta(minutes=draw.randint(1, 60)))
    ranking = compute_ranking(mini_tender, by=by, at=EXAMINED)
    first = first_places(ranking)
    if len(first) > 1:
        witness = make_person(mini_tender.organisation, Role.BUYER)
        choose_between_ties(first[0], "Tirage au sort.", witness=witness, by=by, at=EXAMINED)
    return approve_award(propose_award(first[0], "La mieux notée.", by=by, at=EXAMINED), by=chief, at=DECIDED)


def _tender(draw: random.Random) -> Tender:
    """Unit prices from 101 to 199 EUR: as numbers, none of the points can be."""
    prices = [f"{draw.randint(101, 199)}.{draw.randint(1, 99):02d}" for _ in range(2)]
    values = {
        "direct_supply_pct": str(draw.randint(0, 100)),
        "organic_or_siqo_pct": str(draw.randint(0, 100)),
        "reusable_packaging": draw.random() < 0.5,
    }
    return Tender(prices, values, {})


def _judge(offer, draw: random.Random, by: Person, *, keep: bool) -> None:  # type: ignore[no-untyped-def]
    findings = findings_of(offer.mini_tender, offers_of(offer.mini_tender))[offer.id]
    if findings.low_price:
        make_accepted(offer, by=by)
    if not keep:
        classify_offer(offer, "inappropriate", "Un autre produit que celui demandé.", by=by, at=EXAMINED)
        return
    classify_offer(offer, "regular", "Complète.", by=by, at=EXAMINED)
    for criterion in ("quality", "delivery"):
        give_mark(offer, criterion, str(draw.randint(0, 20) / 2), f"Motif {criterion} {offer.id}", by=by, at=EXAMINED)
