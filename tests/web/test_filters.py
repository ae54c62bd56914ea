"""How values read on a page."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from sad.web import filters
from sad.web.filters import FILTERS, time_left

AT = datetime(2026, 12, 3, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "name, value, text",
    [
        ("money", Decimal("1234.5"), "1\u202f234,50\u00a0€"),
        ("money", 0, "0,00\u00a0€"),
        ("money", Decimal("0.005"), "0,01\u00a0€"),
        ("money", None, "–"),
        ("number", Decimal("1234.50"), "1\u202f234,5"),
        ("number", Decimal("40"), "40"),
        ("points", Fraction(8640, 100), "86,40"),
        ("points", Fraction(1, 3), "0,33"),
        ("points", Decimal("-0.001"), "0,00"),
        ("percent", 35, "35\u00a0%"),
        ("date", date(2026, 12, 3), "jeudi 3 décembre 2026"),
        ("date", date(2027, 1, 1), "vendredi 1er janvier 2027"),
        ("date", None, "–"),
        ("short_date", date(2026, 12, 3), "3 déc. 2026"),
        ("datetime", AT, "jeudi 3 décembre 2026 à 12\u00a0h\u00a005, heure de Paris"),
        ("datetime", datetime(2026, 7, 1, 10, 0, tzinfo=UTC), "mercredi 1er juillet 2026 à 12\u00a0h, heure de Paris"),
        ("datetime", datetime(2026, 12, 2, 23, 30, tzinfo=UTC), "jeudi 3 décembre 2026 à 0\u00a0h\u00a030, heure de Paris"),
        ("short_datetime", AT, "3 déc. 2026, 12\u00a0h\u00a005"),
        ("siret", "12345678200010", "123\u00a0456\u00a0782\u00a000010"),
        ("siret", "123456782", "123\u00a0456\u00a0782"),
        ("file_size", 1_234_567, "1,2\u00a0Mo"),
    ],
)
def test_a_value_reads_as_the_french_write_it(name, value, text):
    assert FILTERS[name](value) == text


def test_a_datetime_without_its_zone_is_refused_rather_than_guessed():
    with pytest.raises(ValueError, match="naive"):
        filters.long_datetime(datetime(2026, 12, 3, 12, 0))  # noqa: DTZ001


@pytest.mark.parametrize(
    "left, text",
    [
        (timedelta(days=3, hours=4, minutes=50), "dans 3\u00a0jours et 4\u00a0heures"),
        (timedelta(days=1), "dans 1\u00a0jour"),
        (timedelta(days=1, minutes=5), "dans 1\u00a0jour"),
        (timedelta(hours=4, minutes=1), "dans 4\u00a0heures et 1\u00a0minute"),
        (timedelta(minutes=12, seconds=59), "dans 12\u00a0minutes"),
        (timedelta(seconds=40), "dans moins d’une minute"),
        (timedelta(hours=-2), "il y a 2\u00a0heures"),
        (timedelta(0), "il y a moins d’une minute"),
    ],
)
def test_the_time_left_is_said_in_its_two_greatest_units(left, text):
    assert time_left(AT + left, AT) == text


@pytest.mark.parametrize(
    "count, text",
    [(0, "0\u00a0fournisseur"), (1, "1\u00a0fournisseur"), (2, "2\u00a0fournisseurs"), (1200, "1\u202f200\u00a0fournisseurs")],
)
def test_a_noun_is_plural_from_two(count, text):
    assert FILTERS["plural"](count, "fournisseur") == text


def test_an_irregular_plural_is_given():
    assert FILTERS["plural"](3, "journal", "journaux") == "3\u00a0journaux"
