"""The machine's hour held against what confirms it: nothing beyond the limit escapes, nothing within it alarms."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.clock_watch import Anchor, Reading, Skew, Source, skews, steady, unseen_start

NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
LIMIT = timedelta(seconds=5)
RAN = timedelta(days=3)
ANCHOR = Anchor(NOON - timedelta(hours=1), RAN - timedelta(hours=1))
INSTANT = timedelta(microseconds=1)
SPANS = st.timedeltas(timedelta(days=-400), timedelta(days=400))


def read(moved=timedelta(), *, database=None, waited=timedelta()) -> Reading:
    return Reading(NOON + moved, RAN, "boot", database, waited)


@pytest.mark.parametrize(
    ("moved", "found"),
    [
        (timedelta(), []),
        (LIMIT, []),
        (-LIMIT, []),
        (LIMIT + INSTANT, [Skew(Source.ELAPSED, LIMIT + INSTANT)]),
        (-LIMIT - INSTANT, [Skew(Source.ELAPSED, -LIMIT - INSTANT)]),
        (timedelta(hours=-1), [Skew(Source.ELAPSED, timedelta(hours=-1))]),
        (timedelta(days=366), [Skew(Source.ELAPSED, timedelta(days=366))]),
    ],
)
def test_a_clock_that_was_moved_disagrees_with_the_time_that_ran(moved: timedelta, found: list[Skew]):
    assert skews(read(moved), ANCHOR, None, LIMIT) == found


@pytest.mark.parametrize(
    ("database", "waited", "by"),
    [
        (NOON, timedelta(), None),
        (NOON + timedelta(seconds=30), timedelta(seconds=30), None),
        (NOON + timedelta(seconds=30), timedelta(seconds=20), timedelta(seconds=-10)),
        (NOON - timedelta(minutes=2), timedelta(seconds=30), timedelta(minutes=2)),
    ],
)
def test_the_hour_of_the_database_counts_for_the_span_in_which_it_answered(database, waited, by):
    found = skews(read(database=database, waited=waited), None, None, LIMIT)
    assert found == ([] if by is None else [Skew(Source.DATABASE, by)])


def test_an_hour_before_the_last_one_known_is_found_and_one_after_it_is_not():
    assert skews(read(), None, NOON + timedelta(minutes=1), LIMIT) == [Skew(Source.PAST, timedelta(minutes=-1))]
    assert skews(read(), None, NOON - timedelta(days=400), LIMIT) == []


def test_without_anything_to_compare_nothing_is_said():
    assert skews(read(timedelta(days=-999)), None, None, LIMIT) == []


@given(moved=SPANS, other=SPANS, ran=st.timedeltas(timedelta(), timedelta(days=300)))
def test_the_hour_to_go_by_is_never_behind_what_ran_by_more_than_the_limit(moved, other, ran):
    expected = ANCHOR.hour(RAN + ran)
    first, second = (steady(NOON + ran + each, RAN + ran, ANCHOR, LIMIT) for each in (moved, other))
    assert min(first, second) >= expected - LIMIT
    assert first == NOON + ran + moved or moved < -LIMIT
    assert moved < other or first >= second or second - first <= LIMIT


@given(moved=SPANS)
def test_what_is_not_followed_is_always_in_doubt(moved):
    wall = NOON + moved
    followed = steady(wall, RAN, ANCHOR, LIMIT) == wall
    assert followed or skews(Reading(wall, RAN, "boot"), ANCHOR, None, LIMIT) != []


@given(SPANS)
def test_a_start_is_in_doubt_beyond_the_limit_and_not_within_it(after: timedelta):
    found = unseen_start(read(), NOON - after, LIMIT)
    assert found == (Skew(Source.START, after) if after > LIMIT else None)
    assert unseen_start(read(after), None, LIMIT) is None
