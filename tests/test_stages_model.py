"""The ready roadmap: lawful as it stands, whatever the categories of the system that takes it."""

import json
from datetime import date

import pytest

from sad import parameters
from sad.domain.law import StageLaw
from sad.domain.publication import Notice, publication_faults, publication_warnings
from sad.domain.requirements import Nature
from sad.reference import product_families
from sad.stages_model import model_categories, model_length, model_stages

SENT = date(2026, 12, 1)
STARTS = [date(2027, 1, 4), date(2028, 1, 4), date(2029, 1, 4)]
USUAL = {each.key: each.families for each in model_categories()}


def law():
    return StageLaw.on(SENT, parameters.value)


@pytest.mark.parametrize("categories", [USUAL, {"fromages": ["fromages"]}, {"vins": ["vins"], "buffet": ["traiteur_buffet"]}])
def test_its_stages_are_published_without_fault_nor_warning(categories):
    notice = Notice(SENT, STARTS[0], date(2031, 1, 3), tuple(categories))
    stages = model_stages(SENT, STARTS, categories)
    assert len(stages) == model_length()
    assert [fault for stage in stages for fault in publication_faults(stage, stages, notice, law())] == []
    assert [warning for stage in stages for warning in publication_warnings(stage, stages, notice, law())] == []


def test_its_categories_buy_every_family_once():
    bought = [family for each in model_categories() for family in each.families]
    assert sorted(bought) == sorted(product_families())


@pytest.mark.parametrize(
    ("families", "capacities"),
    [
        (["fromages"], ["sanitary_declaration", "liability_insurance"]),
        (["vins", "cafe_the"], ["liability_insurance"]),
        (["plateau_repas"], ["sanitary_approval_or_derogation", "liability_insurance", "allergen_procedure"]),
    ],
)
def test_what_a_category_asks_follows_what_it_buys(families, capacities):
    (stage,) = model_stages(SENT, STARTS[:1], {"x": families})
    assert [each.key for each in stage.of_nature(Nature.CAPACITY, "x")] == capacities


def test_it_agrees_with_the_reference_data(shared):
    demo = json.loads((shared / "data" / "demo.json").read_text(encoding="utf-8"))
    stages = model_stages(SENT, STARTS, USUAL)
    for stage, reference in zip(stages, demo["stages"], strict=True):
        weights = {each.key: int(each.weight) for each in stage.of_nature(Nature.AWARD_CRITERION)}
        assert weights == {each["key"]: each["weight"] for each in reference["award_criteria"]}
        ranges = {each.key: [int(each.weight_min), int(each.weight_max)] for each in stage.of_nature(Nature.AWARD_CRITERION)}
        assert ranges == {each["key"]: each["weight_range"] for each in reference["award_criteria"]}
    for reference in demo["categories"]:
        assert {each.key for each in stages[0].of_nature(Nature.CAPACITY, reference["key"])} == set(reference["capacity"])
