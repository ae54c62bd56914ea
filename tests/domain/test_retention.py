"""The clocks of retention: five years from the signature for offers, ten from the last delivery for the contract, none too early."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.retention import Lived, RetentionLaw, clocks_of, keeping_faults, years_after

LAW = RetentionLaw(tender=5, contract=5, policy=10)
OVER = date(2027, 6, 30)
SIGNED, SERVED = date(2026, 12, 18), date(2027, 1, 8)
days = st.dates(date(2019, 4, 1), date(2060, 1, 1))


def contract(**values) -> Lived:
    return Lived(**{"ended_on": SIGNED, "performed_on": SERVED, "is_contracted": True, "system_until": OVER, **values})


@pytest.mark.parametrize(
    ("lived", "day", "rules"),
    [
        (contract(), date(2037, 1, 8), ["ARC-02"]),
        (contract(), date(2037, 1, 9), []),
        (contract(), date(2031, 12, 18), ["ARC-01", "ARC-02"]),
        (contract(), date(2031, 12, 19), ["ARC-02"]),
        (contract(performed_on=None), date(2036, 12, 19), []),
        (contract(performed_on=date(2026, 12, 1)), date(2036, 12, 18), ["ARC-02"]),
        (contract(is_disputed=True), date(2040, 1, 1), ["ARC-03"]),
        (contract(system_until=date(2040, 1, 1)), date(2040, 1, 1), ["ARC-02"]),
        (contract(ended_on=None), date(2060, 1, 1), ["ARC-01"]),
        (contract(is_contracted=False), date(2031, 12, 18), ["ARC-01"]),
        (contract(is_contracted=False), date(2031, 12, 19), []),
    ],
)
def test_papers_are_kept_to_the_last_day_of_their_last_clock(lived, day, rules):
    assert [fault.rule for fault in keeping_faults(lived, LAW, day)] == rules


def test_the_law_prevails_over_a_shorter_policy():
    (_, pieces) = clocks_of(contract(), RetentionLaw(tender=5, contract=5, policy=3))
    assert pieces.until == date(2032, 1, 8)


def test_a_leap_day_is_kept_one_day_more_rather_than_less():
    assert years_after(date(2028, 2, 29), 5) == date(2033, 3, 1)
    assert years_after(date(2028, 2, 29), 4) == date(2032, 2, 29)


@given(days, days, st.integers(0, 20000))
def test_nothing_is_destroyed_before_five_years_and_everything_may_be_at_last(signed, served, later):
    lived = contract(ended_on=signed, performed_on=served)
    day = signed + timedelta(days=later)
    if later < 5 * 365:
        assert list(keeping_faults(lived, LAW, day))
    last = max(clock.until for clock in clocks_of(lived, LAW))
    assert bool(list(keeping_faults(lived, LAW, day))) == (day <= max(last, OVER))
