"""How long the evaluation of an application may last (R2162-45), in both readings of « jours ouvrables »."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sad.domain.calendar import last_day, paris_day
from sad.domain.law import EvaluationLaw

Standing = Literal["in_time", "warning", "alert", "overdue"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The days that bind the buyer: the count starts after `start`.

    `target` is the shorter reading (Monday to Saturday), by which the answer should leave; `hard` is the day of the
    law (Monday to Friday). On `warning_day` somebody is reminded, on `alert_day` the matter goes up.
    """

    start: date
    target: date
    hard: date
    warning_day: date
    alert_day: date

    def standing(self, day: date) -> Standing:
        """How the evaluation stands on that day; `overdue` once the day of the law is past (SAD-08)."""
        if day > self.hard:
            return "overdue"
        if day >= self.alert_day:
            return "alert"
        return "warning" if day >= self.warning_day else "in_time"


def evaluation_limits(
    received_at: datetime,
    law: EvaluationLaw,
    *,
    extended: bool = False,
    window_ends: date | None = None,
    prolonged_until: date | None = None,
    first_invitation_at: datetime | None = None,
) -> Limits:
    """The limits of an application received at that instant (aware).

    `window_ends` is the last day of the initial period for applications: until then they stay sealed (R2132-9), and the
    count starts at its end. `extended`: 15 working days, with a written reason (al. 2). `prolonged_until` is the end of the
    initial prolongation stated in the documents; it holds for what came before the first invitation (al. 3, SAD-10).
    """
    start = paris_day(received_at)
    if window_ends is not None:
        start = max(start, window_ends)
    days = law.evaluation_extended_working_days if extended else law.evaluation_working_days
    reminded = days - (law.evaluation_working_days - law.evaluation_warning_day)
    target, hard = last_day(start, days, "working-fr"), last_day(start, days, "working-eu")
    if prolonged_until is not None and (first_invitation_at is None or received_at < first_invitation_at):
        target, hard = max(target, prolonged_until), max(hard, prolonged_until)
    return Limits(start, target, hard, last_day(start, reminded, "working-fr"), target)


def is_sealed(at: datetime, window_ends: date | None) -> bool:
    """Whether applications stay unread at that instant: during the initial period, its last day included (R2132-9)."""
    return window_ends is not None and paris_day(at) <= window_ends
