from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.admission.limits import evaluation_limits, is_sealed
from sad.domain.calendar import PARIS
from tests.factories.requirements import EVALUATION_LAW

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "evaluation_limits.yaml").read_text(encoding="utf-8"))


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def limits_of(case):
    return evaluation_limits(
        paris(case["received"]),
        EVALUATION_LAW,
        extended=case.get("extended", False),
        window_ends=case.get("window_ends"),
        prolonged_until=case.get("prolonged"),
        first_invitation_at=paris(case["invited"]) if "invited" in case else None,
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_evaluation_has_a_target_a_legal_day_and_a_reminder(case):
    limits = limits_of(case)
    assert (limits.target, limits.hard, limits.warning_day) == (case["target"], case["hard"], case["warning"])
    assert limits.alert_day == limits.target


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2026-11-30", "in_time"),
        ("2026-12-01", "warning"),
        ("2026-12-03", "warning"),
        ("2026-12-04", "alert"),
        ("2026-12-07", "alert"),
        ("2026-12-08", "overdue"),
    ],
)
def test_an_evaluation_goes_from_in_time_to_overdue(day, standing):
    assert limits_of(CASES[0]).standing(datetime.fromisoformat(day).date()) == standing


@given(st.datetimes(paris("2020-01-01").replace(tzinfo=None), paris("2040-01-01").replace(tzinfo=None)), st.booleans())
def test_the_days_always_come_in_the_same_order(received, extended):
    limits = evaluation_limits(received.replace(tzinfo=PARIS), EVALUATION_LAW, extended=extended)
    assert limits.start < limits.warning_day < limits.alert_day == limits.target <= limits.hard


def test_applications_stay_sealed_until_the_last_evening_of_the_initial_period():
    window_ends = paris("2026-01-02").date()
    assert is_sealed(paris("2026-01-02T23:59"), window_ends)
    assert not is_sealed(paris("2026-01-03T00:00"), window_ends)
    assert not is_sealed(paris("2026-01-02T23:59"), None)
