"""Numbers of a scoring file: read exactly, printed half away from zero."""

import re
from collections.abc import Collection
from fractions import Fraction

A_NUMBER = "un nombre décimal écrit avec un point, sans exposant ni espace (au plus 30 chiffres de chaque côté)"
EVERY_PLACE = 60  # two numbers of 30 decimals multiplied: a weight and a minimum share

_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")


class JsonNumber(str):
    """A number of a JSON file, kept as the text it is written with: never a binary float."""

    __slots__ = ()


def read_number(value: object) -> Fraction:
    """The exact value of a decimal text, of an integer or of a fraction. Raises ValueError, which says what was expected."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int) or not _NUMBER.fullmatch(str(value)):
        raise ValueError(A_NUMBER)
    return Fraction(str(value))


def read_column(texts: Collection[str]) -> tuple[dict[str, int], int]:
    """Many decimal texts at once, as integers with the same number of decimals, which is given too.

    Raises ValueError when one is no number; `int` alone would read underscores, spaces and the digits of other alphabets.
    """
    if not all(map(_NUMBER.fullmatch, texts)):
        raise ValueError(A_NUMBER)
    places = max((len(text) - text.index(".") - 1 for text in texts if "." in text), default=0)
    units = {}
    for text in texts:
        whole, _, decimals = text.partition(".")
        units[text] = int(whole + decimals.ljust(places, "0"))
    return units, places


def printed(value: Fraction, decimals: int) -> str:
    """`value` with so many decimals, half away from zero, never `-0`."""
    return printed_ratio(*value.as_integer_ratio(), decimals)


def printed_ratio(top: int, bottom: int, decimals: int) -> str:
    """The same for a ratio of integers, reduced or not, whose `bottom` is over 0."""
    rounded = (2 * abs(top) * 10**decimals + bottom) // (2 * bottom)
    sign = "-" if top < 0 and rounded else ""
    if not decimals:
        return f"{sign}{rounded}"
    digits = str(rounded).zfill(decimals + 1)
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def written(value: Fraction) -> str:
    """The decimal text of a number that came from a file, without useless zeros."""
    return printed(value, EVERY_PLACE).rstrip("0").rstrip(".")


def shortened(text: str) -> str:
    """A decimal text, as `read_number` accepts it, without useless zeros: what `written` gives, without computing."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    digits = digits.lstrip("0")
    if digits[:1] in ("", "."):
        digits = f"0{digits}"
    return digits if digits == "0" else sign + digits


def french(text: str) -> str:
    """The same number with a decimal comma."""
    return text.replace(".", ",")


def printed_apart(value: Fraction, limit: Fraction, decimals: int) -> tuple[str, str]:
    """Two different numbers in French, with as many decimals as it takes to tell them apart."""
    while printed(value, decimals) == printed(limit, decimals) and decimals < EVERY_PLACE:
        decimals += 1
    return french(printed(value, decimals)), french(printed(limit, decimals))
