"""Whole rankings: the documented sample, the table a buyer can sign, ties, eliminations, and what a ranking tells."""

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.numbers import printed
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.scoring_file import ranking_to_dict, read_json, read_scoring_file
from sad.domain.scoring.values import Bid

FOLDER = Path(__file__).parent.parent / "cases"
CASES = yaml.safe_load((FOLDER / "scoring_rankings.yaml").read_text(encoding="utf-8"))
SAMPLE = json.loads((FOLDER / "scoring_sample.json").read_text(encoding="utf-8"))
RESULT = json.loads((FOLDER / "scoring_sample_result.json").read_text(encoding="utf-8"))


def filled(criterion, weight):
    """A criterion of a case, with a label and a weight where it says none."""
    given = {"label": criterion["key"].title(), "weight": weight, **criterion}
    if "sub_criteria" in given:
        given["sub_criteria"] = [filled(part, weight) for part in given["sub_criteria"]]
    return given


def grid_of(case):
    criteria = [filled(criterion, "100") for criterion in case["criteria"]]
    return grid_from_dict({"criteria": criteria} | {key: case[key] for key in ("decimals", "tie_rule", "minimum_total") if key in case})


def bids_of(case, grid):
    keys = [leaf.key for leaf in grid.scored]
    return [Bid(ref, dict(zip(keys, row, strict=True))) for ref, row in case["rows"].items()]


def ranked(data):
    _, grid, bids = read_scoring_file(read_json(json.dumps(data).encode()))
    return ranking_to_dict(rank(bids, grid))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_ranking_is_that_of_the_table(case):
    grid = grid_of(case)
    bids = bids_of(case, grid)
    random.Random(7).shuffle(bids)
    result = rank(bids, grid)
    assert {placed.ref: placed.rank for placed in result.ranking} == case["ranks"]
    assert [placed.ref for placed in result.ranking] == sorted(case["ranks"], key=lambda ref: (case["ranks"][ref], ref))
    assert {gone.ref: gone.criterion for gone in result.eliminated} == case.get("eliminated", {})
    assert [gone.ref for gone in result.eliminated] == sorted(case.get("eliminated", {}))
    assert [list(group) for group in result.ties] == case.get("ties", [])
    totals = {placed.ref: printed(placed.total, grid.decimals) for placed in result.ranking}
    assert {ref: totals[ref] for ref in case.get("totals", {})} == case.get("totals", {})


def test_the_documented_sample_gives_its_documented_output_keys_in_order():
    assert json.dumps(ranked(SAMPLE), ensure_ascii=False) == json.dumps(RESULT, ensure_ascii=False)


def test_the_sample_is_the_one_of_the_format(shared):
    blocks = (shared / "design" / "scoring-format.md").read_text(encoding="utf-8").split("```json\n")[1:]
    assert [json.loads(block.split("```")[0]) for block in blocks] == [SAMPLE, RESULT]


def test_the_order_of_the_offers_in_the_file_never_matters():
    turned = SAMPLE | {"offers": SAMPLE["offers"][::-1]}
    assert ranked(turned) == RESULT


def test_points_list_parents_and_sub_criteria_in_grid_order_and_the_total_adds_parents():
    case = next(case for case in CASES if case["says"].startswith("a minimum on a parent"))
    grid = grid_of(case)
    placed = {placed.ref: placed for placed in rank(bids_of(case, grid), grid).ranking}
    assert list(placed["A"].points.items()) == [("quality", 30), ("taste", 20), ("menu", 10)]
    assert placed["A"].total == Fraction(30)
    assert placed["A"].explanation == (
        "Quality : 30,00 sur 60, somme des sous-critères",
        "Taste : 20,00 sur 20, 10 sur 10",
        "Menu : 10,00 sur 40, 2,5 sur 10",
    )


