"""How values read: French numbers, amounts, Paris dates."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from sad.letters import wording

NOON = datetime(2026, 12, 3, 11, 0, tzinfo=UTC)
CASES = [
    (wording.money, Decimal("1234.5"), "1 234,50 €"),
    (wording.money, Decimal("0.005"), "0,01 €"),
    (wording.money, Decimal("-0.004"), "0,00 €"),
    (wording.money, None, "–"),
    (wording.number, Decimal("1234.50"), "1 234,5"),
    (wording.number, 40, "40"),
    (wording.points, Fraction(864, 10), "86,40"),
    (wording.points, Fraction(200, 3), "66,67"),
    (wording.points, Decimal("2.675"), "2,68"),
    (wording.percent, 35, "35 %"),
    (wording.percent, Decimal("12.5"), "12,5 %"),
    (wording.long_date, date(2026, 12, 3), "jeudi 3 décembre 2026"),
    (wording.long_date, date(2027, 1, 1), "vendredi 1er janvier 2027"),
    (wording.long_date, datetime(2026, 12, 3, 23, 30, tzinfo=UTC), "vendredi 4 décembre 2026"),
    (wording.short_date, date(2027, 1, 1), "1er janv. 2027"),
    (wording.short_date, date(2026, 12, 11), "11 déc. 2026"),
    (wording.moment, NOON, "jeudi 3 décembre 2026 à 12 h"),
    (wording.moment, NOON.replace(minute=5), "jeudi 3 décembre 2026 à 12 h 05"),
    (wording.moment, datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "jeudi 2 juillet 2026 à 0 h"),
    (wording.instant, datetime(2026, 11, 18, 8, 41, 7, tzinfo=UTC), "18 novembre 2026 à 9 h 41 min 07 s"),
    (wording.siret, "00000001800010", "000 000 018 00010"),
    (wording.siret, "200068781", "200 068 781"),
    (wording.file_size, 999, "999 octets"),
    (wording.file_size, 1_234_567, "1,2 Mo"),
]


@pytest.mark.parametrize(("words", "value", "expected"), CASES)
def test_values_read_in_french(words, value, expected: str):
    assert words(value).replace("\u00a0", " ").replace("\u202f", " ") == expected


def test_figures_and_their_units_are_never_parted():
    for text in (wording.money(1234), wording.percent(35), wording.hour(NOON), wording.plural(3, "offre"), wording.file_size(2000)):
        assert " " not in text


def test_a_count_takes_its_plural_from_two():
    assert [wording.plural(count, "jour ouvré", "jours ouvrés").replace("\u00a0", " ") for count in (0, 1, 2)] == [
        "0 jour ouvré", "1 jour ouvré", "2 jours ouvrés",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (44, "pièce", "44 pièces"),
        (1, "pièce", "1 pièce"),
        (Decimal("4.4"), "litre", "4,4 litres"),
        (Decimal("1.5"), "litre", "1,5 litre"),
        (Decimal("5.500"), "kg", "5,5 kg"),
        (12, "plateau", "12 plateaux"),
        (12, "repas", "12 repas"),
    ],
)
def test_a_quantity_takes_the_plural_of_its_unit(value, unit, expected):
    assert wording.quantity(value, unit).replace("\u00a0", " ") == expected


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="naive"):
        wording.moment(datetime(2026, 12, 3, 12, 0))  # noqa: DTZ001
