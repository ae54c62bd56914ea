"""How values read on a page: those of letters, and what only a screen says, such as the time left."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sad import clock
from sad.domain.comparison import announced, asked, method_in_words
from sad.domain.meaning import met_in_words
from sad.domain.method_examples import worked_examples
from sad.domain.requirements import Requirement
from sad.letters import wording
from sad.letters.layout import blocks
from sad.letters.wording import NOTHING, hour, moment, plural, short_date
from sad.reference import act_in_words, product_families, thing_in_words

_UNITS = (("jour", timedelta(days=1)), ("heure", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def long_datetime(value: datetime | None) -> str:
    """An instant in full: `jeudi 3 décembre 2026 à 12 h 05, heure de Paris`; a dash for none."""
    return NOTHING if value is None else f"{moment(value)}, heure de Paris"


def short_datetime(value: datetime | None) -> str:
    """An instant for a narrow column, in Paris: `3 déc. 2026, 12 h 05`; a dash for none."""
    return NOTHING if value is None else f"{short_date(value)}, {hour(value)}"


def time_left(until: datetime, at: datetime) -> str:
    """What is left from `at` to `until`, in its two greatest units: `dans 3 jours et 4 heures`; once past, `il y a 2 heures`."""
    said = duration(abs(until - at))
    return f"dans {said}" if until > at else f"il y a {said}"


def duration(span: timedelta) -> str:
    """A length of time in its two greatest units: `3 jours et 4 heures`."""
    rest, words = span, []
    for unit, length in _UNITS:
        count, rest = divmod(rest, length)
        if count:
            words.append(plural(count, unit))
        elif words:
            break
    return " et ".join(words[:2]) or "moins d’une minute"


def family_names(keys: Iterable[str]) -> list[str]:
    """The names of product families, in French."""
    return [product_families().get(key, key) for key in keys]


def examples_of(criterion: Requirement) -> tuple[str, ...]:
    """Worked examples of how an award criterion is scored, with its own weight."""
    return worked_examples(criterion.method, weight=criterion.weight or 100, is_price=criterion.price)


FILTERS: dict[str, Callable[..., Any]] = {
    **wording.FILTERS,
    "act": act_in_words,
    "blocks": blocks,
    "datetime": long_datetime,
    "duration": duration,
    "short_datetime": short_datetime,
    "announced": announced,
    "asked": asked,
    "examples_of": examples_of,
    "family_names": family_names,
    "met_by": met_in_words,
    "method_in_words": method_in_words,
    "thing": thing_in_words,
    "time_left": lambda until: time_left(until, clock.now()),
}
