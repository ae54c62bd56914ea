"""Many awards in one house, cheaply: one system, five suppliers, rows where an act would only cost time; the ranking, the letters
and the decision are the real ones."""

import random
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sad.actions.awards import approve_award, propose_award
from sad.actions.publications import publish_mini_tender
from sad.actions.rankings import compute_ranking
from sad.actions.ties import choose_between_ties, first_places
from sad.db import session
from sad.models.awards import Award
from sad.models.evaluations import ConflictDeclaration, Mark
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.openings import Opening
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from sad.models.systems import PurchasingSystem
from tests.factories.evaluations import EXAMINED, OPENED, Tender, make_offer_row, make_opened_offer
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, make_admitted, make_mini_tender
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.systems import make_system

DECIDED = EXAMINED + timedelta(hours=2)
BUDGET = Decimal("20000.00")
AMPLE = Decimal("900000000.00")
JUDGED = ("quality", "delivery")


@dataclass(frozen=True)
class House:
    """Who buys, and from whom."""

    system: PurchasingSystem
    requester: Person
    buyer: Person
    chief: Person
    suppliers: list[Supplier]


def make_house() -> House:
    """A system wide enough for hundreds of mini-tenders, its agents, five suppliers admitted to its first category."""
    system = make_system(estimated_value=AMPLE, max_value=AMPLE)
    buyer = make_person(system.organisation, Role.BUYER, Role.EVALUATOR, Role.OPENER)
    return House(
        system,
        make_person(system.organisation),
        buyer,
        make_person(system.organisation, Role.AWARD_AUTHORITY, Role.OPENER),
        make_admitted(system.categories[0], 5, by=buyer),
    )


def make_drawn_award(house: House, seed: int) -> Award:
    """An award over one to five offers; about one in five is set aside, one in three comes late, one mini-tender in seven has equals."""
    draw = random.Random(seed)
    mini_tender = _opened(house)
    tenderers = draw.sample(house.suppliers, draw.randint(1, 5))
    tenders = [_tender(draw) for _ in tenderers]
    if seed % 7 == 0 and len(tenders) > 1:
        tenders[1] = tenders[0]
    for number, (supplier, tender) in enumerate(zip(tenderers, tenders, strict=True)):
        _judge(make_opened_offer(mini_tender, supplier, tender), tender, house.buyer, keep=number < 2 or draw.random() > 0.3)
    absent = [each for each in house.suppliers if each not in tenderers]
    if absent and draw.random() < 0.33:
        make_offer_row(mini_tender, absent[0], received_at=CLOSES + timedelta(minutes=draw.randint(1, 60)))
    return _awarded(mini_tender, house)


def _opened(house: House) -> MiniTender:
    """Sent for real to the five, for a service of its own, opened by rows."""
    service = make_service(house.system.organisation)
    mini_tender = make_mini_tender(service, system=house.system, by=house.requester, budget=BUDGET)
    publish_mini_tender(mini_tender, seal_key=SEAL_KEY, justifications={}, home=HOME, by=house.buyer, at=SENT)
    around = {"organisation_id": mini_tender.organisation_id, "mini_tender_id": mini_tender.id}
    session.add_all(
        ConflictDeclaration(**around, person_id=each.id, has_conflict=False, declared_at=OPENED) for each in (house.buyer, house.chief)
    )
    people = {"first_person_id": house.buyer.id, "second_person_id": house.chief.id}
    session.add(Opening(**around, **people, asked_at=OPENED - timedelta(minutes=5), opened_at=OPENED, journal_head="0" * 64))
    mini_tender.state = MiniTenderState.OPENED
    session.flush()
    return mini_tender


def _tender(draw: random.Random) -> Tender:
    """Unit prices from 101 to 199 EUR: as numbers, none of the points can be."""
    prices = [f"{draw.randint(101, 199)}.{draw.randint(1, 99):02d}" for _ in range(2)]
    values = {
        "direct_supply_pct": str(draw.randint(0, 100)),
        "organic_or_siqo_pct": str(draw.randint(0, 100)),
        "reusable_packaging": draw.random() < 0.5,
    }
    return Tender(prices, values, {key: str(Decimal(draw.randint(0, 20)) / 2) for key in JUDGED})


def _judge(offer: Offer, tender: Tender, by: Person, *, keep: bool) -> None:
    """Said regular, its price explained, and marked; or of another product than was asked."""
    offer.classification, offer.classified_by = ("regular" if keep else "inappropriate"), by.id
    offer.classification_reason = "Complète." if keep else "Un autre produit que celui demandé."
    if keep:
        offer.price_justification, offer.justification_recorded_by = "Achats groupés.", by.id
        for key, value in tender.marks.items():
            reason = f"Motif {key} {offer.id}"
            session.add(Mark(offer_id=offer.id, criterion=key, value=value, reason=reason, given_by=by.id, given_at=EXAMINED))
    session.flush()


def _awarded(mini_tender: MiniTender, house: House) -> Award:
    ranking = compute_ranking(mini_tender, by=house.buyer, at=EXAMINED)
    first = first_places(ranking)
    if len(first) > 1:
        choose_between_ties(first[-1], "Tirage au sort.", witness=house.chief, by=house.buyer, at=EXAMINED)
    return approve_award(propose_award(first[-1], "La mieux notée.", by=house.buyer, at=EXAMINED), by=house.chief, at=DECIDED)
