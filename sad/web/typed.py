"""What people type, read into values; each reader raises `ValueError` with a sentence for them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal

from sad.domain.sentences import decimal_text, french_number

SPACES = re.compile(r"[\s\u00a0\u202f\u2007\u2009]+")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
LONGEST = 30
STEP = re.compile(r"(?P<value>.+?)\s*:\s*(?P<share>\d+(?:[.,]\d+)?)\s*%?\s*")
LIMIT = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
BEYOND = "au-delà"
UNTYPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def read_decimal(text: str) -> Decimal | None:
    """The number of `1 234,50`, `1234.5` or `12 €`; None when empty. Raises `ValueError` with a sentence."""
    typed = without_spaces(text).removesuffix("€")
    if not typed:
        return None
    if not NUMBER.fullmatch(typed) or len(typed) > LONGEST:
        raise ValueError("Écrivez un nombre, par exemple 1 234,50.")
    return Decimal(typed.replace(",", "."))


def read_date(text: str) -> date | None:
    """The day of `2026-12-03` or `3/12/2026`; None when empty. Raises `ValueError` with a sentence."""
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})", text.strip())
    if not text.strip():
        return None
    try:
        year, month, day = parts.group(1, 2, 3) if parts and parts[1] else parts.group(6, 5, 4)  # type: ignore[union-attr]
        return date(int(year), int(month), int(day))
    except (AttributeError, ValueError):
        raise ValueError("Cette date n’existe pas. Forme attendue : 03/12/2026.") from None


def read_hour(text: str) -> time:
    """The hour of `12:05`, `12 h 05` or `12h`. Raises `ValueError` with a sentence."""
    parts = re.fullmatch(r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?(?::\d{2})?", without_spaces(text.lower()))
    try:
        return time(int(parts[1]), int(parts[2] or 0))  # type: ignore[index]
    except (TypeError, ValueError):
        raise ValueError("Cette heure n’existe pas. Forme attendue : 12:00.") from None


def read_steps(text: str) -> list[list[str | None]]:
    """The steps of a criterion, one a line: « Recyclable : 50 % », « 2 : 100 », « au-delà : 0 ».

    Raises `ValueError` with a sentence.
    """
    found = [STEP.fullmatch(line.strip()) for line in text.splitlines() if line.strip()]
    if not found or not all(found):
        raise ValueError("Écrivez une marche par ligne, par exemple « Recyclable : 50 % ».")
    pairs = [(each["value"].replace("\u00a0", " ").strip(), Decimal(each["share"].replace(",", ".")) / 100) for each in found if each]
    if any(share > 1 for _, share in pairs):
        raise ValueError("La part des points va de 0 à 100 %.")
    steps: list[list[str | None]] = [[_limit(value), decimal_text(share)] for value, share in pairs]
    return steps


def is_numeric(steps: Sequence[Sequence[str | None]]) -> bool:
    """Whether the steps are limits of a number rather than words."""
    return all(value is None or LIMIT.fullmatch(value) for value, _ in steps)


def steps_text(steps: Iterable[Sequence[str | None]]) -> str:
    """The steps as `read_steps` reads them."""
    lines = ((BEYOND if limit is None else limit, french_number(Decimal(share or 0) * 100)) for limit, share in steps)
    return "\n".join(f"{limit} : {share} %" for limit, share in lines)


def without_controls(text: str) -> str:
    """The text without control characters, tabs and ends of lines kept, nor those that are no characters at all."""
    return UNTYPABLE.sub("", text)


def without_spaces(text: str) -> str:
    """The text without any kind of space."""
    return SPACES.sub("", text)


def _limit(value: str) -> str | None:
    if value.lower() == BEYOND:
        return None
    plain = value.replace(",", ".")
    return plain if LIMIT.fullmatch(plain) else value
