"""The yearly review of a stage: figures recomputed by hand, honest about how few they are, and the decision that is kept."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from sad.actions.stage_figures import figures_of_stage
from sad.actions.stage_reviews import review_stage, reviews_of, stages_to_review
from sad.actions.stages import roadmap_of
from sad.db import session
from sad.domain.calendar import months_before
from sad.domain.errors import Refused
from sad.models.admissions import Admission, AdmissionEvent, AdmissionState
from sad.models.journal import JournalEntry
from sad.models.openings import Opening
from sad.models.people import Role
from sad.models.stage_changes import ReviewDecision, StageReview
from tests.factories.admissions import make_admission
from tests.factories.evaluations import Tender
from tests.factories.held import make_held
from tests.factories.mini_tenders import make_mini_tender, make_published
from tests.factories.organisations import make_service
from tests.factories.people import make_person
from tests.factories.stage_changes import stage_row
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of

AT = datetime(2027, 11, 2, 9, 0, tzinfo=UTC)
MAINTAIN, POSTPONE, EXEMPT = ReviewDecision.MAINTAIN, ReviewDecision.POSTPONE, ReviewDecision.EXEMPT


def priced(total: str, **values) -> Tender:
    """44 pieces at this price and 4.4 litres for 10 EUR: 5 EUR a piece make 264 EUR."""
    return Tender((total, "10.00"), values)


@pytest.fixture
def system(database):
    return make_system()


@pytest.fixture
def service(system):
    return make_service(system.organisation)


@pytest.fixture
def buyer(system):
    return make_person(system.organisation, Role.BUYER)


@pytest.fixture
def held(system, service):
    """Two consultations under stage 1, two under stage 2."""
    first, second = stage_row(system, 1), stage_row(system, 2)
    make_held(first, priced("5.00", direct_supply_pct="30"), priced("6.00"), service=service, guests=22)
    make_held(first, priced("7.00", direct_supply_pct="60"), service=service, guests=33, winner=0)
    make_held(second, priced("6.00", direct_supply_pct="80"), priced("3.00", direct_supply_pct="10"), service=service, irregular=[1])
    make_held(second, priced("4.00", intermediaries="4"), service=service, winner=None, irregular=[0])
    return second


def refusals(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return [(one.rule, one.field) for one in refused.value.refusals]


def test_consultations_and_offers_are_counted_under_the_stage_that_they_were_sent_under(held):
    effects = figures_of_stage(held, AT).effects
    assert (effects.before.consultations, effects.before.awarded, effects.before.offers, effects.before.irregular) == (2, 2, 3, 0)
    assert (effects.after.consultations, effects.after.awarded, effects.after.offers, effects.after.irregular) == (2, 1, 3, 2)
    assert (effects.before.offers_each, effects.after.offers_each) == (Fraction(3, 2), Fraction(3, 2))


def test_only_offers_that_met_the_stage_before_are_irregular_because_of_this_one(held):
    assert figures_of_stage(held, AT).effects.made_irregular == 2


def test_an_offer_irregular_for_another_reason_is_not_blamed_on_the_stage(system, service):
    second = stage_row(system, 2)
    make_held(second, priced("6.00"), priced("4.00"), service=service, irregular=[1])
    effects = figures_of_stage(second, AT).effects
    assert (effects.after.irregular, effects.made_irregular) == (1, 0)


def test_an_offer_that_failed_the_stage_before_too_is_not_blamed_on_this_one(system, service):
    third = stage_row(system, 3)
    bare = priced("4.00", reusable_packaging=False)
    make_held(third, priced("6.00"), bare, priced("4.00", intermediaries="4", reusable_packaging=False), service=service, irregular=[1, 2])
    effects = figures_of_stage(third, AT).effects
    assert (effects.after.irregular, effects.made_irregular) == (2, 1)


def test_the_price_is_that_of_the_winners_for_one_guest_template_by_template(held):
    (price,) = figures_of_stage(held, AT).effects.prices.values()
    assert price.label.startswith("Petit-déjeuner")
    # (264 / 22 + 352 / 33) / 2 under stage 1, 308 / 22 under stage 2
    assert (price.before.value, price.before.count) == ((Fraction(264, 22) + Fraction(352, 33)) / 2, 2)
    assert (price.after.value, price.after.count) == (Fraction(308, 22), 1)


def test_two_templates_are_never_mixed_in_one_price(system, service):
    second = stage_row(system, 2)
    make_held(second, priced("5.00"), service=service)
    make_held(second, priced("10.00"), service=service, template="pause_cafe")
    prices = figures_of_stage(second, AT).effects.prices
    assert {key: (each.after.value, each.after.count) for key, each in prices.items()} == {
        "petit_dejeuner": (Fraction(12), 1),
        "pause_cafe": (Fraction(22), 1),
    }


def test_the_shares_are_those_of_what_was_bought_by_amount(held):
    shares = figures_of_stage(held, AT).effects.shares
    # 264 EUR at 30 % and 352 EUR at 60 % under stage 1; 308 EUR at 80 % under stage 2
    assert shares["direct_supply_pct"].before.value == Fraction(264 * 30 + 352 * 60, 264 + 352)
    assert shares["direct_supply_pct"].after.value == 80
    assert set(shares) == {"direct_supply_pct", "organic_or_siqo_pct"}


def test_nothing_that_is_still_sealed_is_counted(system, service):
    second = stage_row(system, 2)
    mini_tender = make_held(second, priced("5.00"), service=service)
    opening = session.scalars(select(Opening).where(Opening.mini_tender_id == mini_tender.id)).one()
    opening.opened_at = opening.second_person_id = None
    session.flush()
    assert figures_of_stage(second, AT).effects.after.consultations == 0


def test_the_first_stage_has_nothing_to_be_compared_with(system, service):
    first = stage_row(system, 1)
    make_held(first, priced("5.00"), service=service)
    figures = figures_of_stage(first, AT)
    assert figures.earlier is None and figures.effects.before is None and figures.effects.made_irregular is None
    assert figures.suppliers.able_before is None and not figures.is_conclusive


@pytest.mark.parametrize("here, is_conclusive", [(4, False), (5, True)])
def test_fewer_than_five_consultations_on_either_side_conclude_nothing(system, service, here, is_conclusive):
    for stage, number in ((stage_row(system, 1), 5), (stage_row(system, 2), here)):
        for _ in range(number):
            make_held(stage, priced("5.00"), service=service)
    assert figures_of_stage(stage_row(system, 2), AT).is_conclusive == is_conclusive


def test_suppliers_are_counted_once_when_the_stage_began_and_now(system, buyer):
    good = {"intermediaries": "0", "direct_supply_pct": "60", "organic_or_siqo_pct": "0", "reusable_packaging": False}
    stayed, left = make_supplier(usual=good), make_supplier(usual=good)
    late = make_supplier(usual={**good, "direct_supply_pct": "10"})
    for category in system.categories:
        make_admission(stayed, category, buyer)
    for supplier, place, state, when in ((left, 0, AdmissionState.REMOVED, AT), (late, 1, AdmissionState.ADMITTED, AT)):
        admission = make_admission(supplier, system.categories[place], buyer)
        if state == AdmissionState.REMOVED:
            admission.state = state
            admission.events.append(AdmissionEvent(state=state, decided_by=buyer.id, decided_at=when))
        else:
            admission.events[0].decided_at = when
    session.flush()
    them = figures_of_stage(stage_row(system, 2), AT).suppliers
    assert (them.admitted_then, them.admitted_now, them.able_before, them.able_here) == (2, 2, 2, 1)
    assert session.scalars(select(Admission)).all()


def test_a_review_keeps_the_decision_the_reason_and_the_figures_and_changes_nothing(held, buyer):
    before = roadmap_of(held.system)
    review = review_stage(held, POSTPONE, reason=" Laisser une saison. ", by=buyer, at=AT)
    assert (review.occasion, review.decision, review.reason, review.category_id) == ("yearly", "postpone", "Laisser une saison.", None)
    assert review.figures["shares"]["direct_supply_pct"]["after"] == ["80", 1]
    assert review.figures["prices"]["petit_dejeuner"]["before"] == ["11.33", 2]
    assert review.figures["made_irregular"] == 2 and review.figures["is_conclusive"] is False
    assert roadmap_of(held.system) == before
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "review_stage")).one()
    assert entry.body.body["figures"] == review.figures


def test_a_stage_may_be_reviewed_again_and_the_last_review_comes_first(held, buyer):
    first = review_stage(held, MAINTAIN, reason="Un an.", by=buyer, at=AT)
    category = held.system.categories[0]
    again = review_stage(held, EXEMPT, reason="Deux ans.", category=category, by=buyer, at=AT + timedelta(days=365))
    assert reviews_of(held) == [again, first] and again.category == category


CASES = [
    (2, MAINTAIN, {"reason": " "}, [("PAL-02", "reason")]),
    (2, EXEMPT, {}, [("PAL-02", "category")]),
    (3, MAINTAIN, {}, [("PAL-04", None)]),
    (3, POSTPONE, {"reason": ""}, [("PAL-04", None), ("PAL-02", "reason"), ("PAL-02", "decision")]),
]


@pytest.mark.parametrize("number, decision, said, faults", CASES)
def test_a_review_without_what_it_needs_says_all_that_is_missing(system, buyer, number, decision, said, faults):
    stage = stage_row(system, number)
    assert refusals(review_stage, stage, decision, **{"reason": "Vu.", **said}, by=buyer, at=AT) == faults
    assert session.scalars(select(StageReview)).all() == []


def due(system, at=AT):
    return [stage.number for stage in stages_to_review(system.organisation_id, at)]


def test_the_stage_in_force_is_to_be_reviewed_after_nine_months_until_it_is(held, buyer):
    system = held.system
    assert due(system, datetime(2027, 10, 14, 12, 0, tzinfo=UTC)) == []
    assert due(system, datetime(2027, 10, 15, 12, 0, tzinfo=UTC)) == [2]
    review_stage(held, MAINTAIN, reason="Vu.", by=buyer, at=AT)
    assert due(system) == []
    assert due(make_system()) == []


def test_a_stage_under_which_nothing_was_bought_or_that_another_followed_is_not_to_be_reviewed(system, service):
    assert due(system) == []
    make_held(stage_row(system, 1), priced("5.00"), service=service)
    assert due(system) == []


@pytest.mark.parametrize(
    "day, months, expected",
    [
        (date(2027, 11, 2), 9, date(2027, 2, 2)),
        (date(2027, 1, 15), 9, date(2026, 4, 15)),
        (date(2027, 12, 31), 10, date(2027, 2, 28)),
        (date(2028, 12, 31), 10, date(2028, 2, 29)),
        (date(2027, 12, 31), 12, date(2026, 12, 31)),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_the_last_of_the_month(day, months, expected):
    assert months_before(day, months) == expected


def test_the_figures_ask_as_many_statements_for_twelve_consultations_as_for_one(database, system, service):
    stage, counts = stage_row(system, 2), []
    for number in (1, 11):
        for _ in range(number):
            make_held(stage, priced("5.00"), priced("6.00"), service=service)
        session.flush()
        session.expire_all()
        assert stage.system.categories
        with statements_of(database) as found:
            figures_of_stage(stage, AT)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_a_consultation_that_waits_to_be_opened_counts_for_nothing_yet(system, service):
    make_published(make_mini_tender(service, system=system))
    assert figures_of_stage(stage_row(system, 1), AT).effects.after.consultations == 0
