"""Drawn input to functions that only compute: each agrees with a second reading written here, or fails as it says it fails.

The checks are by seed, a hundred cases each: a few at each run, the others in `tests/campaigns/pure.py`.
"""

import calendar
import functools
import random
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import holidays
import pytest
from stdnum.fr import siret as siret_number

from sad.domain.admission.identity import LA_POSTE, is_siret
from sad.domain.calendar import KINDS, PARIS, earliest_deadline, last_day, months_before, paris_day, paris_instant
from sad.domain.errors import Refused
from sad.domain.offers import OfferContent, PricedLine
from sad.domain.orders import MEASURED, scaled
from sad.exports.file_names import slug
from sad.letters.wording import money, number
from sad.storage import clean_name
from sad.web.typed import LONGEST, read_date, read_decimal, read_hour
from tests.test_uploads import check_name

CASES = 100  # for each seed
SPACES = " \t\u00a0\u202f\u2009\u2007\u3000\x1f"
LETTERS = "aZé0œ .-_/\\’«»\0\x7f\n\u202e\u200b\u0301\u1e9b\U0001f35e\U000e0041\ufeff\uff0eİß٣"
DAY = timedelta(days=1)


def by_hundreds(case: Callable[[random.Random], object]) -> Callable[[int], None]:
    """The check of a seed: a hundred cases, drawn one after the other."""

    @functools.wraps(case)
    def check(seed: int) -> None:
        drawn = random.Random(seed)
        for _ in range(CASES):
            case(drawn)

    return check


@by_hundreds
def check_typed_number(drawn: random.Random) -> None:
    """An amount as somebody types it, or nearly: read to the last digit, or refused in words."""
    typed = _number_typed(drawn)
    expected = _read_plainly("".join(sign for sign in typed if not sign.isspace()))
    try:
        found = read_decimal(typed)
    except ValueError as fault:
        assert expected == "refused" and str(fault).startswith("Écrivez"), (typed, expected)
    else:
        assert (None if found is None else Fraction(found)) == expected, (typed, found)


@by_hundreds
def check_written_amount(drawn: random.Random) -> None:
    """Cents and thousandths as a letter writes them, digit by digit, and read back the same."""
    thousandths = drawn.choice((1, -1)) * drawn.randrange(10 ** drawn.randint(1, 14))
    value = drawn.choice((Decimal(thousandths).scaleb(-3), Fraction(thousandths, 1000)))
    cents = (abs(thousandths) + 5) // 10
    sign = "-" if thousandths < 0 and cents else ""
    assert money(value) == f"{sign}{_grouped(cents // 100)},{cents % 100:02}\u00a0€", thousandths
    assert read_decimal(money(value)) == (Decimal(cents).scaleb(-2) if not sign else -Decimal(cents).scaleb(-2))
    assert Fraction(read_decimal(number(value))) == Fraction(thousandths, 1000)


@by_hundreds
def check_typed_day_and_hour(drawn: random.Random) -> None:
    """A day and an hour as somebody types them, those that do not exist among them; and anything else, which is refused in words."""
    year, month, day = drawn.randint(1, 9999), drawn.randint(0, 13), drawn.randint(0, 32)
    spellings = (f"{year:04}-{month}-{day:02}", f"{day}/{month:02}/{year:04}", f" {day:02}.{month}.{year:04} ", f"{day} {month} {year:04}")
    exists = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    _reads(read_date, drawn.choice(spellings), date(year, month, day) if exists else None)
    hour, minute = drawn.randint(0, 26), drawn.randint(0, 62)
    typed = drawn.choice((f"{hour}:{minute:02}", f"{hour} h {minute:02}", f"{hour:02}H{minute:02}", f"{hour}:{minute:02}:59"))
    _reads(read_hour, typed, time(hour, minute) if hour < 24 and minute < 60 else None)
    anything = "".join(drawn.choice("0123456789-/.: h" + LETTERS) for _ in range(drawn.randint(1, 9)))
    for read in (read_date, read_hour):
        try:
            read(anything)
        except ValueError as fault:
            assert "n’existe pas" in str(fault), anything


@by_hundreds
def check_period(drawn: random.Random) -> None:
    """The last day of a period, against the days counted one by one with the holidays of another package."""
    start, days, kind = date(2000, 1, 1) + drawn.randrange(36_000) * DAY, drawn.randint(1, 60), drawn.choice(KINDS)
    expected = _last_day_plainly(start, days, kind)
    assert last_day(start, days, kind) == expected, (start, days, kind)
    midnight = earliest_deadline(start, days, kind)
    assert (midnight.date(), midnight.hour, midnight.tzinfo) == (expected + DAY, 0, PARIS)
    months = drawn.randint(0, 60)
    place = start.year * 12 + start.month - 1 - months
    year, month = place // 12, place % 12 + 1
    assert months_before(start, months) == date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


