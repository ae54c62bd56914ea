"""What a supplier may expect before it deposits: the table a buyer can sign, held against the ranking itself."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from sad.domain.estimate_points import estimate_points
from sad.domain.offers import OfferContent
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.numbers import printed, written
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.values import Bid
from tests.factories.requirements import a_stage, criterion

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "estimate_points.yaml").read_text(encoding="utf-8"))
LINES = [("1", "Pogne", Decimal(10), "pièce")]


def content(price: str | None = None, **answers) -> OfferContent:
    return OfferContent.from_dict({"prices": {"1": price}, "answers": answers}, LINES)


def one_line(case):
    """The only line of an estimate on a grid of one criterion, and that grid."""
    asked = dict(case["criterion"])
    is_price = asked.get("price", False)
    grid = grid_from_dict({"criteria": [{"key": "c", "label": "Critère", "weight": "40", **asked}]})
    unit = case.get("unit", "points" if isinstance(case["value"], str) and case["value"].isdigit() else "text")
    stage = a_stage(criterion("c", "Critère", 40, unit=unit, price=is_price, method=asked))
    given = content(str(Decimal(case["value"]) / 10)) if is_price and case["value"] != "0.01" else content("1", c=case["value"])
    if case["value"] == "0.01":
        given = OfferContent.from_dict({"prices": {"1": "0.01"}}, [("1", "Pogne", Decimal(1), "pièce")])
    return estimate_points(grid, stage, given).lines[0], grid


def ranked(grid, mine: str, *others: Fraction) -> Fraction:
    bids = [Bid("moi", {"c": mine}), *(Bid(f"autre {number}", {"c": written(other)}) for number, other in enumerate(others))]
    return next(placed.points["c"] for placed in rank(bids, grid).ranking if placed.ref == "moi")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_an_estimate_says_what_the_table_says(case):
    line, _ = one_line(case)
    if "suppositions" in case:
        found = [[each.standing, each.other and written(each.other), printed(each.points, 2)] for each in line.suppositions]
        assert (line.kind, found) == ("relative", case["suppositions"])
    elif "exact" in case:
        assert (line.kind, printed(line.points, 2)) == ("exact", case["exact"])
    else:
        assert (line.kind, line.points, line.suppositions) == ("judged" if case.get("judged") else "missing", None, ())


@pytest.mark.parametrize("case", [case for case in CASES if "suppositions" in case or "exact" in case], ids=lambda case: case["says"])
def test_the_ranking_gives_the_points_that_the_estimate_announced(case):
    line, grid = one_line(case)
    own = Fraction(case["value"]) if case["value"] not in ("true", "false", "compostable") else None
    if line.kind == "exact":
        assert ranked(grid, case["value"]) == line.points
        return
    better = Fraction(-7 if line.seeks == "lower" else 7)
    for each in line.suppositions:
        others = {
            "best": (own, own - better) if own > 7 else (own,),
            "behind": (each.other,),
            "middle": (own - better, own + better),
            "last": (own + better,),
        }[each.standing]
        assert ranked(grid, case["value"], *others) == each.points


GRID = grid_from_dict(
    {
        "criteria": [
            {"key": "price", "label": "Prix", "weight": "50", "method": "lowest_ratio", "price": True},
            {"key": "quality", "label": "Qualité", "weight": "30", "method": "scale", "scale": "10"},
            {
                "key": "green",
                "label": "Environnement",
                "weight": "20",
                "environmental": True,
                "sub_criteria": [
                    {"key": "boxes", "label": "Contenants", "weight": "15", "method": "yes_no", "minimum": "0.5"},
                    {"key": "waste", "label": "Restes", "weight": "5", "method": "linear_bounds", "best": "0", "worst": "10"},
                ],
            },
        ]
    }
)
STAGE = a_stage()


def test_what_depends_on_the_supplier_alone_adds_up_whatever_the_others_answer():
    estimate = estimate_points(GRID, STAGE, content("20", boxes=True, waste="2"))
    assert [(line.criterion.key, line.parent, line.kind) for line in estimate.lines] == [
        ("price", None, "relative"),
        ("quality", None, "judged"),
        ("boxes", "Environnement", "exact"),
        ("waste", "Environnement", "exact"),
    ]
    assert (estimate.own_points, estimate.own_weight) == (19, 20)
    for rival in ("50.00", "200.00", "900.00"):
        bids = [
            Bid("moi", {"price": "200.00", "quality": "5", "boxes": "true", "waste": "2"}),
            Bid("autre", {"price": rival, "quality": "9", "boxes": "true", "waste": "9"}),
        ]
        mine = next(placed for placed in rank(bids, GRID).ranking if placed.ref == "moi")
        assert mine.points["green"] == estimate.own_points


def test_an_answer_under_its_minimum_is_told_since_it_would_eliminate_the_offer():
    estimate = estimate_points(GRID, STAGE, content("20", boxes=False, waste="9"))
    assert [line.criterion.key for line in estimate.lines if line.is_under_minimum] == ["boxes"]


@pytest.mark.parametrize("price", [None, "0", "-1"])
def test_a_price_that_is_not_whole_is_not_estimated(price):
    estimate = estimate_points(GRID, STAGE, content(price, boxes=True, waste="2"))
    assert [line.kind for line in estimate.lines] == ["missing", "judged", "exact", "exact"]
