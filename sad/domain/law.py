"""The numbers of the law that the rules need, as one value per act; their names are those of the dated parameters."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class LawOfTheDay:
    """Numbers of the law in force on one day."""

    @classmethod
    def on(cls, day: date, value: Callable[..., Any]) -> Self:
        """The numbers of that day; `value(name, on=day)` gives each of them (`sad.parameters.value`)."""
        return cls(**{each.name: value(each.name, on=day) for each in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationLaw(LawOfTheDay):
    """How long the evaluation of an application may last, in working days (R2162-45)."""

    evaluation_working_days: int
    evaluation_extended_working_days: int
    evaluation_warning_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaLaw(LawOfTheDay):
    """What award criteria must hold (L2152-7, R2152-7); the warning is a share of the total weight, in percent."""

    minimum_environmental_criteria: int
    price_only_allowed: bool
    environment_weight_warning_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLaw(CriteriaLaw):
    """What the publication of a stage must respect; the notice is in calendar days."""

    stage_notice_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchLaw(CriteriaLaw):
    """What the sending of a mini-tender must respect; periods are in calendar days (R2162-44, R2162-50)."""

    first_invitation_days: int
    tender_period_days: int
    minimum_environmental_clauses: int
    minimum_sustainable_specifications: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningLaw(StageLaw):
    """What the opening of a system must respect; the threshold is in EUR excl. VAT (R2124-1)."""

    minimum_environmental_clauses: int
    social_clause_required: bool
    formal_procedure_threshold: Decimal
