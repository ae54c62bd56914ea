"""Until when a judge may be seized of a concluded contract, and the quarters of award notices."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad import parameters
from sad.domain.calendar import is_working_day
from sad.domain.conclusions import ChallengeLaw, Quarter, challenge_end, notices_due_on, publication_faults

LAW = ChallengeLaw.on(date(2026, 12, 9), parameters.value)
days = st.dates(date(2020, 1, 1), date(2080, 12, 31))


@pytest.mark.parametrize(
    ("concluded_on", "told_on", "until"),
    [
        (date(2026, 12, 9), date(2026, 12, 9), date(2027, 1, 11)),  # the 31st day is a Saturday
        (date(2026, 12, 8), date(2026, 12, 8), date(2027, 1, 8)),
        (date(2026, 12, 8), date(2027, 1, 8), date(2027, 2, 8)),  # told a month later: counted from then
        (date(2026, 12, 8), None, date(2027, 6, 9)),  # six months from the day after
        (date(2026, 8, 30), None, date(2027, 3, 1)),  # no 30 February: the last day, then the day after
        (date(2026, 11, 7), None, date(2027, 5, 10)),  # 8 May, a Saturday and a holiday
    ],
)
def test_the_judge_may_be_seized_until(concluded_on, told_on, until):
    assert challenge_end(concluded_on, told_on, LAW) == until


@given(days)
def test_telling_those_invited_at_once_always_shortens_the_time_and_never_under_31_days(day):
    told, silent = challenge_end(day, day, LAW), challenge_end(day, None, LAW)
    assert day + timedelta(days=31) <= told < silent and is_working_day(told, "calendar")


@given(days)
def test_each_day_is_in_its_quarter_alone(day):
    quarter = Quarter.of(day)
    assert quarter.first_day <= day <= quarter.last_day < quarter.next.first_day
    assert Quarter.of(quarter.last_day) == quarter and Quarter.of(quarter.last_day + timedelta(days=1)) == quarter.next


@pytest.mark.parametrize(
    ("quarter", "label", "due_on"),
    [
        (Quarter(2026, 4), "4e trimestre 2026", date(2027, 2, 1)),  # 30 January is a Saturday
        (Quarter(2026, 1), "1er trimestre 2026", date(2026, 4, 30)),
        (Quarter(2026, 3), "3e trimestre 2026", date(2026, 10, 30)),
    ],
)
def test_the_notices_of_a_quarter_are_due_thirty_days_after_its_end(quarter, label, due_on):
    assert (quarter.label, notices_due_on(quarter, 30)) == (label, due_on)


@pytest.mark.parametrize(
    ("published_on", "reference", "fields"),
    [
        (date(2026, 12, 9), "BOAMP 26-1", []),
        (date(2026, 12, 10), "BOAMP 26-1", ["published_on"]),
        (date(2026, 12, 1), "BOAMP 26-1", ["published_on"]),
        (None, " ", ["reference", "published_on"]),
    ],
)
def test_a_notice_is_marked_with_its_day_and_reference(published_on, reference, fields):
    faults = list(publication_faults(published_on, reference, notified_on=date(2026, 12, 8), today=date(2026, 12, 9)))
    assert [each.field for each in faults] == fields and all(each.rule == "PUB-01" and each.remedy for each in faults)
