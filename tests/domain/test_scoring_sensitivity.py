"""What would have put an offer first, and how far a weight may move: replayed by hand here."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.sensitivity import WeightInterval, WouldBeFirst, reweighted, weight_interval, what_would_change
from sad.domain.scoring.values import Bid

PRICE = {"key": "price", "label": "Prix", "weight": "50", "method": "lowest_ratio", "price": True}
QUALITY = {"key": "quality", "label": "Qualité", "weight": "30", "method": "scale", "scale": "20"}
PACKAGING = {"key": "packaging", "label": "Emballage", "weight": "20", "method": "steps", "environmental": True,
             "steps": [["reusable", "1"], ["compostable", "0.5"], ["single_use", "0"]]}  # fmt: skip
GRID = grid_from_dict({"criteria": [PRICE, QUALITY, PACKAGING]})


def bid(ref, price, quality, packaging):
    return Bid(ref, {"price": price, "quality": quality, "packaging": packaging})


BIDS = [bid("A", "142.50", "15", "reusable"), bid("B", "131.00", "12", "single_use"), bid("C", "150.00", "14", "compostable")]


def first(bids, grid=GRID):
    result = rank(bids, grid)
    return result.refs[: result.ranks.count(1)]


def with_price(bids, ref, price):
    return [replace(one, values={**one.values, "price": price}) if one.ref == ref else one for one in bids]


def test_the_least_price_cut_puts_the_offer_first_and_one_cent_less_does_not():
    found = what_would_change(BIDS, GRID, "B")
    cut = Fraction(found.price_cut, 100)
    asked = Fraction("131.00") - cut
    assert first(with_price(BIDS, "B", f"{float(asked):.2f}")) == ("B",)
    assert first(with_price(BIDS, "B", f"{float(asked + Fraction(1, 100)):.2f}")) != ("B",)


def test_the_first_offer_needs_nothing():
    assert what_would_change(BIDS, GRID, "A") == WouldBeFirst("A", None, ())


def test_an_offer_that_shares_the_first_place_needs_one_cent():
    twins = [bid("A", "100", "15", "reusable"), bid("B", "100", "15", "reusable")]
    assert what_would_change(twins, GRID, "B") == WouldBeFirst("B", 1, ("quality",))


def test_each_criterion_that_alone_would_put_the_offer_first_is_named():
    bids = [bid("A", "100", "14", "reusable"), bid("B", "100", "14.5", "compostable"), bid("C", "300", "0", "single_use")]
    assert what_would_change(bids, GRID, "B").criteria == ("packaging",)
    # C has 50 at most, A 41 and half of what C asks: 17,99 is the first price under 18.
    assert what_would_change(bids, GRID, "C") == WouldBeFirst("C", 28201, ())


def test_the_price_is_told_by_its_cut_not_among_the_criteria():
    bids = [bid("A", "100", "14", "reusable"), bid("B", "110", "15", "reusable")]
    assert what_would_change(bids, GRID, "B") == WouldBeFirst("B", 691, ("quality",))


def test_no_cut_is_told_when_no_price_would_do():
    bounds = {"key": "price", "label": "Prix", "weight": "50", "method": "linear_bounds", "best": "80", "worst": "300", "price": True}
    grid = grid_from_dict({"criteria": [bounds, QUALITY]})
    bids = [Bid("A", {"price": "80", "quality": "15"}), Bid("B", {"price": "200", "quality": "15"})]
    assert what_would_change(bids, grid, "B") == WouldBeFirst("B", None, ())


def test_the_best_of_a_relative_criterion_is_the_best_of_the_others():
    grid = grid_from_dict({"criteria": [PRICE, {"key": "quality", "label": "Qualité", "weight": "50", "method": "highest_ratio"}]})
    bids = [Bid("A", {"price": "100", "quality": "8"}), Bid("B", {"price": "99", "quality": "6"})]
    assert what_would_change(bids, grid, "B").criteria == ("quality",)


@pytest.mark.parametrize(
    "options",
    [
        {"method": "yes_no"},
        {"method": "linear_bounds", "best": "10", "worst": "0"},
        {"method": "steps", "steps": [["5", "0"], [None, "1"]]},
        {"method": "steps", "steps": [["-5", "1"], ["5", "0.2"]]},
        {"method": "scale", "scale": "12.5"},
    ],
    ids=lambda options: options["method"],
)
def test_the_best_value_of_a_criterion_is_found_even_when_no_offer_has_it(options):
    grid = grid_from_dict({"criteria": [PRICE, {"key": "quality", "label": "Qualité", "weight": "50", **options}]})
    value = "non" if options["method"] == "yes_no" else "1"
    bids = [Bid("A", {"price": "100", "quality": value}), Bid("B", {"price": "101", "quality": value})]
    assert what_would_change(bids, grid, "B") == WouldBeFirst("B", 101, ("quality",))


def test_a_grid_without_price_tells_no_price_cut():
    grid = grid_from_dict({"criteria": [QUALITY]})
    bids = [Bid("A", {"quality": "12"}), Bid("B", {"quality": "11"})]
    assert what_would_change(bids, grid, "B") == WouldBeFirst("B", None, ("quality",))


def test_an_eliminated_offer_is_told_what_would_have_kept_it_and_put_it_first():
    grid = grid_from_dict({"criteria": [PRICE, QUALITY | {"minimum": "0.5"}, PACKAGING]})
    bids = [bid("A", "142.50", "15", "reusable"), bid("B", "131.00", "9", "reusable")]
    assert what_would_change(bids, grid, "B") == WouldBeFirst("B", None, ("quality",))


def test_an_unknown_offer_is_an_error():
    with pytest.raises(KeyError):
        what_would_change(BIDS, GRID, "Z")


def test_the_weight_of_the_price_may_move_as_long_as_the_first_place_stays():
    interval = weight_interval(BIDS, GRID, "price")
    step = Fraction(1, 100)
    assert interval.low == step
    assert first(BIDS, reweighted(GRID, "price", interval.high)) == ("A",)
    assert first(BIDS, reweighted(GRID, "price", interval.high + step)) == ("B",)
    assert interval == WeightInterval(step, Fraction("85.85"))


def test_a_weight_between_two_steps_is_inside_its_interval():
    weights = grid_from_dict({"criteria": [PRICE | {"weight": "33.333"}, QUALITY | {"weight": "66.667"}]})
    bids = [Bid("A", {"price": "100", "quality": "10"}), Bid("B", {"price": "50", "quality": "5"})]
    interval = weight_interval(bids, weights, "price")
    assert interval.low <= Fraction("33.333") <= interval.high
    assert first(bids, reweighted(weights, "price", interval.high + Fraction(1, 100))) != first(bids, weights)


def test_no_interval_for_a_criterion_alone_nor_without_offers():
    assert weight_interval([], GRID, "price") is None
    assert weight_interval([Bid("A", {"price": "1"})], grid_from_dict({"criteria": [PRICE]}), "price") is None


def test_moving_a_weight_keeps_the_sum_and_the_proportions_of_the_others_sub_criteria_included():
    parts = [{"key": key, "label": key, "weight": weight, "method": "yes_no"} for key, weight in (("taste", "10"), ("menu", "20"))]
    grid = grid_from_dict({"criteria": [PRICE, {"key": "q", "label": "Q", "weight": "30", "sub_criteria": parts}, PACKAGING]})
    moved = reweighted(grid, "price", Fraction(75))
    assert [criterion.weight for criterion in moved.every_criterion] == [75, 15, 5, 10, 10]
    moved = reweighted(grid, "menu", Fraction(60))
    assert [criterion.weight for criterion in moved.every_criterion] == [25, 65, 5, 60, 10]
    assert moved.total_weight == grid.total_weight


ROW = st.tuples(st.integers(1, 3000), st.integers(0, 20), st.sampled_from(["reusable", "compostable", "single_use"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=2, max_size=6))
def test_no_smaller_cut_than_the_one_told_would_do(rows):
    bids = [bid(f"O{number}", f"{cents // 100}.{cents % 100:02}", str(mark), step) for number, (cents, mark, step) in enumerate(rows)]
    last = rank(bids, GRID).refs[-1]
    cut, cents = what_would_change(bids, GRID, last).price_cut, rows[int(last[1:])][0]

    def is_first_after(less):
        return first(with_price(bids, last, f"{(cents - less) // 100}.{(cents - less) % 100:02}")) == (last,)

    if first(bids) == (last,):
        assert cut is None
    elif cut is None:
        assert not is_first_after(cents - 1)
    else:
        assert is_first_after(cut)
        assert not any(is_first_after(less) for less in range(max(0, cut - 40), cut))
