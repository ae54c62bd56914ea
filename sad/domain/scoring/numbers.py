"""Numbers of a scoring file: read exactly, printed half away from zero."""

import re
from collections.abc import Collection
from fractions import Fraction

A_NUMBER = "un nombre décimal écrit avec un point, sans exposant ni espace (au plus 30 chiffres de chaque côté)"
EVERY_PLACE = 60  # two numbers of 30 decimals multiplied: a weight and a minimum share

_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_SIGNS = frozenset("0123456789.-")


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
    if not _SIGNS.issuperset("".join(texts)):
        raise ValueError(A_NUMBER)
    places = max((len(text) - text.index(".") - 1 for text in texts if "." in text), default=0)
    units = {}
    for text in texts:
        whole, _, decimals = text.partition(".")
        units[text] = int(whole + decimals.ljust(places, "0"))
    return units, places


def printed(value: Fraction, decimals: int) -> str:
    """`value` with so many decimals, half away from zero, never `-0`."""
    numerator, denominator = abs(value.numerator), value.denominator
    rounded = (2 * numerator * 10**decimals + denominator) // (2 * denominator)
    sign = "-" if value.numerator < 0 and rounded else ""
    whole, part = divmod(rounded, 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def written(value: Fraction) -> str:
    """The decimal text of a number that came from a file, without useless zeros."""
    return printed(value, EVERY_PLACE).rstrip("0").rstrip(".")


def french(text: str) -> str:
    """The same number with a decimal comma."""
    return text.replace(".", ",")


def printed_apart(value: Fraction, limit: Fraction, decimals: int) -> tuple[str, str]:
    """Two different numbers in French, with as many decimals as it takes to tell them apart."""
    while printed(value, decimals) == printed(limit, decimals) and decimals < EVERY_PLACE:
        decimals += 1
    return french(printed(value, decimals)), french(printed(limit, decimals))
