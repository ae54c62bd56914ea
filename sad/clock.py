"""The only reader of the time: the machine's hour, the time since its start, the database's hour."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

from sad.domain.clock_watch import Anchor, Reading, steady

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SINCE_START = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # counts the time asleep where the system can
FIRST = datetime(2000, 1, 1, tzinfo=UTC)

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
_held: tuple[Anchor, timedelta] | None = None


def now() -> datetime:
    """The present instant, aware, in UTC; once `hold` was told an hour, it never comes before it again."""
    stopped = _frozen.get()
    if stopped is not None:
        return stopped
    wall = datetime.now(UTC)
    return wall if _held is None else steady(wall, _elapsed(), *_held)


def hold(anchor: Anchor | None, limit: timedelta = timedelta()) -> None:
    """Whatever becomes of the machine's clock, this process goes on from that hour; corrections up to `limit` are followed."""
    global _held
    _held = None if anchor is None else (anchor, limit)


def is_held() -> bool:
    """Was an hour told, and does the machine's clock still agree with it? A stopped clock agrees with everything."""
    if _frozen.get() is not None:
        return True
    if _held is None:
        return False
    anchor, limit = _held
    return abs(datetime.now(UTC) - anchor.hour(_elapsed())) <= limit


def read(database: Callable[[], datetime | None]) -> Reading:
    """The clocks read together; `database` asks the database's own. A stopped clock stops them all."""
    stopped = _frozen.get()
    if stopped is not None:
        return Reading(stopped, stopped - FIRST, "stopped")
    wall, elapsed = datetime.now(UTC), _elapsed()
    answer = database()
    return Reading(wall, elapsed, boot(), answer, _elapsed() - elapsed)


@cache
def boot() -> str:
    """The name of this start of the machine; of this process alone where the system gives none."""
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else str(uuid4())


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Stop the clock of this context at `at` (aware): for tests, and to play the past acts of the demo."""
    if at.tzinfo is None:
        raise ValueError("the clock is stopped at an aware instant only")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield at
    finally:
        _frozen.reset(token)


def _elapsed() -> timedelta:
    return timedelta(microseconds=time.clock_gettime_ns(SINCE_START) // 1000)
