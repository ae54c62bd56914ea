from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.dated import Dated, Entry, NotYetInForce


def entry(since, value="x"):
    return Entry(since, value, "R2162-50")


THRESHOLD = Dated("formal_procedure_threshold", (entry(date(2024, 1, 1), 221), entry(date(2026, 1, 1), 216)))


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2024, 1, 1), 221),
        (date(2025, 12, 31), 221),
        (date(2026, 1, 1), 216),
        (date(9999, 12, 31), 216),
    ],
)
def test_a_value_holds_from_its_day_until_the_next_one(day, value):
    assert THRESHOLD.on(day) == value
    assert THRESHOLD.entry_on(day).value == value


def test_a_day_before_the_first_value_names_the_parameter_and_the_day():
    with pytest.raises(NotYetInForce) as error:
        THRESHOLD.on(date(2023, 12, 31))
    assert "formal_procedure_threshold" in str(error.value)
    assert "31/12/2023" in str(error.value)
    assert "01/01/2024" in str(error.value)


def test_a_parameter_without_value_is_refused():
    with pytest.raises(ValueError, match="aucune valeur"):
        Dated("empty", ())


def test_two_values_on_the_same_day_are_refused():
    with pytest.raises(ValueError, match="même date, 01/01/2026"):
        Dated("twice", (entry(date(2026, 1, 1)), entry(date(2026, 1, 1))))


def test_values_out_of_order_are_refused():
    with pytest.raises(ValueError, match="01/01/2024 vient après 01/01/2026"):
        Dated("mixed", (entry(date(2026, 1, 1)), entry(date(2024, 1, 1))))


@given(st.sets(st.dates(), min_size=1), st.dates())
def test_the_value_of_a_day_is_the_latest_that_is_not_after_it(since, day):
    dated = Dated("any", tuple(entry(each, each) for each in sorted(since)))
    earlier = [each for each in since if each <= day]
    if earlier:
        assert dated.on(day) == max(earlier)
    else:
        with pytest.raises(NotYetInForce, match="any"):
            dated.on(day)
