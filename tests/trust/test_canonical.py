"""Canonical JSON: the same value is always the same bytes."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.trust.canonical import canonical_json, instant

keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.none() | st.booleans() | st.integers() | keys
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


@given(st.dictionaries(keys, values, max_size=5))
def test_what_is_written_reads_back_and_is_written_the_same_again(value):
    written = canonical_json(value)
    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written


@given(st.dictionaries(keys, leaves, max_size=5), st.randoms())
def test_the_order_of_keys_does_not_count(value, chance):
    shuffled = list(value.items())
    chance.shuffle(shuffled)
    assert canonical_json(dict(shuffled)) == canonical_json(value)


def test_accents_stay_and_spaces_go():
    assert canonical_json({"b": [1, True, None], "a": "été"}) == '{"a":"été","b":[1,true,null]}'.encode()


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), datetime(2026, 1, 1, tzinfo=UTC), b"bytes", {1, 2}, {1: "a key that is no text"}])
def test_a_value_with_several_spellings_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json({"value": value})


def test_an_instant_is_written_in_utc_to_the_microsecond():
    paris = timezone(timedelta(hours=1))
    assert instant(datetime(2026, 12, 3, 12, 0, 0, 7, tzinfo=paris)) == "2026-12-03T11:00:00.000007Z"


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="naive"):
        instant(datetime(2026, 12, 3, 12))  # noqa: DTZ001
