"""Playing the past: stories told in the order of their instants, each step in a transaction of its own."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta

from sad import clock
from sad.db import transaction
from sad.domain.calendar import PARIS, is_working_day

# A story yields the instant of its next step, then does it.
Story = Iterator[datetime]


def play(stories: Iterable[Story], *, told: Callable[[int], None] = lambda _count: None) -> int:
    """Play every story to its end, step by step in the order of time, with the clock stopped at each step.

    `told` receives the number of steps done. Returns that number.
    """
    waiting = [(first, number, story) for number, story in enumerate(stories) if (first := next(story, None)) is not None]
    heapq.heapify(waiting)
    count = 0
    while waiting:
        at, number, story = heapq.heappop(waiting)
        with clock.frozen(at), transaction():
            following = next(story, None)
        if following is not None:
            heapq.heappush(waiting, (max(following, at), number, story))
        count += 1
        told(count)
    return count


def worked(day: date, direction: int = -1) -> date:
    """The day itself when people work, else the nearest working day before it (or after, with `direction=1`)."""
    while not is_working_day(day, "working-eu"):
        day += timedelta(days=direction)
    return day


def on(day: date, hour: int, minute: int = 0) -> datetime:
    """That hour in Paris on that day."""
    return datetime.combine(day, time(hour, minute), PARIS)
