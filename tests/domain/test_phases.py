from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.phases import is_open, phase

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLOSES = datetime(2026, 3, 16, 11, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Tender:
    state: str = "published"
    published_at: datetime | None = SENT
    closes_at: datetime | None = CLOSES


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (SENT - INSTANT, "to_check"),
        (SENT, "open"),
        (CLOSES, "open"),
        (CLOSES + INSTANT, "closed"),
        (CLOSES + timedelta(days=300), "closed"),
    ],
)
def test_a_published_tender_is_open_until_its_deadline_to_the_microsecond(at, expected):
    assert phase(Tender(), at) == expected
    assert is_open(Tender(), at) == (expected == "open")


@pytest.mark.parametrize("state", ["draft", "to_check", "opened", "ranked", "awarded", "notified", "discontinued"])
def test_a_human_decision_is_its_own_phase_whatever_the_calendar_says(state):
    assert phase(Tender(state=state), CLOSES) == state
    assert phase(Tender(state=state, published_at=None, closes_at=None), CLOSES) == state


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60)), st.timedeltas(timedelta(0), timedelta(days=60)))
def test_an_extension_opens_again_and_never_shuts_an_open_tender(elapsed, extension):
    at, extended = SENT + elapsed, replace(Tender(), closes_at=CLOSES + extension)
    assert is_open(extended, at) or not is_open(Tender(), at)


def test_a_published_tender_without_deadline_is_a_fault_of_the_program():
    with pytest.raises(ValueError, match="two instants"):
        phase(Tender(closes_at=None), SENT)
