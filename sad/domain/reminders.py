"""When somebody is reminded that a deadline comes: computed from the deadline, so that a late reminder is late and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from sad.domain.calendar import PARIS, is_working_day, last_day, paris_day

MORNING = time(8)
WORKING_DAYS_BEFORE = 2
ONE_DAY = timedelta(days=1)
TWO_HOURS = timedelta(hours=2)
HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Notice:
    """A reminder before a deadline: which one, and since when it is due."""

    kind: Literal["two_days", "one_day", "two_hours", "half_hour"]
    since: datetime


def closing_notice(published_at: datetime, closes_at: datetime, at: datetime) -> Notice | None:
    """The reminder due at that instant for a mini-tender sent and closing at these instants (all aware).

    Two working days before (Monday to Friday), from 8 in the morning, then 24 hours before: only the nearest is due, none
    once the deadline has come, none for what was sent within the very time of the reminder.
    """
    return _nearest(_notices(closes_at), published_at, closes_at, at)


def draft_notice(published_at: datetime, closes_at: datetime, at: datetime) -> Notice | None:
    """The reminder due at that instant to whoever has typed an offer and not deposited it: 2 hours before, then half an hour before."""
    return _nearest(_draft_notices(closes_at), published_at, closes_at, at)


def unopened_since(published_at: datetime, closes_at: datetime, at: datetime, working_days: int) -> datetime | None:
    """Since when invitees that have not opened the page are to be reminded, at that instant; None when it is not the time.

    From 8 in the morning of that working day after the sending (Monday to Friday), until the reminders of the deadline begin.
    """
    since = datetime.combine(last_day(paris_day(published_at), working_days, "working-eu"), MORNING, PARIS)
    return since if since <= at < next(_notices(closes_at)).since else None


def _nearest(notices: Iterator[Notice], published_at: datetime, closes_at: datetime, at: datetime) -> Notice | None:
    due = [notice for notice in notices if published_at < notice.since <= at < closes_at]
    return due[-1] if due else None


def _notices(closes_at: datetime) -> Iterator[Notice]:
    day, left = paris_day(closes_at), WORKING_DAYS_BEFORE
    while left or not is_working_day(day, "working-eu"):
        left -= is_working_day(day, "working-eu")
        day -= ONE_DAY
    yield Notice("two_days", datetime.combine(day, MORNING, PARIS))
    yield Notice("one_day", closes_at.astimezone(UTC) - ONE_DAY)


def _draft_notices(closes_at: datetime) -> Iterator[Notice]:
    yield Notice("two_hours", closes_at.astimezone(UTC) - TWO_HOURS)
    yield Notice("half_hour", closes_at.astimezone(UTC) - HALF_HOUR)
