"""Each method at its edges, from the table a buyer can sign, and the table of methods itself."""

from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from sad.domain.scoring import methods
from sad.domain.scoring.accepted import any_number
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.numbers import printed, printed_apart, read_number, written
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.values import Bid

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "scoring_methods.yaml").read_text(encoding="utf-8"))


def one_criterion(**options):
    return {"criteria": [{"key": "c", "label": "Critère", "weight": "40", **options}], "decimals": 4}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_method_gives_the_points_of_the_table(case):
    grid = grid_from_dict(one_criterion(**case["criterion"]))
    bids = [Bid(f"{number:02}", {"c": value}) for number, value in enumerate(case["values"])]
    ranking = rank(bids, grid).ranking
    points = {placed.ref: printed(placed.points["c"], 4) for placed in ranking}
    assert [points[bid.ref] for bid in bids] == case["points"]
    assert all(placed.total == placed.points["c"] for placed in ranking)


def test_every_method_is_in_the_table_of_cases():
    assert {case["criterion"]["method"] for case in CASES} == set(methods.METHODS)


def test_a_new_method_is_one_function_and_one_line(monkeypatch):
    def half(criterion, among):
        return lambda x: (1, 2)

    line = methods.Method(half, False, any_number, (), methods.always, "la moitié de {x}")
    monkeypatch.setitem(methods.METHODS, "half", line)
    placed = rank([Bid("A", {"c": "8"})], grid_from_dict(one_criterion(method="half"))).ranking[0]
    assert placed.total == 20
    assert placed.explanation == ("Critère : 20,0000 sur 40, la moitié de 8",)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-49, 100), 0, "0"),
        (Fraction(1, 200), 2, "0.01"),
        (Fraction(-1, 200), 2, "-0.01"),
        (Fraction(-1, 201), 2, "0.00"),
        (Fraction(0), 6, "0.000000"),
        (Fraction(2, 3), 6, "0.666667"),
        (Fraction(1999, 1000), 2, "2.00"),
    ],
)
def test_numbers_are_printed_half_away_from_zero_and_never_as_minus_nothing(value, decimals, text):
    assert printed(value, decimals) == text


@pytest.mark.parametrize("text", ["0", "-0", "0.0", "007", "142.50", "-3.25", "9" * 30 + "." + "9" * 30, 12, -4])
def test_numbers_are_decimal_texts_or_integers(text):
    assert read_number(text) == Fraction(str(text))


NO_NUMBERS = ["", " 1", "1 ", "1\n", "+1", "1e3", "1E3", "1,5", ".5", "5.", "1_000", "NaN", "inf", "١", "--1", "1.2.3", "9" * 31]


@pytest.mark.parametrize("text", [*NO_NUMBERS, "0." + "0" * 31, 10**30, None, True, False, 1.5, [], {}])
def test_anything_else_is_no_number(text):
    with pytest.raises(ValueError, match="un nombre décimal"):
        read_number(text)


@pytest.mark.parametrize(("value", "text"), [("1200", "1200"), ("1.50", "1.5"), ("-0.0", "0"), (f"0.{1:030}", f"0.{1:030}")])
def test_a_number_is_written_without_useless_zeros(value, text):
    assert written(read_number(value)) == text


def test_two_numbers_are_printed_with_as_many_decimals_as_it_takes_to_tell_them_apart():
    assert printed_apart(Fraction("14.9999"), Fraction(15), 2) == ("14,9999", "15,0000")
    assert printed_apart(Fraction(12), Fraction(15), 2) == ("12,00", "15,00")
