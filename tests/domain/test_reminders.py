"""When a reminder before a deadline is due."""

from datetime import UTC, datetime, timedelta

import pytest

from sad.domain.calendar import PARIS
from sad.domain.reminders import closing_notice, draft_notice

LONG_BEFORE = datetime(2026, 1, 15, 8, tzinfo=PARIS)
# closes, two working days before at 8, 24 hours before: all in Paris
CASES = [
    ("2026-12-03T12:00", "2026-12-01T08:00", "2026-12-02T12:00"),
    ("2026-12-07T09:00", "2026-12-03T08:00", "2026-12-06T09:00"),
    ("2026-12-08T09:00", "2026-12-04T08:00", "2026-12-07T09:00"),
    ("2026-12-05T09:00", "2026-12-02T08:00", "2026-12-04T09:00"),  # a Saturday
    ("2026-12-28T09:00", "2026-12-23T08:00", "2026-12-27T09:00"),  # after Christmas
    ("2027-03-30T12:00", "2027-03-25T08:00", "2027-03-29T12:00"),  # after Easter Monday
    ("2026-03-29T12:00", "2026-03-25T08:00", "2026-03-28T11:00"),  # the day on which an hour is missing
]


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(("closes", "two_days", "one_day"), CASES)
def test_reminders_are_due_two_working_days_then_24_hours_before(closes: str, two_days: str, one_day: str):
    for kind, since in (("two_days", paris(two_days)), ("one_day", paris(one_day))):
        notice = closing_notice(LONG_BEFORE, paris(closes), since)
        assert notice is not None
        assert (notice.kind, notice.since) == (kind, since)
        before = closing_notice(LONG_BEFORE, paris(closes), since - timedelta(microseconds=1))
        assert before is None or before.kind != kind


def test_nothing_is_due_once_the_deadline_has_come():
    closes = paris("2026-12-03T12:00")
    assert closing_notice(LONG_BEFORE, closes, closes) is None


def test_what_was_sent_after_the_time_of_a_reminder_is_not_reminded_of_it():
    closes, sent = paris("2026-12-03T12:00"), paris("2026-12-01T10:00")
    assert closing_notice(sent, closes, paris("2026-12-01T11:00")) is None
    later = closing_notice(sent, closes, paris("2026-12-02T13:00"))
    assert later is not None and later.kind == "one_day"


@pytest.mark.parametrize(("kind", "before"), [("two_hours", timedelta(hours=2)), ("half_hour", timedelta(minutes=30))])
@pytest.mark.parametrize("closes", [case[0] for case in CASES])
def test_a_draft_is_reminded_of_two_hours_then_half_an_hour_before_by_the_clock(closes: str, kind: str, before: timedelta):
    since = paris(closes).astimezone(UTC) - before
    notice = draft_notice(LONG_BEFORE, paris(closes), since)
    assert notice is not None and (notice.kind, notice.since) == (kind, since)
    earlier = draft_notice(LONG_BEFORE, paris(closes), since - timedelta(microseconds=1))
    assert earlier is None or earlier.kind != kind
    assert draft_notice(LONG_BEFORE, paris(closes), paris(closes)) is None
