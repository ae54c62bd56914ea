"""Whether the machine's hour can be believed: held against the time since its start, the database's hour, and what it said before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Source(StrEnum):
    """What the machine's hour disagrees with."""

    ELAPSED = "elapsed"
    DATABASE = "database"
    PAST = "past"
    START = "start"


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks read together; instants are aware.

    `elapsed`: since the start `boot` of the machine, which nobody can set. `database`: None where it has no clock of its own
    (SQLite). `waited`: how long it took to answer, which counts for nothing.
    """

    wall: datetime
    elapsed: timedelta
    boot: str
    database: datetime | None = None
    waited: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Anchor:
    """An hour that was believed, and how long the machine had then been running."""

    at: datetime
    elapsed: timedelta

    def hour(self, elapsed: timedelta) -> datetime:
        """What the hour is once the machine has been running for `elapsed`."""
        return self.at + (elapsed - self.elapsed)


@dataclass(frozen=True, slots=True)
class Skew:
    """By how much the machine is ahead (behind when negative) of one source."""

    source: Source
    by: timedelta


def skews(reading: Reading, anchor: Anchor | None, past: datetime | None, limit: timedelta) -> list[Skew]:
    """Every disagreement beyond `limit`. `anchor`: of the same start of the machine; `past`: the last instant known before."""
    found = (Skew(source, by) for source, by in _compared(reading, anchor, past))
    return [each for each in found if abs(each.by) > limit]


def unseen_start(reading: Reading, past: datetime | None, limit: timedelta) -> Skew | None:
    """The time that a machine which starts says has passed since the last instant known, beyond `limit`.

    It may have been stopped all that time, or its clock be ahead: nothing there tells one from the other.
    """
    by = reading.wall - past if past is not None else timedelta()
    return Skew(Source.START, by) if by > limit else None


def steady(wall: datetime, elapsed: timedelta, anchor: Anchor, limit: timedelta) -> datetime:
    """The hour to go by: the machine's, unless it was moved back beyond `limit`; then time goes on from where it was.

    What is moved forward is followed: a deposit is then late and kept, which people can put right; the reverse could not be.
    """
    expected = anchor.hour(elapsed)
    return expected if wall < expected - limit else wall


def _compared(reading: Reading, anchor: Anchor | None, past: datetime | None) -> Iterator[tuple[Source, timedelta]]:
    if anchor is not None:
        yield Source.ELAPSED, reading.wall - anchor.hour(reading.elapsed)
    if reading.database is not None:
        yield Source.DATABASE, _outside(reading.database, reading.wall, reading.waited)
    if past is not None:
        yield Source.PAST, min(reading.wall - past, timedelta())


def _outside(database: datetime, wall: datetime, waited: timedelta) -> timedelta:
    """How far the database's hour is from the span in which it answered."""
    if database > wall + waited:
        return wall + waited - database
    return max(wall - database, timedelta())
