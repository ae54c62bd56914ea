"""The stories of the contracts: ordered, received by the supplier, the headcount confirmed, the delivery accepted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from sad.actions.letters import people_of
from sad.actions.orders import acknowledge_order, confirm_headcount, place_order
from sad.actions.receptions import accept_delivery
from sad.demo.plans import Plan
from sad.demo.setting import Setting
from sad.demo.stories import Story
from sad.domain.deliveries import Delivered
from sad.domain.orders import OrderTerms, Slot
from sad.models.mini_tenders import MiniTender
from sad.models.orders import Order

ALL_WELL = Delivered(conformity="full", on_time=True, packaging="taken_back")
NOTE = "Sonner à l’accueil ; un chariot est à disposition."
SHORT = "Il manquait une partie du premier plateau ; le reste était très bien."


def order_story(plan: Plan, mini_tender: MiniTender, setting: Setting, notified_at: datetime) -> Story:
    """From the order to the delivery, as far as the plan goes."""
    assert mini_tender.happens_at is not None
    ordered_at = notified_at + timedelta(hours=4)
    yield ordered_at
    slot = Slot(mini_tender.happens_at - timedelta(minutes=45), mini_tender.happens_at - timedelta(minutes=15))
    terms = OrderTerms(slot, NOTE, service_code=plan.service.key)
    order = place_order(mini_tender, terms, link=_link(setting), by=mini_tender.creator, at=ordered_at)
    yield ordered_at + timedelta(hours=2)
    acknowledge_order(order, by=people_of(order.supplier)[0], at=ordered_at + timedelta(hours=2))
    if plan.headcount:
        yield ordered_at + timedelta(hours=22)
        said = {"link": _link(setting), "by": mini_tender.creator, "at": ordered_at + timedelta(hours=22)}
        confirm_headcount(order, plan.headcount, version=order.version, **said)
    if plan.goes_to("delivered"):
        accepted_at = mini_tender.happens_at - timedelta(minutes=20)
        yield accepted_at
        accept_delivery(order, _delivered(plan, order), link=_link(setting), by=mini_tender.creator, at=accepted_at)


def _delivered(plan: Plan, order: Order) -> Delivered:
    """All is well, or a tenth of the first line is missing."""
    if not plan.is_short:
        return ALL_WELL
    first = order.lines[0]
    came = {str(first.id): first.quantity - max(first.quantity // 10, Decimal(1))}
    return Delivered(conformity="partial", on_time=False, packaging="taken_back", remark=SHORT, quantities=came)


def _link(setting: Setting) -> Callable[[int], str]:
    return lambda number: f"{setting.base_url}/fournisseur/commandes/{number}"