@by_hundreds
def check_hour_in_paris(drawn: random.Random) -> None:
    """An hour typed in Paris, mostly near a change of clock, against the rule of the directive: last Sundays of March and October."""
    year = drawn.randint(2000, 2099)
    change = drawn.choice((_last_sunday(year, 3), _last_sunday(year, 10)))
    local = datetime.combine(change, time.min) + timedelta(seconds=drawn.choice((drawn.randrange(-7200, 18_000), drawn.randrange(10**7))))
    expected = _paris_plainly(local)
    try:
        found = paris_instant(local)
    except Refused as refused:
        assert expected is None and refused.refusals[0].rule == "TIM-01", local
    else:
        assert expected is not None and found.astimezone(UTC) == expected, local
        assert paris_day(expected) == local.date()


@by_hundreds
def check_siret(drawn: random.Random) -> None:
    """Fourteen digits, sound or with one that was mistyped, against `stdnum`."""
    digits = [drawn.randrange(10) for _ in range(14)]
    if drawn.random() < 0.1:
        digits[:9] = map(int, LA_POSTE)
    if drawn.random() < 0.7:
        digits[8] = _check_digit(digits[:8])
        digits[13] = _check_digit(digits[:13])
    if drawn.random() < 0.3:
        digits[drawn.randrange(14)] = drawn.randrange(10)
    typed = "".join(map(str, digits))[: drawn.choice((14, 14, 14, 14, 13, 9))]
    assert is_siret(typed) == siret_number.is_valid(typed), typed
    assert is_siret(f" {typed[:3]} {typed[3:9]}\u00a0{typed[9:]} ") == is_siret(typed)
    odd = "".join(drawn.choice("0123456789٣²x-. ") for _ in range(drawn.randint(0, 16)))
    assert not is_siret(odd) or siret_number.is_valid(odd), odd


@by_hundreds
def check_file_name(drawn: random.Random) -> None:
    """A name of any letters can be saved on any machine, and as a part of another name."""
    length = drawn.randint(0, 40) ** drawn.randint(1, 2)
    name = "".join(drawn.choice(LETTERS) if drawn.random() < 0.7 else _letter(drawn) for _ in range(length))
    check_name(clean_name(name + drawn.choice(("", ".pdf", ".tar.zip", "." + "e" * 30))))
    part = slug(name)
    assert len(part) <= 60 and part == part.strip("-") == slug(part) and "--" not in part
    assert set(part) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@by_hundreds
def check_totals(drawn: random.Random) -> None:
    """The amounts of an offer in whole cents; a quantity for other guests, never further from the announced one than they are."""
    lines = tuple(_line(drawn, str(key)) for key in range(drawn.randint(0, 6)))
    offer = OfferContent(lines, {}, {})
    cents = [_half_up(Fraction(line.quantity) * Fraction(line.unit_price or 0) * 100) for line in lines]
    assert [line.amount * 100 for line in lines] == cents
    rates = sorted({line.vat_rate for line in lines if line.vat_rate is not None})
    bases = [sum(amount for amount, line in zip(cents, lines, strict=True) if line.vat_rate == rate) for rate in rates]
    taxes = [_half_up(Fraction(base) * Fraction(rate) / 100) for base, rate in zip(bases, rates, strict=True)]
    assert [(each.rate, each.base * 100, each.tax * 100) for each in offer.vat] == list(zip(rates, bases, taxes, strict=True))
    assert offer.total * 100 == sum(cents) and offer.total_with_vat * 100 == sum(cents) + sum(taxes)
    _check_scaled(drawn)


CHECKS = (
    check_typed_number, check_written_amount, check_typed_day_and_hour, check_period, check_hour_in_paris, check_siret, check_file_name,
    check_totals,
)  # fmt: skip


def _number_typed(drawn: random.Random) -> str:
    if drawn.random() < 0.2:
        return "".join(drawn.choice("0123456789.,+-€eE_ ٣²" + SPACES) for _ in range(drawn.randint(0, 8)))
    whole, decimals = str(drawn.randrange(10 ** drawn.randint(1, 16))), str(drawn.randrange(10 ** drawn.randint(1, 16)))
    text = drawn.choice(("", "", "-", "+")) + whole + drawn.choice(("", f".{decimals}", f",{decimals}"))
    spaced = "".join(sign + (drawn.choice(SPACES) if drawn.random() < 0.1 else "") for sign in text)
    return spaced + drawn.choice(("", "", " €", "€", "€€", " EUR"))


