"""Small pieces of French sentences that refusals share: numbers, dates, lists, elision."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")


def decimal_text(number: Decimal) -> str:
    """The exact digits of a decimal, without useless zeros nor exponent: `40`, `0.5`, never `-0`."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def french_number(number: Decimal) -> str:
    """The same digits with a decimal comma: `12,5`."""
    return decimal_text(number).replace(".", ",")


def french_date(day: date) -> str:
    """A date in words: `mardi 8 décembre 2026`, `mercredi 1er juillet 2026`."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{DAYS[day.weekday()]} {number} {MONTHS[day.month - 1]} {day.year}"


def french_moment(moment: datetime) -> str:
    """A moment in words, in the zone it carries: `mardi 8 décembre 2026 à 12 h 30`."""
    minutes = f" {moment.minute:02d}" if moment.minute else ""
    return f"{french_date(moment.date())} à {moment.hour} h{minutes}"


def listed(words: Sequence[str], last: str = "et") -> str:
    """`a`, `a et b`, `a, b et c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def of(noun: str) -> str:
    """The noun after « de », elided before a vowel."""
    return f"d’{noun}" if noun and noun[0].lower() in "aeiouàâéèêîôœ" else f"de {noun}"


def uncapitalised(label: str) -> str:
    """A label inside a sentence: its capital goes, unless it begins a sign such as SIQO."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
