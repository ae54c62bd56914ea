"""The warnings of a grid: which, on what criterion, in what order."""

from pathlib import Path

import pytest
import yaml

from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.scoring_file import ranking_to_dict
from sad.domain.scoring.values import Bid
from sad.domain.scoring.warnings import CHECKS, grid_warnings

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "scoring_warnings.yaml").read_text(encoding="utf-8"))


def filled(criterion):
    given = {"label": "Critère", **criterion}
    if "sub_criteria" in given:
        return given | {"sub_criteria": [filled(part) for part in given["sub_criteria"]]}
    return given if "method" in given else given | {"method": "scale", "scale": "20"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_grid_gives_the_warnings_of_the_table_in_order(case):
    grid = grid_from_dict({"criteria": [filled(criterion) for criterion in case["criteria"]], "tie_rule": case.get("tie_rule")})
    keys = [leaf.key for leaf in grid.scored]
    bids = [Bid(ref, dict(zip(keys, row, strict=True))) for ref, row in case.get("rows", {}).items()]
    said = ranking_to_dict(rank(bids, grid))["warnings"]
    assert [[warning["code"], warning["criterion"]] for warning in said] == case["warnings"]
    assert all(list(warning) == ["code", "criterion", "message"] and warning["message"] for warning in said)


def test_the_table_of_cases_shows_every_warning():
    shown = {code for case in CASES for code, _ in case["warnings"]}
    assert shown == {*CHECKS, "criterion_neutralised"}


def test_a_grid_is_warned_of_before_any_offer():
    grid = grid_from_dict({"criteria": [{"key": "p", "label": "Prix au km", "weight": "100", "method": "lowest_ratio", "price": True}]})
    assert [(said.code, said.criterion) for said in grid_warnings(grid)] == [
        ("CRI-01", None), ("CRI-02", None), ("CRI-08", "p"), ("CRI-11", None),
    ]  # fmt: skip
    assert "« km »" in grid_warnings(grid)[2].message.replace("\u00a0", " ")
