from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.estimates import Engagement, procedure_level, value_of_needs, value_over_validity

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "estimates.yaml").read_text(encoding="utf-8"))
euros = st.decimals(0, 10**7, places=2)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize("case", CASES["levels"], ids=str)
def test_the_greatest_value_of_a_system_decides_on_its_procedure(case):
    assert procedure_level(Decimal(case["maximum"]), formal_threshold=Decimal(case["threshold"])) == case["level"]


@pytest.mark.parametrize("case", CASES["periods"], ids=str)
def test_a_yearly_need_is_worth_its_months_over_the_validity(case):
    assert value_over_validity(Decimal(case["yearly"]), case["from"], case["until"]) == Decimal(case["value"])


def test_a_validity_that_ends_before_it_begins_is_an_error():
    with pytest.raises(ValueError, match="2026-01-14"):
        value_over_validity(Decimal(1), date(2026, 1, 15), date(2026, 1, 14))


@given(euros, days, st.integers(0, 3000))
def test_a_longer_validity_is_never_worth_less(yearly, first, length):
    last = first + timedelta(days=length)
    assert value_over_validity(yearly, first, last) <= value_over_validity(yearly, first, last + timedelta(days=1))


def test_needs_are_worth_their_sum_to_the_cent():
    assert value_of_needs([Decimal("0.10")] * 3) == Decimal("0.30")
    assert value_of_needs([]) == 0


@pytest.mark.parametrize("case", CASES["engagements"], ids=str)
def test_the_share_engaged_warns_at_its_limit(case):
    engagement = Engagement(*(Decimal(case[key]) for key in ("engaged", "maximum", "warning")))
    assert engagement.percent == Decimal(case["percent"])
    assert engagement.remaining == Decimal(case["remaining"])
    assert (engagement.is_near_maximum, engagement.is_over_maximum) == (case["near"], case["over"])


def test_a_contract_is_looked_at_before_it_is_launched():
    engagement = Engagement(Decimal(700), Decimal(1000), Decimal(80))
    assert not engagement.is_near_maximum
    assert engagement.with_added(Decimal(100)).is_near_maximum
    assert engagement.engaged == 700


@pytest.mark.parametrize("maximum", ["0", "-1"])
def test_a_share_of_nothing_is_an_error(maximum):
    with pytest.raises(ValueError, match="above zero"):
        Engagement(Decimal(0), Decimal(maximum), Decimal(80))
