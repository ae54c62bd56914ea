"""The hour of a process: it follows small corrections and steps forward, and never goes back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sad import clock
from sad.domain.clock_watch import Anchor

NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
LIMIT = timedelta(seconds=5)
HOUR = timedelta(hours=1)


class Machine:
    """A machine whose clock can be set, and whose time since its start cannot."""

    def __init__(self) -> None:
        self.wall, self.ran = NOON, timedelta(days=2)

    def now(self, _zone) -> datetime:
        return self.wall

    def run(self, span: timedelta, moved: timedelta = timedelta()) -> datetime:
        self.wall, self.ran = self.wall + span + moved, self.ran + span
        return clock.now()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    made = Machine()
    monkeypatch.setattr(clock, "datetime", made)
    monkeypatch.setattr(clock, "_elapsed", lambda: made.ran)
    clock.hold(Anchor(made.wall, made.ran), LIMIT)
    yield made
    clock.hold(None)


def test_a_clock_moved_back_changes_nothing_and_is_known(machine: Machine):
    assert machine.run(HOUR) == NOON + HOUR and clock.is_held()
    assert machine.run(HOUR, -10 * HOUR) == NOON + 2 * HOUR and not clock.is_held()
    assert machine.run(HOUR) == NOON + 3 * HOUR


def test_a_clock_moved_forward_is_followed_and_known(machine: Machine):
    assert machine.run(HOUR, 5 * HOUR) == NOON + 6 * HOUR and not clock.is_held()
    assert machine.run(HOUR, -5 * HOUR) == NOON + 2 * HOUR and clock.is_held()


def test_small_corrections_are_followed(machine: Machine):
    assert machine.run(HOUR, -LIMIT) == NOON + HOUR - LIMIT and clock.is_held()


def test_an_hour_declared_right_is_gone_by_from_then_on(machine: Machine):
    machine.run(HOUR, -10 * HOUR)
    clock.hold(Anchor(machine.wall, machine.ran), LIMIT)
    assert machine.run(HOUR) == NOON - 8 * HOUR and clock.is_held()


def test_a_stopped_clock_stops_every_clock(machine: Machine):
    with clock.frozen(NOON - 9 * HOUR):
        assert clock.now() == NOON - 9 * HOUR and clock.is_held()
        reading = clock.read(lambda: NOON)
        assert (reading.wall, reading.database, reading.boot) == (NOON - 9 * HOUR, None, "stopped")


def test_the_time_since_the_start_of_the_machine_only_grows():
    first, second = clock.read(lambda: None), clock.read(lambda: None)
    assert second.elapsed >= first.elapsed > timedelta() and first.boot == second.boot != "stopped"