def _read_plainly(text: str) -> Fraction | str | None:
    """A sign, digits, then a mark and digits again: sign by sign."""
    text = text[:-1] if text.endswith("€") else text
    if not text:
        return None
    unsigned = text[1:] if text[0] in "+-" else text
    whole, mark, decimals = unsigned.replace(",", ".").partition(".")
    if len(text) > LONGEST or not whole or (mark and not decimals) or set(whole + decimals) - set("0123456789"):
        return "refused"
    value = Fraction(int(whole + decimals), 10 ** len(decimals))
    return -value if text[0] == "-" else value


def _grouped(whole: int) -> str:
    digits = str(whole)
    first = len(digits) % 3
    return "\u202f".join(part for part in (digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))) if part)


def _reads(read: Callable[[str], object], typed: str, expected: object) -> None:
    try:
        found = read(typed)
    except ValueError as fault:
        assert expected is None and "n’existe pas" in str(fault), (typed, expected)
    else:
        assert expected is not None and found == expected, (typed, found)


@functools.cache
def _off(year: int) -> frozenset[date]:
    """Whit Monday stayed a holiday in the article while it was the day of solidarity; the package leaves it out."""
    solidarity = {2005: date(2005, 5, 16), 2006: date(2006, 6, 5), 2007: date(2007, 5, 28)}
    return frozenset({*holidays.France(years=year), *([solidarity[year]] if year in solidarity else [])})


def _last_day_plainly(start: date, days: int, kind: str) -> date:
    days_a_week = 6 if kind == "working-fr" else 5
    day, worked, passed = start, 0, 0
    while True:
        day, passed = day + DAY, passed + 1
        is_worked = day.weekday() < days_a_week and day not in _off(day.year)
        worked += is_worked
        if kind == "calendar" and passed >= days and is_worked and worked >= min(days, 2):
            return day
        if kind != "calendar" and worked == days:
            return day


@functools.cache
def _last_sunday(year: int, month: int) -> date:
    return max(day for day in (date(year, month, n) for n in range(25, 32)) if day.weekday() == 6)


def _paris_plainly(local: datetime) -> datetime | None:
    """Two hours ahead from the last Sunday of March to the last of October; None for an hour that is skipped or comes twice."""
    spring, autumn = (datetime.combine(_last_sunday(local.year, month), time.min) + timedelta(hours=2) for month in (3, 10))
    if any(change <= local < change + timedelta(hours=1) for change in (spring, autumn)):
        return None
    return (local - timedelta(hours=2 if spring <= local < autumn else 1)).replace(tzinfo=UTC)


def _check_digit(digits: list[int]) -> int:
    """What makes the sum of Luhn end on 0."""
    doubled = [int(sign) for rank, digit in enumerate(reversed(digits)) for sign in str(digit * (2 - rank % 2))]
    return -sum(doubled) % 10


def _letter(drawn: random.Random) -> str:
    """Any that can be written in UTF-8 and means something."""
    while unicodedata.category(letter := chr(drawn.randrange(0x110000))) in ("Cs", "Cn"):
        pass
    return letter


def _line(drawn: random.Random, key: str) -> PricedLine:
    price = None if drawn.random() < 0.1 else Decimal(drawn.randrange(10 ** drawn.randint(1, 8))).scaleb(-2)
    rate = drawn.choice((None, Decimal("5.5"), Decimal(10), Decimal(20), Decimal("2.1"), Decimal(0)))
    return PricedLine(key, key, Decimal(drawn.randrange(1, 10 ** drawn.randint(1, 7))).scaleb(-3), "kg", price, rate)


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def _check_scaled(drawn: random.Random) -> None:
    unit, places = drawn.choice((("kg", 3), ("litre", 1), ("pièce", 0), ("barquette", 2)))
    quantity = Decimal(drawn.randrange(1, 10**6)).scaleb(-places)
    announced, headcount = drawn.randint(1, 300), drawn.randint(1, 330)
    found = Fraction(scaled(quantity, unit, announced=announced, headcount=headcount))
    step = Fraction(1, 1000) if unit in MEASURED or quantity != int(quantity) else Fraction(1)
    exact = Fraction(quantity) * headcount / announced
    assert found % step == 0 and abs(found - exact) < step
    assert min(exact, Fraction(quantity)) <= found <= max(exact, Fraction(quantity))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("seed", range(5))
def test_a_second_reading_agrees(check, seed):
    check(seed)
