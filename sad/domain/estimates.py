"""What a system is worth, which procedure that asks for, and how much of it is engaged. Amounts in EUR excl. VAT."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from sad.domain.scoring.numbers import printed


class ProcedureLevel(StrEnum):
    """How a system must be run: under the rules of the restricted call for tenders, or under an adapted procedure."""

    ADAPTED = "adapted"
    FORMAL = "formal"


def procedure_level(maximum_value: Decimal, *, formal_threshold: Decimal) -> ProcedureLevel:
    """The level of a system, from the most that all its contracts may be worth over its whole life (SAD-02, R2121-8).

    Formal at the threshold itself or above (R2124-1, R2162-38).
    """
    return ProcedureLevel.FORMAL if maximum_value >= formal_threshold else ProcedureLevel.ADAPTED


def value_of_needs(amounts: Iterable[Decimal]) -> Decimal:
    """What needs are worth together; needs of the same kind are never split to stay under a threshold (R2121-4, R2121-6)."""
    return sum(amounts, Decimal(0))


def value_over_validity(yearly_value: Decimal, valid_from: date, valid_until: date) -> Decimal:
    """What a yearly need is worth over a period of validity, both days included, to the cent.

    A month begun counts whole, since this estimate decides on a procedure. Raises `ValueError` when the period ends
    before it begins.
    """
    return Decimal(printed(Fraction(yearly_value) * _months_begun(valid_from, valid_until) / 12, 2))


@dataclass(frozen=True, slots=True)
class Engagement:
    """How much of the announced maximum is engaged by the contracts already awarded (SAD-02)."""

    engaged: Decimal
    announced_maximum: Decimal
    warning_percent: Decimal

    def __post_init__(self) -> None:
        if self.announced_maximum <= 0:
            raise ValueError("the announced maximum is above zero")

    @property
    def remaining(self) -> Decimal:
        """What may still be engaged; below zero when the maximum is passed."""
        return self.announced_maximum - self.engaged

    @property
    def percent(self) -> Decimal:
        """The share engaged, in percent with one decimal, for people to read; no test is made on it."""
        return Decimal(printed(Fraction(self.engaged) * 100 / Fraction(self.announced_maximum), 1))

    @property
    def is_near_maximum(self) -> bool:
        """Whether the share that calls for a warning is reached."""
        return self.engaged * 100 >= self.announced_maximum * self.warning_percent

    @property
    def is_over_maximum(self) -> bool:
        """Whether more is engaged than the notice announced."""
        return self.engaged > self.announced_maximum

    def with_added(self, amount: Decimal) -> "Engagement":
        """The same once a contract of that amount is added, to look before it is launched."""
        return Engagement(self.engaged + amount, self.announced_maximum, self.warning_percent)


def _months_begun(first: date, last: date) -> int:
    if last < first:
        raise ValueError(f"a period cannot end on {last}, before it begins on {first}")
    whole = (last.year - first.year) * 12 + last.month - first.month
    return whole + (last.day >= first.day)
