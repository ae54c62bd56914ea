"""After the contract: until when a judge may be seized (AWD-06, CJA R551-7), and award notices by quarter (PUB-01, R2183-4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from sad.domain.calendar import last_day, months_before
from sad.domain.errors import Refusal
from sad.domain.law import LawOfTheDay
from sad.domain.sentences import french_date

MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeLaw(LawOfTheDay):
    """Days after a notice of conclusion, months after a conclusion that nobody was told, within which a judge may be seized."""

    challenge_days_after_notice: int
    challenge_months_without_notice: int


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year; `number`: 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The one that holds this day."""
        return cls(day.year, (day.month - 1) // MONTHS + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, MONTHS * (self.number - 1) + 1, 1)

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def label(self) -> str:
        return f"{self.number}{'er' if self.number == 1 else 'e'} trimestre {self.year}"


def challenge_end(concluded_on: date, told_on: date | None, law: ChallengeLaw) -> date:
    """The last day to seize the judge of a concluded contract: after the notice to those invited, or else after its conclusion.

    One that falls on a Saturday, a Sunday or a public holiday is carried to the next working day: the reading that waits longer.
    """
    if told_on is not None:
        return last_day(told_on, law.challenge_days_after_notice, "calendar")
    return last_day(months_before(concluded_on, -law.challenge_months_without_notice), 1, "calendar")


def notices_due_on(quarter: Quarter, days: int) -> date:
    """The last day to send the award notices of a quarter, so many days after its end."""
    return last_day(quarter.last_day, days, "calendar")


def publication_faults(published_on: date | None, reference: str, *, notified_on: date, today: date) -> Iterator[Refusal]:
    """What is wrong with a notice said to be published; `notified_on`: of the last contract that it announces."""
    if not reference.strip():
        yield Refusal("La référence de l’avis manque.", "Recopier celle du BOAMP ou du JOUE.", "PUB-01", "reference")
    if published_on is None:
        yield Refusal("La date de publication manque.", "Donner le jour de l’envoi.", "PUB-01", "published_on")
    elif published_on > today:
        yield Refusal("Cette date n’est pas encore venue.", "Marquer l’avis une fois envoyé.", "PUB-01", "published_on")
    elif published_on < notified_on:
        message = f"Cette date précède la notification d’un des marchés, le {french_date(notified_on)}."
        yield Refusal(message, "Corriger la date, ou ôter ce marché de l’avis.", "PUB-01", "published_on")
