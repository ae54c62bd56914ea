"""The stories of the needs after the deadline: opening, classification, marks, ranking, award, notification."""

from datetime import datetime, timedelta

from sad.actions.awards import approve_award, notify_contract, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.declarations import declare_interests
from sad.actions.evaluations import findings_of, opened_offers
from sad.actions.marks import give_mark
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.rankings import compute_ranking
from sad.demo.data import demo_suppliers
from sad.demo.orders import order_story
from sad.demo.plans import Plan, words_for
from sad.demo.proofs import proof_story
from sad.demo.setting import Setting
from sad.demo.stories import Story, on, worked
from sad.domain.calendar import paris_day
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer

REGULAR = "Offre complète, conforme au palier en vigueur et dans le budget fixé avant la consultation."
CHOSEN = "Offre classée première : le meilleur total de points sur les critères annoncés."


def decision_story(plan: Plan, mini_tender: MiniTender, setting: Setting) -> Story:
    """From the day after the deadline to the step that the plan reaches; what waits for a second person waits since an hour."""
    assert mini_tender.closes_at is not None
    opens_on = worked(paris_day(mini_tender.closes_at) + timedelta(days=1), 1)
    recent = setting.now - timedelta(hours=1)
    asked_at = recent if plan.reaches == "asked" else min(on(opens_on, 14, 2), recent - timedelta(hours=3))
    yield asked_at
    _declare(mini_tender, setting, asked_at, "buyer", "second_buyer", "evaluator")
    ask_opening(mini_tender, by=setting.agent("buyer"), at=asked_at)
    if not plan.goes_to("half_marked"):
        return
    opened_at = asked_at + timedelta(minutes=4)
    yield opened_at
    confirm_opening(mini_tender, seal_key=setting.seal_key, by=setting.agent("second_buyer"), at=opened_at)
    marked_at = min(on(worked(opens_on + timedelta(days=1), 1), 15, 20), recent - timedelta(hours=1))
    yield marked_at
    _mark(plan, mini_tender, setting, marked_at)
    if not plan.goes_to("ranked"):
        return
    yield marked_at + timedelta(minutes=40)
    ranking = compute_ranking(mini_tender, by=setting.agent("buyer"), at=marked_at + timedelta(minutes=40))
    if not plan.goes_to("proposed"):
        return
    proposed_at = recent if plan.reaches == "proposed" else on(worked(opens_on + timedelta(days=2), 1), 9, 30)
    yield proposed_at
    award = propose_award(ranking.places[0], CHOSEN, by=setting.agent("buyer"), at=proposed_at)
    if plan.goes_to("notified"):
        decided_at = proposed_at + timedelta(hours=5)
        yield decided_at
        _declare(mini_tender, setting, decided_at, "award_authority")
        approve_award(award, by=setting.agent("award_authority"), at=decided_at)
        yield from proof_story(award, setting, decided_at)
        notified_at = on(worked(opens_on + timedelta(days=6), 1), 10, 0)
        yield notified_at
        notify_contract(award, by=setting.agent("buyer"), at=notified_at)
        if plan.goes_to("ordered"):
            yield from order_story(plan, mini_tender, setting, notified_at)


def _declare(mini_tender: MiniTender, setting: Setting, at: datetime, *agents: str) -> None:
    for key in agents:
        declare_interests(mini_tender, has_conflict=False, by=setting.agent(key), at=at)


def _mark(plan: Plan, mini_tender: MiniTender, setting: Setting, at: datetime) -> None:
    """Every offer that calls for nothing is regular and marked; where the plan stops half-way, delivery waits."""
    offers = opened_offers(mini_tender)
    findings = findings_of(mini_tender, offers)
    criteria = ("quality", "delivery") if plan.goes_to("ranked") else ("quality",)
    for offer in offers:
        if findings[offer.id].low_price:
            continue
        classify_offer(offer, "regular", REGULAR, by=setting.agent("buyer"), at=at)
        for criterion in criteria:
            mark = _marks(plan, offer)[criterion]
            give_mark(offer, criterion, mark, words_for(criterion, mark), by=setting.agent("evaluator"), at=at)


def _marks(plan: Plan, offer: Offer) -> dict[str, str]:
    key = next(supplier.key for supplier in demo_suppliers() if supplier.siret == offer.supplier.siret)
    return next(planned.marks for planned in plan.offers if planned.supplier == key)
