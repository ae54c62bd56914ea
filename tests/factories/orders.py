"""Notified contracts and what follows: orders, confirmed headcounts, accepted deliveries."""

from datetime import datetime, timedelta

from sad.actions.awards import approve_award, notify_contract, propose_award
from sad.actions.orders import place_order
from sad.actions.receptions import accept_delivery
from sad.domain.deliveries import Delivered
from sad.domain.orders import OrderTerms, Slot
from sad.models.awards import Award
from sad.models.evaluations import Ranking
from sad.models.mini_tenders import MiniTender
from sad.models.orders import Delivery, Order
from sad.models.people import Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_ranked
from tests.factories.mini_tenders import SERVED
from tests.factories.proofs import prove

DECIDED = EXAMINED + timedelta(hours=2)
NOTIFIED = EXAMINED + timedelta(hours=3)
ORDERED = EXAMINED + timedelta(hours=4)
SLOT = Slot(SERVED - timedelta(minutes=30), SERVED)
ALL_WELL = Delivered(conformity="full", on_time=True, packaging="taken_back")
TENDERS = (Tender(("3.10", "4.00")), Tender(("2.90", "4.20"), marks={"quality": "6"}))


def order_link(number: int) -> str:
    """Where the supplier reads an order."""
    return f"http://localhost/fournisseur/commandes/{number}"


def make_awarded(*tenders: Tender, **values) -> Award:
    """An award decided by two people, not notified yet."""
    ranking: Ranking = make_ranked(*(tenders or TENDERS), **values)
    buyer, chief = (make_evaluator(ranking.mini_tender, role) for role in (Role.BUYER, Role.AWARD_AUTHORITY))
    award = propose_award(ranking.places[0], "La première du classement.", by=buyer, at=EXAMINED)
    return approve_award(award, by=chief, at=DECIDED)


def make_notified(*tenders: Tender, at: datetime = NOTIFIED, **values) -> Award:
    """The same with its proofs accepted and its contract notified."""
    award = prove(make_awarded(*tenders, **values))
    return notify_contract(award, contract_reference="2026-41", by=award.proposer, at=at)


def make_order(mini_tender: MiniTender | None = None, *, at: datetime = ORDERED, slot: Slot = SLOT, **said) -> Order:
    """The order that the requester sent for a notified contract."""
    mini_tender = mini_tender or make_notified().mini_tender
    return place_order(mini_tender, OrderTerms(slot, **said), link=order_link, by=mini_tender.creator, at=at)


def make_delivery(order: Order | None = None, *, said: Delivered = ALL_WELL, at: datetime = SERVED) -> Delivery:
    """What the requester said of its delivery, on the spot."""
    order = order or make_order()
    return accept_delivery(order, said, link=order_link, by=order.orderer, at=at)
