"""Headcounts and quantities, references, and what is said of a delivery: the pure rules."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad import parameters
from sad.domain.orders import MEASURED, HeadcountLimits, OrderLaw, last_headcount_day, scaled

LAW = OrderLaw.on(date(2026, 12, 1), parameters.value)
UNITS = ("pièce", "convive", "plateau", *sorted(MEASURED))


@pytest.mark.parametrize(
    ("announced", "lowest", "highest"), [(1, 1, 2), (5, 4, 6), (9, 8, 10), (10, 9, 11), (19, 18, 20), (22, 20, 24), (200, 180, 220)]
)
def test_a_headcount_moves_by_whole_people_within_the_announced_share_and_by_one_at_least(announced, lowest, highest):
    assert HeadcountLimits.around(announced, LAW) == HeadcountLimits(announced, lowest, highest)


def test_the_last_day_to_confirm_is_five_days_before_the_delivery():
    assert last_headcount_day(date(2026, 12, 17), LAW) == date(2026, 12, 12)


@pytest.mark.parametrize(
    ("quantity", "unit", "headcount", "wanted"),
    [
        ("44", "pièce", 24, "48"), ("44", "pièce", 20, "40"), ("44", "pièce", 22, "44"),
        ("33", "tasse", 23, "34"), ("33", "tasse", 21, "32"),
        ("4.4", "litre", 24, "4.8"), ("3", "kg", 23, "3.136"), ("3", "kg", 21, "2.864"),
        ("1", "lot", 24, "1"), ("1", "lot", 20, "1"),
    ],
)
def test_counted_things_stay_whole_and_measured_ones_follow_to_the_gram(quantity, unit, headcount, wanted):
    assert scaled(Decimal(quantity), unit, announced=22, headcount=headcount) == Decimal(wanted)


@given(
    quantity=st.decimals(min_value="0.001", max_value=100000, places=3),
    unit=st.sampled_from(UNITS),
    announced=st.integers(1, 5000),
    data=st.data(),
)
def test_no_quantity_moves_further_than_the_headcount(quantity, unit, announced, data):
    limits = HeadcountLimits.around(announced, LAW)
    headcount = data.draw(st.integers(limits.lowest, limits.highest))
    new = scaled(quantity, unit, announced=announced, headcount=headcount)
    share = Fraction(headcount, announced)
    assert min(share, 1) <= Fraction(new) / Fraction(quantity) <= max(share, 1)
    assert new > 0 and (headcount != announced or new == quantity)
    assert new == round(new, 3)
    if unit not in MEASURED and quantity == quantity.to_integral_value():
        assert new == new.to_integral_value()
