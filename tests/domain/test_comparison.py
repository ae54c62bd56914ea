from dataclasses import replace
from decimal import Decimal

import pytest

from sad.domain.comparison import announced, asked, compare_stages, method_in_words
from sad.domain.requirements import Nature
from sad.domain.scoring.methods import METHODS
from tests.factories.requirements import a_stage, capacity, condition, criterion, information, specification


def line(key, *stages):
    return next(each for each in compare_stages(stages) if each.key == key)


def test_lines_go_by_nature_then_in_published_order():
    stage = a_stage(criterion("price", "Prix", 50, price=True), information(), specification(), capacity("b"), capacity("a"), condition())
    assert [(each.nature, each.key) for each in compare_stages([stage])] == [
        (Nature.CAPACITY, "b"),
        (Nature.CAPACITY, "a"),
        (Nature.SPECIFICATION, "direct_supply_pct"),
        (Nature.AWARD_CRITERION, "price"),
        (Nature.PERFORMANCE_CONDITION, "containers"),
        (Nature.INFORMATION, "usual_organic_pct"),
    ]


def test_what_changes_from_one_stage_to_the_next_is_marked():
    first, second, third = a_stage(specification(threshold=Decimal(0))), a_stage(specification()), a_stage(specification())
    cells = line("direct_supply_pct", first, second, third).cells
    assert [(cell.text, cell.has_changed) for cell in cells] == [("à indiquer", False), ("40 % au moins", True), ("40 % au moins", False)]


def test_a_new_exemption_is_a_change():
    before, after = a_stage(specification(exempt_families=())), a_stage(specification())
    assert line("direct_supply_pct", before, after).cells[1].has_changed
    assert line("direct_supply_pct", before, after).cells[1].exempt_families == ("cafe_the",)


def test_a_requirement_that_only_a_later_stage_holds_has_an_empty_cell_before():
    cells = line("b", a_stage(capacity("a")), a_stage(capacity("a"), capacity("b"))).cells
    assert [(cell.text, cell.has_changed) for cell in cells] == [("–", False), ("demandé", True)]


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        (None, "–"),
        (capacity(), "demandé"),
        (specification(), "40 % au moins"),
        (specification(unit="count", comparison="at_most", threshold=Decimal(1)), "1 au plus"),
        (specification(comparison="any", threshold=None), "à indiquer"),
        (criterion("price", "Prix", 50, weight_min=Decimal(30), weight_max=Decimal(50)), "50 points"),
        (criterion("price", "Prix", 50, weight_min=None, weight_max=None), "50 points"),
    ],
)
def test_each_requirement_says_what_it_asks(requirement, words):
    assert asked(requirement) == words


def test_the_range_of_a_weight_is_told_unless_it_is_fixed():
    price = criterion("price", "Prix", 50, weight_min=Decimal(30), weight_max=Decimal(50))
    fixed = replace(price, weight_min=Decimal(50))
    assert [announced(each) for each in (price, fixed, capacity(), None)] == ["de 30 à 50", "", "", ""]


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ({"method": "lowest_ratio"}, "Le plus bas a tous les points"),
        ({"method": "scale", "scale": "10"}, "Une note sur 10"),
        ({"method": "linear_bounds", "best": "100", "worst": "0.5"}, "Tous les points à 100, aucun à 0,5"),
        ({"method": "linear_minmax", "better": "higher"}, "Tous les points pour le plus haut"),
        ({"method": "linear_minmax", "better": "lower"}, "Tous les points pour le plus bas"),
        ({"sub_criteria": []}, "La somme de ses sous-critères."),
    ],
)
def test_each_method_is_told_in_words(method, words):
    assert method_in_words(method).startswith(words)


def test_no_method_of_scoring_is_left_without_words():
    assert all(method_in_words({"method": name, "scale": "1", "best": "1", "worst": "0"}) for name in METHODS)
