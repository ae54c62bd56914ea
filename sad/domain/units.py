"""The units of the law's parameters: each turns what a file says into a typed value, or says what it expected."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")


def is_text(candidate: Any) -> bool:
    """Whether it is a text that says something."""
    return isinstance(candidate, str) and bool(candidate.strip())


def _whole(raw: Any) -> int:
    if type(raw) is not int or raw < 0:
        raise ValueError("un nombre entier, positif ou nul")
    return raw


def _decimal(raw: Any) -> Decimal:
    """A binary float is refused: 2.1 would not be 2.1."""
    if type(raw) is int and raw >= 0:
        return Decimal(raw)
    if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
        raise ValueError("un entier ou un décimal entre guillemets, positif ou nul")
    return Decimal(raw)


def _decimals(raw: Any) -> tuple[Decimal, ...]:
    if not isinstance(raw, list) or not raw:
        raise ValueError("une liste de nombres")
    return tuple(map(_decimal, raw))


def _yes_no(raw: Any) -> bool:
    if type(raw) is not bool:
        raise ValueError("true ou false")
    return raw


def _date(raw: Any) -> date:
    if type(raw) is not date:
        raise ValueError("une date, année-mois-jour")
    return raw


def _names(raw: Any) -> Mapping[str, str]:
    if not isinstance(raw, dict) or not raw or not all(map(is_text, [*raw, *raw.values()])):
        raise ValueError("une table de codes et de noms")
    return MappingProxyType(raw)


def _grouped_names(raw: Any) -> Mapping[str, Mapping[str, str]]:
    if not isinstance(raw, dict) or not raw or not all(map(is_text, raw)):
        raise ValueError("une table de groupes")
    return MappingProxyType({group: _names(names) for group, names in raw.items()})


UNITS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("seconds", "minutes", "hours", "days", "working_days", "months", "years", "count"), _whole),
    **dict.fromkeys(("euros", "percent", "ratio"), _decimal),
    "percents": _decimals,
    "yes_no": _yes_no,
    "date": _date,
    "names": _names,
    "grouped_names": _grouped_names,
}
