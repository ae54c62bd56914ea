"""What the detector says at the publication of a stage, then at that of a need: by whom it is mended, in which categories."""

from dataclasses import replace
from decimal import Decimal

import pytest

from sad.domain.grid_rules import launch_findings, stage_findings
from sad.domain.launch import launch_faults, launch_warnings
from sad.domain.publication import publication_faults, publication_warnings
from sad.domain.stages import unchecked_grid
from tests.domain.test_launch import LAWFUL
from tests.factories.requirements import LAUNCH_LAW, NOTICE, STAGE_LAW, a_stage, capacity, condition, criteria, criterion, specification

PRICE, QUALITY, PACKAGING = criteria()
HEAVY_PRICE = replace(PRICE, weight=Decimal(60), weight_max=Decimal(70))
LIGHT_QUALITY = replace(QUALITY, weight=Decimal(20))
MINMAX = criterion("quality", "Qualité", 30, method={"method": "linear_minmax", "better": "higher"})
DEAR_FIRST = replace(PRICE, method={"method": "linear_bounds", "best": "200", "worst": "100"})
OUT_OF_REACH = criterion("quality", "Qualité", 30, method={"method": "scale", "scale": "10", "minimum": "1.2"})
COARSE = criterion("quality", "Qualité", 30, method={"method": "scale", "scale": "1"})
SCORED_YES = replace(PACKAGING, source="reusable")
BLOCKING = [
    pytest.param((DEAR_FIRST, QUALITY, PACKAGING), id="the dearest first"),
    pytest.param((PRICE, OUT_OF_REACH, PACKAGING), id="a minimum that nobody reaches"),
]
WARNING = [
    pytest.param((PRICE, MINMAX, PACKAGING), "minmax_exaggerates", id="min and max"),
    pytest.param((PRICE, COARSE, PACKAGING), "coarse_scale", id="a coarse scale"),
    pytest.param((HEAVY_PRICE, LIGHT_QUALITY, PACKAGING), "one_decides", id="a price over all the rest"),
]


def staged(*scored, asked=()):
    return a_stage(capacity(), specification(environmental=True), condition(), *asked, *scored)


def launched(stage, **weights):
    """A need under that stage, with these weights chosen."""
    chosen = {key: Decimal(weight) for key, weight in weights.items()}
    return replace(LAWFUL, stage=stage, grid=unchecked_grid(stage, "traiteur", chosen))


@pytest.mark.parametrize("scored", BLOCKING)
def test_what_falsifies_the_choice_forbids_to_publish_the_stage_and_the_need(scored):
    stage = staged(*scored)
    assert "CRI-13" in [each.rule for each in publication_faults(stage, [], NOTICE, STAGE_LAW)]
    assert "CRI-13" in [each.rule for each in launch_faults(launched(stage), LAUNCH_LAW)]


@pytest.mark.parametrize(("scored", "code"), WARNING)
def test_what_is_unwise_asks_for_a_reason_at_both_publications(scored, code):
    stage = staged(*scored)
    assert [each.code for each in stage_findings(stage, NOTICE.categories, STAGE_LAW)] == [code]
    assert [each.rule for each in publication_warnings(stage, [], NOTICE, STAGE_LAW)] == ["CRI-13"]
    assert [each.rule for each in launch_warnings(launched(stage), LAUNCH_LAW)] == ["CRI-13"]


def test_a_good_stage_and_its_needs_are_left_alone():
    assert stage_findings(a_stage(), NOTICE.categories, STAGE_LAW) == []
    assert launch_findings(a_stage(), "pain", unchecked_grid(a_stage(), "pain"), LAUNCH_LAW) == []


def test_what_the_chosen_weights_add_is_for_the_service_on_the_screen_of_the_weights():
    stage = staged(replace(PRICE, weight_max=Decimal(70)), QUALITY, PACKAGING)
    (found,) = launch_warnings(launched(stage, price=60, quality=25, packaging=15), LAUNCH_LAW)
    assert (found.rule, found.field) == ("CRI-14", "weights")
    assert launch_warnings(launched(stage), LAUNCH_LAW) == []


def test_what_the_stage_announced_stays_for_the_buyers_whatever_the_weights():
    stage = staged(HEAVY_PRICE, LIGHT_QUALITY, PACKAGING)
    assert [each.rule for each in launch_warnings(launched(stage, price=65, quality=20, packaging=15), LAUNCH_LAW)] == ["CRI-13"]


def test_a_reason_given_to_one_rule_is_not_one_for_the_other():
    stage = staged(replace(PRICE, weight_max=Decimal(70)), MINMAX, PACKAGING)
    rules = {each.rule for each in launch_warnings(launched(stage, price=60, quality=25, packaging=15), LAUNCH_LAW)}
    assert rules == {"CRI-13", "CRI-14"}


def test_a_criterion_that_the_stage_demands_of_everybody_distinguishes_nobody():
    asked = specification("reusable", "Contenants repris", unit="yes_no", comparison="is_true", threshold=None, exempt_families=())
    stage = staged(PRICE, QUALITY, SCORED_YES, asked=(asked,))
    (found,) = stage_findings(stage, NOTICE.categories, STAGE_LAW)
    assert (found.code, found.refusal.field) == ("criterion_neutralised", "packaging")
    assert stage_findings(staged(PRICE, QUALITY, SCORED_YES, asked=(replace(asked, comparison="any"),)), NOTICE.categories, STAGE_LAW) == []


def test_what_is_found_in_one_category_names_it_and_what_is_found_in_all_is_said_once():
    bread, meals = replace(MINMAX, key="bread", categories=("pain",)), replace(QUALITY, key="meals", categories=("traiteur",))
    (found,) = stage_findings(staged(PRICE, bread, meals, PACKAGING), NOTICE.categories, STAGE_LAW)
    assert found.refusal.message.endswith("pour la catégorie «\u00a0pain\u00a0».")
    (found,) = stage_findings(staged(PRICE, MINMAX, PACKAGING), NOTICE.categories, STAGE_LAW)
    assert "catégorie" not in found.refusal.message


def test_weights_that_the_law_refuses_are_not_also_unwise():
    stage = staged(HEAVY_PRICE, QUALITY)
    assert {each.rule for each in publication_faults(stage, [], NOTICE, STAGE_LAW)} == {"CRI-01", "CRI-04"}
    assert publication_warnings(stage, [], NOTICE, STAGE_LAW) == []
