from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.abnormal import PricedOffer, offers_to_explain

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "abnormal.yaml").read_text(encoding="utf-8"))
cents = st.integers(1, 10**9).map(lambda number: Decimal(number).scaleb(-2))


def to_explain(totals, estimate=None, percent=25):
    offers = [PricedOffer(ref, Decimal(total)) for ref, total in totals.items()]
    return offers_to_explain(offers, alert_percent=Decimal(percent), minimum_offers=3, estimate=estimate)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_offers_of_the_table_call_for_an_explanation(case):
    estimate = Decimal(case["estimate"]) if "estimate" in case else None
    sentences = {low.ref: low.sentence.replace("\u00a0", " ") for low in to_explain(case["offers"], estimate)}
    assert sentences == case["low"]


def test_the_gap_and_its_reference_are_exact():
    low = to_explain({"A": "0.10", "B": "1", "C": "1.01", "D": "1"})[0]
    assert low.reference == Fraction(301, 300)
    assert low.gap == 1 - Fraction(30, 301)
    assert (low.total, low.against) == (Decimal("0.10"), "others")


def test_a_percentage_is_tied_to_its_sign():
    assert "\u00a0%" in to_explain({"A": "1", "B": "9", "C": "9"})[0].sentence


@given(st.lists(cents, min_size=3, max_size=12))
def test_the_order_of_the_offers_changes_nothing(totals):
    named = {f"offer-{rank}": total for rank, total in enumerate(totals)}
    backwards = dict(reversed(named.items()))
    assert sorted(to_explain(named), key=lambda low: low.ref) == sorted(to_explain(backwards), key=lambda low: low.ref)


@given(st.lists(cents, min_size=3, max_size=12), st.integers(1, 99))
def test_an_offer_at_the_mean_or_above_never_has_to_explain(totals, percent):
    named = {str(rank): total for rank, total in enumerate(totals)}
    mean = sum(map(Fraction, totals)) / len(totals)
    assert all(Fraction(named[low.ref]) < mean for low in to_explain(named, percent=percent))


@given(st.lists(cents, min_size=1, max_size=2), st.one_of(st.none(), cents))
def test_with_fewer_than_three_offers_only_the_estimate_is_a_reference(totals, estimate):
    named = {str(rank): total for rank, total in enumerate(totals)}
    low = to_explain(named, estimate)
    assert {each.against for each in low} <= {"estimate"}
    assert {each.ref for each in low} == {ref for ref, total in named.items() if estimate and total * 4 <= estimate * 3}
