from dataclasses import replace
from decimal import Decimal

import pytest

from sad.domain.comparison import Kind, announced, asked, compare_stages, differences, method_in_words
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


DIRECT = specification(threshold=Decimal(40), exempt_families=("cafe_the",), categories=("pain", "traiteur"))
PRICE = criterion("price", "Prix", 50, weight_min=Decimal(30), weight_max=Decimal(50))


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (Kind.UNCHANGED, DIRECT, DIRECT),
        (Kind.ADDED, None, DIRECT),
        (Kind.REMOVED, DIRECT, None),
        (Kind.TIGHTENED, DIRECT, replace(DIRECT, threshold=Decimal(41))),
        (Kind.LOOSENED, DIRECT, replace(DIRECT, threshold=Decimal("39.9"))),
        (Kind.TIGHTENED, replace(DIRECT, comparison="at_most"), replace(DIRECT, comparison="at_most", threshold=Decimal(1))),
        (Kind.LOOSENED, replace(DIRECT, comparison="at_most"), replace(DIRECT, comparison="at_most", threshold=Decimal(60))),
        (Kind.TIGHTENED, replace(DIRECT, comparison="any", threshold=None), DIRECT),
        (Kind.LOOSENED, DIRECT, replace(DIRECT, comparison="any", threshold=None)),
        (Kind.CHANGED, DIRECT, replace(DIRECT, comparison="at_most")),
        (Kind.LOOSENED, DIRECT, replace(DIRECT, exempt_families=("cafe_the", "vins"))),
        (Kind.TIGHTENED, DIRECT, replace(DIRECT, exempt_families=())),
        (Kind.CHANGED, DIRECT, replace(DIRECT, exempt_families=("vins",))),
        (Kind.LOOSENED, DIRECT, replace(DIRECT, categories=("pain",))),
        (Kind.TIGHTENED, DIRECT, replace(DIRECT, categories=())),
        (Kind.LOOSENED, replace(DIRECT, categories=()), DIRECT),
        (Kind.CHANGED, DIRECT, replace(DIRECT, categories=("pain", "vins"))),
        (Kind.TIGHTENED, DIRECT, replace(DIRECT, document_required=True)),
        (Kind.LOOSENED, replace(DIRECT, document_required=True), DIRECT),
        (Kind.CHANGED, DIRECT, replace(DIRECT, threshold=Decimal(30), exempt_families=())),
        (Kind.CHANGED, DIRECT, replace(DIRECT, proof="Une autre preuve, ou équivalent")),
        (Kind.WEIGHS_MORE, PRICE, replace(PRICE, weight=Decimal(55))),
        (Kind.WEIGHS_LESS, PRICE, replace(PRICE, weight=Decimal(40))),
        (Kind.CHANGED, PRICE, replace(PRICE, weight_max=Decimal(60))),
    ],
)
def test_each_line_says_whether_it_gets_harder(kind, before, after):
    stages = [a_stage(information(), *([each] if each else [])) for each in (before, after)]
    assert [each.kind for each in differences(*stages) if each.nature is not Nature.INFORMATION] == [kind]


def test_a_difference_reads_as_a_sentence():
    before = a_stage(specification(comparison="any", threshold=None), capacity("a", "Assurance"))
    said = [each.sentence for each in differences(before, a_stage(specification(), capacity("b", "Agrément")))]
    assert said == [
        "Assurance\u00a0: n’est plus demandé (avant\u00a0: demandé).",
        "Agrément\u00a0: demandé.",
        "Approvisionnement direct\u00a0: 40\u00a0% au moins (avant\u00a0: à indiquer).",
    ]


def test_a_difference_says_in_which_categories_a_line_is_asked_no_more_and_in_which_it_begins():
    everywhere, bread = specification(categories=()), specification(categories=("pain",))
    freed, bound = (differences(a_stage(one), a_stage(other))[0] for one, other in ((everywhere, bread), (bread, everywhere)))
    assert (freed.freed(["pain", "vins"]), freed.bound(["pain", "vins"])) == (["vins"], [])
    assert (bound.freed(["pain", "vins"]), bound.bound(["pain", "vins"])) == ([], ["vins"])
