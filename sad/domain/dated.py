"""Values that change by date: what the law said on a given day."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")


class NotYetInForce(LookupError):
    """A value was asked for a day before the first one known; the message names the parameter and the day."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A value in force from a day on, and the text that says so."""

    since: date
    value: T
    source: str


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A named parameter with its successive values, oldest first. Raises `ValueError` when they are not in order."""

    name: str
    entries: tuple[Entry[T], ...]

    def __post_init__(self) -> None:
        if not self.entries:
            raise ValueError("aucune valeur")
        for earlier, later in pairwise(self.entries):
            if earlier.since == later.since:
                raise ValueError(f"deux valeurs à la même date, {later.since:%d/%m/%Y}")
            if earlier.since > later.since:
                raise ValueError(f"dates en désordre\u00a0: {later.since:%d/%m/%Y} vient après {earlier.since:%d/%m/%Y}")

    def on(self, day: date) -> T:
        """The value in force that day. Raises `NotYetInForce` before the first entry."""
        return self.entry_on(day).value

    def entry_on(self, day: date) -> Entry[T]:
        """The same with its date and its source, for who asks why."""
        for entry in reversed(self.entries):
            if entry.since <= day:
                return entry
        raise NotYetInForce(
            f"{self.name}\u00a0: aucune valeur connue au {day:%d/%m/%Y}, la première vaut depuis le {self.entries[0].since:%d/%m/%Y}."
        )