def test_an_elimination_says_by_how_much_even_when_rounding_would_hide_it():
    grid = grid_from_dict(
        {"criteria": [{"key": "q", "label": "Qualité", "weight": "30", "method": "scale", "scale": "20", "minimum": "0.5"}],
         "minimum_total": "25"}
    )  # fmt: skip
    gone = rank([Bid("A", {"q": "8"}), Bid("B", {"q": "9.9999"}), Bid("C", {"q": "12"})], grid).eliminated
    assert [one.reason.replace("\u00a0", " ") for one in gone] == [
        "Qualité : 12,00 sur 30, sous le minimum de 15,00",
        "Qualité : 14,9999 sur 30, sous le minimum de 15,0000",
        "Total : 18,00 sur 30, sous le minimum de 25,00",
    ]


@pytest.mark.parametrize(
    ("options", "values", "why"),
    [
        ({"method": "lowest_ratio"}, ["142.50", "131.00"], "142,5 pour un minimum de 131"),
        ({"method": "linear_excess"}, ["1200.00", 1000], "1200 pour un minimum de 1000"),
        ({"method": "highest_ratio"}, ["12", "20"], "12 pour un maximum de 20"),
        ({"method": "highest_ratio"}, ["0", "-0"], "0 pour un maximum de 0"),
        ({"method": "scale", "scale": "20.0"}, ["15"], "15 sur 20"),
        ({"method": "linear_bounds", "best": "0", "worst": "10"}, ["3"], "3, entre 0 et 10"),
        ({"method": "linear_bounds", "best": "10.50", "worst": "0"}, ["3.20"], "3,2, entre 0 et 10,5"),
        ({"method": "linear_minmax", "better": "lower"}, ["3", "1", "10"], "3, de 1 à 10"),
        ({"method": "steps", "steps": [["10.5", "1"], [None, "0"]]}, ["2.50"], "2,5"),
        ({"method": "steps", "steps": [["reusable", "1"], ["single_use", "0"]]}, ["reusable"], "reusable"),
        ({"method": "yes_no"}, ["YES"], "oui"),
        ({"method": "yes_no"}, [False], "non"),
    ],
)
def test_a_sentence_says_where_the_points_come_from(options, values, why):
    grid = grid_from_dict({"criteria": [{"key": "c", "label": "Critère", "weight": "40.50", **options}]})
    bids = [Bid(f"{number}", {"c": value}) for number, value in enumerate(values)]
    placed = next(placed for placed in rank(bids, grid).ranking if placed.ref == "0")
    points = printed(placed.total, 2).replace(".", ",")
    assert placed.explanation == (f"Critère : {points} sur 40,5, {why}",)


def test_bids_that_cannot_be_ranked_are_refused_with_every_reason():
    grid = grid_from_dict({"criteria": [{"key": "p", "label": "Prix", "weight": "1", "method": "lowest_ratio"}]})
    with pytest.raises(ScoringFaults) as wrong:
        rank([Bid("A", {"p": "0"}), Bid("B", {}), Bid("B", {"p": True}), Bid("C", {"p": "1"})], grid)
    assert [fault.replace("\u00a0", " ") for fault in wrong.value.faults] == [
        "offre « A » : « p » vaut « 0 », mais la méthode lowest_ratio attend un nombre supérieur à 0",
        "offre « B » : il manque la valeur de « p »",
        "offre « B » : cette référence est donnée deux fois",
        "offre « B » : « p » vaut true, mais la méthode lowest_ratio attend un nombre décimal écrit avec un point,"
        " sans exposant ni espace (au plus 30 chiffres de chaque côté)",
    ]


def test_a_reference_that_comes_twice_is_refused_even_when_its_values_are_right():
    grid = grid_from_dict({"criteria": [{"key": "p", "label": "Prix", "weight": "1", "method": "lowest_ratio"}]})
    with pytest.raises(ScoringFaults, match="deux fois"):
        rank([Bid("A", {"p": "1"}), Bid("A", {"p": "2"})], grid)
