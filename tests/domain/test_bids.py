"""An opened offer as the grid reads it."""

from datetime import date
from decimal import Decimal

from sad.domain.bids import bid_of, unsaid
from sad.domain.requirements import Nature, Requirement
from sad.domain.scoring.scoring_file import grid_from_dict
from sad.domain.stages import grid_of
from tests.factories.requirements import a_stage, criterion, specification
from tests.factories.systems import stage_value

STAGE = stage_value(1, date(2026, 1, 15))
GRID = grid_from_dict(grid_of(STAGE, "traiteur"))
CONTENT = {"values": {"direct_supply_pct": "62,5", "organic_or_siqo_pct": 40, "reusable_packaging": "non"}, "answers": {}}
MARKS = {"quality": "7.5", "delivery": "10"}


def bid(stage=STAGE, grid=GRID, content=CONTENT, marks=MARKS):
    return bid_of("Ferme", grid=grid, stage=stage, total=Decimal("131.00"), content=content, marks=marks)


def test_price_takes_the_total_marks_come_from_people_and_sources_from_the_values_offered():
    assert bid().values == {
        "price": "131.00",
        "quality": "7.5",
        "direct_supply": "62.5",
        "organic": "40",
        "packaging": "false",
        "delivery": "10",
    }
    assert unsaid(bid(), GRID) == ()


def test_what_is_not_said_is_left_out_and_named_in_grid_order():
    poor = bid(content={"values": {"organic_or_siqo_pct": "beaucoup"}}, marks={"delivery": "3"})
    assert [leaf.key for leaf in unsaid(poor, GRID)] == ["quality", "direct_supply", "organic", "packaging"]


def test_a_criterion_without_source_takes_the_answer_of_the_supplier():
    freshness = Requirement(
        "freshness", "Fraîcheur", Nature.AWARD_CRITERION, unit="text", weight=Decimal(50), environmental=True,
        method={"method": "steps", "steps": [["24h", "1"], ["48h", "0.5"]]},
    )
    stage = a_stage(specification(), criterion("price", "Prix", 50, price=True, method={"method": "lowest_ratio"}), freshness)
    grid = grid_from_dict(grid_of(stage, "pain"))
    assert bid(stage, grid, {"answers": {"freshness": "24h"}}, {}).values == {"price": "131.00", "freshness": "24h"}


def test_the_parts_of_a_criterion_are_read_one_by_one():
    parts = [
        {"key": "taste", "label": "Goût", "weight": "30", "method": "scale", "scale": "10"},
        {"key": "origin_proof", "label": "Traçabilité", "weight": "20", "method": "yes_no"},
    ]
    whole = criterion("quality", "Qualité", 50, environmental=True, method={"sub_criteria": parts})
    stage = a_stage(specification(), criterion("price", "Prix", 50, price=True, method={"method": "lowest_ratio"}), whole)
    grid = grid_from_dict(grid_of(stage, "pain"))
    found = bid(stage, grid, {"answers": {"origin_proof": True}}, {"taste": "8"})
    assert found.values == {"price": "131.00", "taste": "8", "origin_proof": "true"}
