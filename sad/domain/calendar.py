"""Counting time as the law does: Regulation (EEC, Euratom) 1182/71, French public holidays, Paris time (TIM-01).

A period never counts the day of the event that starts it. Three kinds of days:
`calendar` counts every day; `working-eu` counts Monday to Friday (the regulation's working days);
`working-fr` counts Monday to Saturday (French "jours ouvrables"). None of the two last counts a public holiday.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from sad.domain.errors import refuse

Kind = Literal["calendar", "working-eu", "working-fr"]

PARIS = ZoneInfo("Europe/Paris")
KINDS: tuple[Kind, ...] = get_args(Kind)
FIRST_YEAR = 1982  # the eleven holidays are those of the law of 2 October 1981, which brought 8 May back
LAST_YEAR = 2199

_FIRST_WEEKDAY_OFF = {"calendar": 5, "working-eu": 5, "working-fr": 6}
_ONE_DAY = timedelta(days=1)


def last_day(start: date, days: int, kind: Kind) -> date:
    """The last day of a period of `days` days of that kind, the day of the event, `start`, not being counted.

    A calendar period that would end on a Saturday, a Sunday or a public holiday ends on the next working day, and one
    of two days or more holds at least two working days (Reg. 1182/71, art. 3, 4° and 5°). A period in working days ends
    on a working day of its kind by construction. Raises `Refused` (TIM-01) for less than a day or beyond the calendar.
    """
    _check_kind(kind)
    _check_period(start, days)
    return _last_calendar_day(start, days) if kind == "calendar" else _last_working_day(start, days, kind)


def earliest_deadline(start: date, days: int, kind: Kind = "calendar") -> datetime:
    """The first instant at which a deadline may be set: 00:00, heure de Paris, of the day after the minimum period."""
    return datetime.combine(last_day(start, days, kind) + _ONE_DAY, time.min, PARIS)


def days_left(at: datetime, last: date, kind: Kind) -> int:
    """How many days of that kind remain after the Paris day of `at`, `last` included.

    0 on the last day itself. Once it is over, minus the days gone by since, and never 0 again: -1 on the Saturday that
    follows a Friday limit in working days.
    """
    _check_kind(kind)
    today = paris_day(at)
    if today <= last:
        return _count(today, last, kind)
    return -max(1, _count(last, today, kind))


def is_working_day(day: date, kind: Kind) -> bool:
    """Whether `day` is worked: Monday to Friday, or to Saturday for `working-fr`, public holidays excepted.

    `calendar` takes the regulation's working days, on which calendar periods may end.
    """
    _check_kind(kind)
    _check_year(day)
    return day.weekday() < _FIRST_WEEKDAY_OFF[kind] and day not in public_holidays(day.year)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of the year in mainland France (Code du travail, L3133-1)."""
    easter = _easter(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    easter_monday, ascension, whit_monday = (easter + timedelta(days=shift) for shift in (1, 39, 50))
    return frozenset({easter_monday, ascension, whit_monday, *(date(year, month, day) for month, day in fixed)})


def paris_day(at: datetime) -> date:
    """The day it is in Paris at that instant (aware)."""
    if at.tzinfo is None:
        raise ValueError(f"naive datetime {at!r}")
    return at.astimezone(PARIS).date()


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month when it has no such day."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def end_of_day(day: date) -> datetime:
    """The last microsecond of the day, heure de Paris."""
    return datetime.combine(day, time.max, PARIS)


def paris_instant(local: datetime) -> datetime:
    """The instant that a date and hour typed in Paris (naive) mean.

    Raises `Refused` (TIM-01) for the hour that a change of clock skips or repeats: nobody could say when it is.
    """
    if local.tzinfo is not None:
        raise ValueError(f"aware datetime {local!r}: a local hour is expected")
    _check_year(local.date())
    instant = local.replace(tzinfo=PARIS, fold=0)
    if instant.utcoffset() == instant.replace(fold=1).utcoffset():
        return instant
    exists = instant.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None, fold=0) == local.replace(fold=0)
    fault = "existe deux fois" if exists else "n’existe pas"
    raise refuse(
        f"L’heure du {local:%d/%m/%Y} à {local:%H h %M} {fault} : cette nuit-là, on change d’heure.",
        "Choisir une heure avant 2 h ou à partir de 3 h.",
        rule="TIM-01",
    )


def _last_calendar_day(start: date, days: int) -> date:
    last = _next_worked(start + timedelta(days=days))
    if days >= 2 and _count(start, last, "working-eu") < 2:
        last = _next_worked(last + _ONE_DAY)
    return last


def _last_working_day(start: date, days: int, kind: Kind) -> date:
    day = start
    while days:
        day += _ONE_DAY
        days -= is_working_day(day, kind)
    return day


def _next_worked(day: date) -> date:
    while not is_working_day(day, "working-eu"):
        day += _ONE_DAY
    return day


def _count(after: date, until: date, kind: Kind) -> int:
    """Days of that kind after `after`, up to and including `until`."""
    span = (until - after).days
    if kind == "calendar":
        return span
    return sum(is_working_day(after + timedelta(days=n), kind) for n in range(1, span + 1))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876 (Nature; Meeus, Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - moon_shift + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late_moon = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late_moon + 114, 31)
    return date(year, month, day + 1)


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"unknown kind of days {kind!r}: one of {', '.join(KINDS)}")


def _check_period(start: date, days: int) -> None:
    _check_year(start)
    if days < 1:
        raise refuse("Un délai dure au moins un jour.", "Écrire un nombre de jours à partir de 1.", rule="TIM-01")
    if days > (date(LAST_YEAR, 12, 31) - start).days:
        raise refuse("Ce délai est trop long.", f"Choisir un délai qui finit au plus tard en {LAST_YEAR}.", rule="TIM-01")


def _check_year(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise refuse(
            f"L’année {day.year} sort du calendrier des jours fériés.",
            f"Choisir une date entre {FIRST_YEAR} et {LAST_YEAR}.",
            rule="TIM-01",
        )
