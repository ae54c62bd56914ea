from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.criteria import Criterion, criteria_faults, environment_warnings
from sad.domain.errors import Refused
from sad.domain.stages import grid_of, unchecked_grid
from tests.factories.requirements import STAGE_LAW, a_stage, criteria, criterion

PRICE, QUALITY, PACKAGING = criteria()
TASTE = {"key": "taste", "label": "Goût", "weight": "20", "method": "scale", "scale": "10"}
SERVICE = {"key": "service", "label": "Service", "weight": "10", "method": "scale", "scale": "10"}


def rules_of(refused) -> list[str]:
    return [each.rule for each in refused.value.refusals]


def test_the_grid_of_a_stage_has_the_shape_of_the_scoring_file():
    assert grid_of(a_stage(), "pain") == {
        "criteria": [
            {"key": "price", "label": "Prix", "weight": "50", "method": "lowest_ratio", "price": True},
            {"key": "quality", "label": "Qualité", "weight": "30", "method": "scale", "scale": "10"},
            {"key": "packaging", "label": "Emballage réemployable", "weight": "20", "method": "yes_no", "environmental": True},
        ],
        "decimals": 2,
        "tie_rule": ["packaging", "price"],
        "minimum_total": None,
    }


def test_weights_chosen_within_their_range_take_the_place_of_the_defaults():
    grid = grid_of(a_stage(), "pain", {"price": Decimal("42.5"), "quality": Decimal("37.50")})
    assert [each["weight"] for each in grid["criteria"]] == ["42.5", "37.5", "20"]


def test_every_weight_out_of_range_and_the_sum_are_refused_together():
    with pytest.raises(Refused) as refused:
        grid_of(a_stage(), "pain", {"price": Decimal(70), "quality": Decimal(10), "taste": Decimal(1)})
    assert rules_of(refused) == ["SAD-20", "SAD-20", "SAD-20"]
    with pytest.raises(Refused) as refused:
        grid_of(a_stage(), "pain", {"price": Decimal(51)})
    assert rules_of(refused) == ["CRI-04"]
    assert "Retirer 1 point." in str(refused.value)


def test_a_draft_shows_its_grid_whatever_the_weights():
    grid = unchecked_grid(a_stage(), "pain", {"price": Decimal(99)})
    assert [each["weight"] for each in grid["criteria"]] == ["99", "30", "20"]


def test_a_criterion_of_another_category_is_not_in_the_grid():
    bread, hall = criterion("bread", "Cuisson", 30, categories=("pain",)), criterion("hall", "Salle", 30, categories=("traiteur",))
    stage = a_stage(PRICE, PACKAGING, bread, hall)
    assert [each["key"] for each in grid_of(stage, "pain")["criteria"]] == ["price", "packaging", "bread"]


def test_sub_criteria_add_up_to_their_criterion():
    split = criterion("quality", "Qualité", 30, method={"sub_criteria": [TASTE, SERVICE]})
    stage = a_stage(PRICE, split, PACKAGING)
    assert grid_of(stage, "pain")["criteria"][1]["sub_criteria"] == [TASTE, SERVICE]
    with pytest.raises(Refused) as refused:
        grid_of(stage, "pain", {"quality": Decimal(35), "price": Decimal(45)})
    assert rules_of(refused) == ["CRI-04"]
    chosen = {"quality": Decimal(35), "price": Decimal(45), "service": Decimal(15)}
    assert [sub["weight"] for sub in grid_of(stage, "pain", chosen)["criteria"][1]["sub_criteria"]] == ["20", "15"]


def test_ties_go_to_the_heaviest_environmental_criterion_then_to_the_heaviest_of_all():
    green = criterion("green", "Réemploi", 40, environmental=True)
    assert grid_of(a_stage(PACKAGING, green, criterion("price", "Prix", 40, price=True)), "pain")["tie_rule"] == ["green"]
    assert grid_of(a_stage(PRICE, QUALITY, criterion("other", "Délai", 20)), "pain")["tie_rule"] == ["price"]


@given(st.decimals(40, 60, places=2))
def test_any_split_inside_the_ranges_gives_a_grid_of_100_points(price):
    grid = grid_of(a_stage(), "pain", {"price": price, "quality": Decimal(80) - price})
    assert sum(Decimal(each["weight"]) for each in grid["criteria"]) == 100


def test_price_alone_breaks_two_rules_and_a_global_cost_none():
    alone = Criterion("price", "Prix", Decimal(100), price=True)
    assert [each.rule for each in criteria_faults([alone], STAGE_LAW)] == ["CRI-01", "CRI-02"]
    cost = Criterion("cost", "Coût global", Decimal(100), price=True, environmental_weight=Decimal(100))
    assert criteria_faults([cost], STAGE_LAW) == []


def test_a_grid_without_price_is_refused():
    found = criteria_faults([Criterion("green", "Réemploi", Decimal(100), environmental_weight=Decimal(100))], STAGE_LAW)
    assert [each.rule for each in found] == ["CRI-02"]


def test_an_environmental_sub_criterion_counts_for_its_own_weight():
    line = {"key": "quality", "label": "Qualité", "weight": "30", "sub_criteria": [TASTE, {**SERVICE, "environmental": True}]}
    assert Criterion.of_grid(line).environmental_weight == 10


@pytest.mark.parametrize(("weight", "warned"), [("9.99", True), ("10", False), ("0", False)])
def test_a_low_environmental_weight_is_a_warning(weight, warned):
    green = Criterion("green", "Réemploi", Decimal(weight), environmental_weight=Decimal(weight))
    rest = Criterion("price", "Prix", 100 - Decimal(weight), price=True)
    assert [each.rule for each in environment_warnings([green, rest], STAGE_LAW)] == (["CRI-03"] if warned else [])
