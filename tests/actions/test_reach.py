"""Who could answer, from what the admitted usually offer."""

import pytest

from sad.actions.reach import reach_of
from sad.actions.stages import roadmap_of
from sad.db import session
from sad.domain.stages import Stage
from sad.models.admissions import AdmissionState
from sad.models.people import Role
from sad.models.suppliers import UsualOffer
from tests.factories.admissions import make_admission
from tests.factories.mini_tenders import SENT, make_admitted, make_mini_tender
from tests.factories.people import make_person
from tests.factories.suppliers import USUAL, make_supplier, member_of
from tests.web.counting import statements_of


@pytest.fixture
def draft(database):
    mini_tender = make_mini_tender()
    buyer = make_person(mini_tender.organisation, Role.BUYER)
    make_admitted(mini_tender.category, 1, by=buyer, usual=USUAL)
    make_admitted(mini_tender.category, 1, by=buyer, usual={**USUAL, "reusable_packaging": False})
    make_admitted(mini_tender.category, 1, by=buyer, usual={**USUAL, "direct_supply_pct": "35"})
    make_admitted(mini_tender.category, 1, by=buyer, usual={})
    make_admission(make_supplier(), mini_tender.category, buyer).state = AdmissionState.SUSPENDED
    return mini_tender


def stage(mini_tender, number: int) -> Stage:
    return next(each for each in roadmap_of(mini_tender.system) if each.number == number)


def test_each_constraint_says_how_many_can_honour_it(draft):
    reach = reach_of(draft, stage(draft, 2), SENT)
    assert (reach.admitted, reach.declared) == (4, 3)
    assert dict(reach.by_packaging) == {"reusable": 2, "compostable": 4}
    assert {asked.key: count for asked, count in reach.by_requirement} == {
        "intermediaries": 3,
        "direct_supply_pct": 2,
        "organic_or_siqo_pct": 3,
    }


def test_those_who_could_answer_meet_the_stage_and_the_packaging_asked(draft):
    assert reach_of(draft, stage(draft, 2), SENT).able == 1
    draft.packaging = "compostable"
    assert reach_of(draft, stage(draft, 2), SENT).able == 2
    assert reach_of(draft, stage(draft, 3), SENT).able == 1


def test_a_constraint_costs_those_whom_it_alone_keeps_away(draft):
    costs = {cost.label: (cost.lost, cost.is_chosen) for cost in reach_of(draft, stage(draft, 2), SENT).costs}
    assert costs == {
        "Contenants repris ou réemployables": (1, True),
        "Approvisionnement direct": (1, False),
        "Intermédiaires": (0, False),
        "Bio, signe de qualité ou équivalent": (0, False),
    }
    assert [cost.lost for cost in reach_of(draft, stage(draft, 2), SENT).costs] == [1, 1, 0, 0]


def test_dropping_a_constraint_brings_back_those_that_it_costs(draft):
    before = reach_of(draft, stage(draft, 2), SENT)
    draft.packaging = "compostable"
    after = reach_of(draft, stage(draft, 2), SENT)
    assert after.able == before.able + next(cost.lost for cost in before.costs if cost.is_chosen)
    assert not any(cost.is_chosen for cost in after.costs)


def test_a_packaging_that_the_stage_asks_anyway_is_counted_once(draft):
    costs = reach_of(draft, stage(draft, 3), SENT).costs
    assert [cost.label for cost in costs if cost.lost] == ["Approvisionnement direct", "Emballage réemployable"]
    assert not any(cost.is_chosen for cost in costs)


def test_a_supplier_whose_families_are_all_exempt_holds_the_requirement(draft):
    roaster = make_supplier(usual={**USUAL, "direct_supply_pct": "0"}, families=["cafe_the"])
    make_admission(roaster, draft.category, make_person(draft.organisation, Role.BUYER))
    assert {asked.key: count for asked, count in reach_of(draft, stage(draft, 2), SENT).by_requirement}["direct_supply_pct"] == 3


def test_the_last_declaration_counts(draft):
    supplier = make_supplier(usual={**USUAL, "reusable_packaging": False})
    make_admission(supplier, draft.category, make_person(draft.organisation, Role.BUYER))
    before = reach_of(draft, stage(draft, 2), SENT).able
    session.add(UsualOffer(supplier_id=supplier.id, values=USUAL, declared_by=member_of(supplier).id, declared_at=SENT))
    session.flush()
    assert reach_of(draft, stage(draft, 2), SENT).able == before + 1


def test_one_statement_is_enough_whatever_the_number_of_admitted(draft, database):
    of_stage = stage(draft, 2)
    assert draft.category.key == "pain"
    with statements_of(database) as statements:
        reach_of(draft, of_stage, SENT)
    assert len(statements) == 1
