from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sad.domain.grid_watch import watch
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.values import Bid
from tests.factories.requirements import STAGE_LAW

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "grids.yaml").read_text(encoding="utf-8"))


def a_grid(case: Mapping[str, Any]) -> dict[str, Any]:
    keys = [each["key"] for each in case["criteria"]]
    tie_rule = case.get("tie_rule", ["packaging"] if "packaging" in keys else keys[:1])
    return {"criteria": case["criteria"], "decimals": 2, "tie_rule": tie_rule, "minimum_total": case.get("minimum_total")}


def found_in(case: Mapping[str, Any]):
    grid, offers = a_grid(case), case.get("offers", ())
    leaves = [leaf.key for leaf in grid_from_dict(grid).scored] if offers else []
    bids = [Bid("ABCDE"[place], dict(zip(leaves, said, strict=True))) for place, said in enumerate(offers)]
    return watch(grid, STAGE_LAW, plausible=case.get("plausible"), bids=bids)


def named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


def test_the_table_holds_thirty_bad_grids_and_thirty_good_ones():
    assert len(CASES["bad"]) >= 30 and len(CASES["good"]) >= 30


@pytest.mark.parametrize("case", named(CASES["bad"]))
def test_a_planted_fault_is_found_and_nothing_else(case):
    findings = found_in(case)
    assert {each.code for each in findings} == set(case["expects"])
    assert any(each.blocks for each in findings) is case.get("blocks", False)


@pytest.mark.parametrize("case", named(CASES["good"]))
def test_a_good_grid_is_left_alone(case):
    assert found_in(case) == ()


@pytest.mark.parametrize("case", named(CASES["bad"]))
def test_each_finding_says_why_and_proposes_better(case):
    for each in found_in(case):
        assert each.refusal.message.endswith(".") and each.refusal.remedy.endswith("."), each


def test_what_blocks_comes_first():
    case = {"criteria": [{"key": "price", "label": "Prix", "weight": "90", "method": "linear_minmax", "better": "lower", "price": True}]}
    blocks = [each.blocks for each in found_in(case)]
    assert blocks == sorted(blocks, reverse=True) and {True, False} == set(blocks)


def test_offers_say_nothing_of_a_grid_that_cannot_rank():
    grid = {"criteria": [{"key": "price", "label": "Prix", "weight": "0", "method": "lowest_ratio", "price": True}], "tie_rule": ["price"]}
    assert "unreadable" in {each.code for each in watch(grid, STAGE_LAW, bids=[Bid("A", {"price": "1"})])}
