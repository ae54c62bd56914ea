"""Why a deadline is proposed on that day, in words (SAD-17, TIM-01)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sad.domain.calendar import PARIS, is_working_day, last_day
from sad.domain.law import LawOfTheDay
from sad.domain.sentences import french_date, french_moment

WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineLaw(LawOfTheDay):
    """The tender period in calendar days (R2162-50), and the weeks of harvest (ISO numbers), which only advise."""

    tender_period_days: int
    harvest_first_week: int
    harvest_last_week: int


def deadline_reasons(sent_on: date, first: datetime, proposed: datetime, law: DeadlineLaw) -> Iterator[str]:
    """How the first possible deadline and the proposed one come from the day of sending, one sentence each."""
    days = law.tender_period_days
    last, plain = last_day(sent_on, days, "calendar"), sent_on + timedelta(days=days)
    yield f"Envoi le {french_date(sent_on)} : ce jour ne compte pas, les {days} jours entiers qui suivent, oui (R2162-50)."
    if last == plain:
        yield f"Ils finissent le {french_date(last)}."
    else:
        yield f"Ils finiraient le {french_date(plain)}, {_why_not(plain)} : le délai va jusqu’au {french_date(last)}."
    yield f"Première date limite possible : {french_moment(first.astimezone(PARIS))}."
    yield f"Nous proposons le {french_moment(proposed.astimezone(PARIS))} : un jour ouvré de plus, à midi, pour relire et questionner."


def harvest_advice(sent_on: date, proposed: datetime, law: DeadlineLaw) -> str:
    """What to do in the season of harvest; empty when no day of the tender period is in it. An advice: it refuses nothing."""
    days = (proposed.astimezone(PARIS).date() - sent_on).days
    if not any(_in_harvest(sent_on + timedelta(days=passed), law) for passed in range(days + 1)):
        return ""
    later = proposed.astimezone(PARIS) + timedelta(days=WEEK)
    while not is_working_day(later.date(), "working-eu"):
        later += timedelta(days=1)
    return (
        "C’est la saison des récoltes : les producteurs sont aux champs. Si vous le pouvez, laissez une semaine de plus,"
        f" jusqu’au {french_moment(later)}. C’est un conseil, pas une règle."
    )


def _in_harvest(day: date, law: DeadlineLaw) -> bool:
    return law.harvest_first_week <= day.isocalendar().week <= law.harvest_last_week


def _why_not(day: date) -> str:
    """Why a calendar period does not end there."""
    if day.weekday() == 5:
        return "un samedi"
    if day.weekday() == 6:
        return "un dimanche"
    return "trop tôt après des jours non ouvrés" if is_working_day(day, "calendar") else "un jour férié"
