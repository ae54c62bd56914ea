from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.calendar import (
    KINDS,
    PARIS,
    days_left,
    earliest_deadline,
    end_of_day,
    is_working_day,
    last_day,
    paris_day,
    paris_instant,
    public_holidays,
)
from sad.domain.errors import Refused

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "deadlines.yaml").read_text(encoding="utf-8"))
ONE_DAY = timedelta(days=1)
# Whit Monday stayed in the article while it was the day of solidarity by default; the package leaves it out.
DAY_OF_SOLIDARITY = {2005: date(2005, 5, 16), 2006: date(2006, 6, 5), 2007: date(2007, 5, 28)}

days = st.dates(date(1990, 1, 1), date(2150, 12, 31))
lengths = st.integers(1, 400)
kinds = st.sampled_from(KINDS)


def periods(start, length):
    return [start + timedelta(days=n) for n in range(1, length + 1)]


def worked(day):
    return day.weekday() < 5 and day not in public_holidays(day.year)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['sent']}-{case['days']}-{case['kind']}")
def test_a_period_ends_on_the_day_of_the_table(case):
    assert last_day(case["sent"], case["days"], case["kind"]) == case["last"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['sent']}-{case['days']}-{case['kind']}")
def test_a_deadline_may_be_set_from_midnight_in_paris_of_the_day_after(case):
    earliest = earliest_deadline(case["sent"], case["days"], case["kind"])
    assert earliest == datetime.combine(case["earliest"], datetime.min.time(), PARIS)
    assert earliest == datetime.combine(case["last"], datetime.min.time(), PARIS) + ONE_DAY


def test_every_kind_is_in_the_table():
    assert {case["kind"] for case in CASES} == set(KINDS)


@pytest.mark.parametrize("year", range(2000, 2100))
def test_public_holidays_are_those_of_the_holidays_package(year):
    theirs = set(holidays.France(years=year)) | {DAY_OF_SOLIDARITY.get(year, date(year, 1, 1))}
    assert public_holidays(year) == theirs


def test_two_holidays_on_the_same_day_are_one_day_off():
    assert len(public_holidays(2008)) == 10
    assert len(public_holidays(2026)) == 11


@pytest.mark.parametrize(
    ("day", "calendar", "eu", "fr"),
    [
        (date(2026, 11, 27), True, True, True),
        (date(2026, 11, 28), False, False, True),
        (date(2026, 11, 29), False, False, False),
        (date(2026, 12, 25), False, False, False),
        (date(2027, 5, 8), False, False, False),
    ],
)
def test_a_saturday_is_worked_in_french_days_only_and_a_holiday_never(day, calendar, eu, fr):
    assert [is_working_day(day, kind) for kind in ("calendar", "working-eu", "working-fr")] == [calendar, eu, fr]


@given(days, lengths)
def test_a_calendar_period_is_never_shortened_and_ends_on_a_working_day(start, length):
    last = last_day(start, length, "calendar")
    assert last >= start + timedelta(days=length)
    assert worked(last)


@given(days, st.integers(2, 400))
def test_a_calendar_period_of_two_days_holds_two_working_days_and_no_day_more_than_needed(start, length):
    last = last_day(start, length, "calendar")
    span = periods(start, (last - start).days)
    assert sum(map(worked, span)) >= 2
    shorter = span[length - 1 : -1]
    assert all(not worked(day) or sum(map(worked, span[: span.index(day) + 1])) < 2 for day in shorter)


@given(days, lengths, st.sampled_from(["working-eu", "working-fr"]))
def test_a_period_in_working_days_holds_exactly_that_many(start, length, kind):
    last = last_day(start, length, kind)
    assert sum(is_working_day(day, kind) for day in periods(start, (last - start).days)) == length
    assert is_working_day(last, kind)


@given(days, lengths)
def test_french_days_never_end_after_european_ones(start, length):
    assert last_day(start, length, "working-fr") <= last_day(start, length, "working-eu")


@given(days, lengths, kinds)
def test_a_longer_period_or_a_later_event_never_ends_earlier(start, length, kind):
    last = last_day(start, length, kind)
    assert last <= last_day(start, length + 1, kind)
    assert last <= last_day(start + ONE_DAY, length, kind)


@given(days, lengths, st.sampled_from(["working-eu", "working-fr"]))
def test_on_the_day_of_the_event_the_whole_period_is_left(start, length, kind):
    assert days_left(end_of_day(start), last_day(start, length, kind), kind) == length


@given(days, st.integers(-400, 400), kinds)
def test_days_left_tell_by_their_sign_whether_the_last_day_is_over(day, shift, kind):
    last = day + timedelta(days=shift)
    left = days_left(end_of_day(day), last, kind)
    assert (left < 0) == (day > last)
    assert left == shift if kind == "calendar" else abs(left) <= max(1, abs(shift))


