"""The dates of the demo: those of its reference data, shifted by whole years once every stage has begun."""

from dataclasses import dataclass
from datetime import date, timedelta

from sad.demo.data import years_later
from sad.demo.stories import worked


@dataclass(frozen=True, slots=True)
class DemoCalendar:
    """The days between which the demo is played; `shift` in years."""

    today: date
    shift: int

    @classmethod
    def around(cls, today: date, last_stage: date) -> "DemoCalendar":
        """The calendar of that day: the last stage is still to come."""
        shift = 0
        while years_later(last_stage, shift) <= today:
            shift += 1
        return cls(today, shift)

    def moved(self, day: date) -> date:
        """A date of the reference data, shifted."""
        return years_later(day, self.shift)

    def ago(self, days: int) -> date:
        """The working day at or just before so many days ago."""
        return worked(self.today - timedelta(days=days))
