"""The codes of an application and those on paper: the vectors of the RFC, what drifts, what is typed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.trust.one_time_codes import (
    ALPHABET,
    STEP_SECONDS,
    code_of,
    is_application_code,
    key_address,
    new_rescue_code,
    new_secret,
    plain_code,
    secret_words,
    step_at,
    step_of,
)

SECRET = b"12345678901234567890"
AT = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)  # the first second of a step


@pytest.mark.parametrize(
    "seconds, code",
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"), (20000000000, "65353130")],
)
def test_codes_are_those_of_the_rfc_cut_to_six_figures(seconds, code):
    assert code_of(SECRET, seconds // STEP_SECONDS) == code[2:]


@pytest.mark.parametrize(
    "shown_at, is_good",
    [
        (AT, True),
        (AT + timedelta(seconds=29, microseconds=999999), True),
        (AT - timedelta(microseconds=1), True),
        (AT - timedelta(seconds=30), True),
        (AT - timedelta(seconds=30, microseconds=1), False),
        (AT + timedelta(seconds=30), True),
        (AT + timedelta(seconds=59), True),
        (AT + timedelta(seconds=60), False),
    ],
)
def test_a_telephone_may_be_one_step_away_and_no_more(shown_at, is_good):
    code = code_of(SECRET, step_at(shown_at))
    assert (step_of(SECRET, code, at=AT) is not None) == is_good
    if is_good:
        assert step_of(SECRET, code, at=AT) == step_at(shown_at)


@pytest.mark.parametrize("typed", ["", " ", "12345", "1234567", "é", "１２３４５６", "\ud800", "-", "000 000 000"])
def test_what_is_no_code_is_no_step(typed):
    assert step_of(SECRET, typed, at=AT) is None


@pytest.mark.parametrize("dress", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"])
def test_spaces_and_dashes_do_not_count(dress):
    assert step_of(SECRET, dress.format(code_of(SECRET, step_at(AT))), at=AT) == step_at(AT)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_read_without_failing(typed):
    assert step_of(SECRET, typed, at=AT) is None or is_application_code(typed)


def test_the_address_for_the_application_names_us_and_hides_nothing_in_the_account_name():
    address = key_address(SECRET, "a+b&secret=x@agglo.example")
    assert address.startswith("otpauth://totp/March%C3%A9s%20alimentaires%3Aa%2Bb%26secret%3Dx%40agglo.example?secret=GEZDGNBV")
    assert address.count("secret=") == 1


def test_the_key_is_long_random_and_read_in_groups_of_four():
    keys = {new_secret() for _ in range(50)}
    assert len(keys) == 50 and all(len(key) == 20 for key in keys)
    assert secret_words(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_rescue_codes_differ_avoid_look_alikes_and_are_no_application_codes():
    codes = [new_rescue_code() for _ in range(500)]
    assert len(set(codes)) == 500
    assert set("".join(codes)) - {" "} <= set(ALPHABET)
    assert not any(is_application_code(code) for code in codes)
    assert {len(plain_code(code)) for code in codes} == {12}