@pytest.mark.parametrize(
    ("at", "kind", "left"),
    [
        ("2026-12-03T23:59+01:00", "calendar", 4),
        ("2026-12-03T23:59+01:00", "working-eu", 2),
        ("2026-12-03T23:59+01:00", "working-fr", 3),
        ("2026-12-03T23:30+00:00", "calendar", 3),
        ("2026-12-07T23:59+01:00", "working-eu", 0),
        ("2026-12-08T00:00+01:00", "working-eu", -1),
        ("2026-12-14T00:00+01:00", "working-eu", -5),
        ("2026-12-14T00:00+01:00", "working-fr", -6),
    ],
)
def test_days_left_until_monday_7_december(at, kind, left):
    assert days_left(datetime.fromisoformat(at), date(2026, 12, 7), kind) == left


def test_a_friday_limit_is_over_on_the_saturday():
    assert days_left(datetime(2026, 12, 5, 12, tzinfo=PARIS), date(2026, 12, 4), "working-eu") == -1


@pytest.mark.parametrize("length", [0, -1, -10_000])
def test_a_period_lasts_a_day_at_least(length):
    with pytest.raises(Refused) as refused:
        last_day(date(2026, 1, 1), length, "calendar")
    assert refused.value.refusals[0].rule == "TIM-01"


@pytest.mark.parametrize(
    ("start", "length"),
    [(date(2199, 12, 31), 1), (date(2026, 1, 1), 10**12), (date(1981, 12, 31), 3), (date.max, 1), (date.min, 1), (date(2199, 12, 2), 30)],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_period_outside_the_known_holidays_is_refused(start, length, kind):
    with pytest.raises(Refused) as refused:
        last_day(start, length, kind)
    assert refused.value.refusals[0].rule == "TIM-01"


@pytest.mark.parametrize("act", [lambda: last_day(date(2026, 1, 1), 1, "working"), lambda: is_working_day(date(2026, 1, 1), "")])
def test_an_unknown_kind_of_days_is_an_error(act):
    with pytest.raises(ValueError, match="kind of days"):
        act()


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 7, 14, 21, 59, tzinfo=UTC), date(2026, 7, 14)),
        (datetime(2026, 7, 14, 22, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2028, 2, 28, 23, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_is_the_one_in_paris(at, day):
    assert paris_day(at) == day


def test_a_naive_instant_has_no_day():
    with pytest.raises(ValueError, match="naive"):
        paris_day(datetime(2026, 1, 1))  # noqa: DTZ001


@given(days)
def test_the_end_of_a_day_is_a_microsecond_before_the_next(day):
    end = end_of_day(day).astimezone(UTC)
    assert paris_day(end) == day
    assert paris_day(end + timedelta(microseconds=1)) == day + ONE_DAY


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_of_changing_clocks_has_an_hour_less_or_more(day, hours):
    start = end_of_day(day - ONE_DAY).astimezone(UTC)
    assert end_of_day(day).astimezone(UTC) - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("local", "fault"),
    [
        ("2026-03-29T02:00", "n’existe pas"),
        ("2026-03-29T02:59:59", "n’existe pas"),
        ("2027-03-28T02:30", "n’existe pas"),
        ("2026-10-25T02:00", "existe deux fois"),
        ("2026-10-25T02:59:59.999999", "existe deux fois"),
        ("2027-10-31T02:30", "existe deux fois"),
    ],
)
def test_an_hour_that_does_not_exist_or_exists_twice_is_refused(local, fault):
    with pytest.raises(Refused, match=fault) as refused:
        paris_instant(datetime.fromisoformat(local))
    assert refused.value.refusals[0].rule == "TIM-01"
    assert "3\u00a0h" in refused.value.refusals[0].remedy


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2026-03-29T01:59:59", "2026-03-29T00:59:59+00:00"),
        ("2026-03-29T03:00", "2026-03-29T01:00:00+00:00"),
        ("2026-10-25T01:59:59", "2026-10-24T23:59:59+00:00"),
        ("2026-10-25T03:00", "2026-10-25T02:00:00+00:00"),
        ("2026-12-04T12:00", "2026-12-04T11:00:00+00:00"),
        ("2028-02-29T00:00", "2028-02-28T23:00:00+00:00"),
    ],
)
def test_an_hour_typed_in_paris_is_an_instant(local, instant):
    assert paris_instant(datetime.fromisoformat(local)) == datetime.fromisoformat(instant)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2150, 1, 1)))  # noqa: DTZ001
def test_an_hour_is_kept_or_refused_never_moved(local):
    try:
        instant = paris_instant(local)
    except Refused:
        assert local.hour == 2 and local.weekday() == 6
    else:
        assert instant.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) == local.replace(fold=0)


def test_an_hour_with_a_zone_or_out_of_the_calendar_is_not_read():
    with pytest.raises(ValueError, match="aware"):
        paris_instant(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Refused):
        paris_instant(datetime.fromisoformat("9999-12-31T23:00"))
