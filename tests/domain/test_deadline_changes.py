"""What may change in a mini-tender that was sent, from the table a buyer can sign; the days left to answer questions."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from sad.domain.calendar import PARIS
from sad.domain.deadline_changes import (
    CHANGEABLE,
    DeadlineChange,
    Rewording,
    change_faults,
    last_day_to_answer,
    proposed_extension,
    rewordings,
)

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "deadline_changes.yaml").read_text(encoding="utf-8"))
BEFORE = dict.fromkeys(CHANGEABLE, "") | {"place": "Salle du conseil", "constraints": "Quai au sous-sol\r\nPas d’ascenseur"}


@dataclass
class Sent:
    state: str = "published"
    published_at: datetime = datetime(2026, 11, 24, 10, tzinfo=PARIS)
    closes_at: datetime = datetime(2026, 12, 7, 12, tzinfo=PARIS)


def paris(text) -> datetime:
    return datetime.strptime(str(text)[:16], "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_change_is_refused_as_the_table_says(case):
    change = DeadlineChange(
        at=paris(case.get("at", "2026-12-01 09:00")),
        mini_tender=Sent(),
        new_closes_at=case["new"] and paris(case["new"]),
        service_on=date(2026, 12, 17),
        reason=case.get("reason", "Une question montre un oubli."),
        rewordings=rewordings(BEFORE, case["words"]) if "words" in case else None,
    )
    assert [[each.rule, each.field] for each in change_faults(change)] == case["refused"]


SKIPPED, REPEATED = datetime(2027, 3, 28, 2, 30, tzinfo=PARIS), datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)


@pytest.mark.parametrize(("hour", "fold"), [(SKIPPED, 0), (REPEATED, 0), (REPEATED, 1)])
def test_a_deadline_never_falls_within_a_change_of_clock(hour, fold):
    sent = Sent(published_at=datetime(2026, 10, 1, tzinfo=PARIS), closes_at=datetime(2026, 10, 20, tzinfo=PARIS))
    change = DeadlineChange(
        at=datetime(2026, 10, 12, tzinfo=PARIS),
        mini_tender=sent,
        new_closes_at=hour.replace(fold=fold),
        service_on=None,
        reason="Un oubli.",
    )
    assert [(each.rule, each.field) for each in change_faults(change)] == [("TIM-01", "closes_at")]


@pytest.mark.parametrize("state", ["draft", "to_check", "opened", "ranked", "discontinued"])
def test_only_what_is_open_changes(state):
    change = DeadlineChange(
        at=datetime(2026, 12, 1, tzinfo=PARIS),
        mini_tender=Sent(state=state),
        new_closes_at=datetime(2026, 12, 10, tzinfo=PARIS),
        service_on=None,
        reason="Un oubli.",
    )
    assert [each.rule for each in change_faults(change)] == ["TIM-03"]


def test_only_the_words_that_differ_are_a_change():
    after = {"place": "Salle du conseil ", "constraints": "Quai au sous-sol\nPas d’ascenseur", "allergens": "arachides", "guests": "40"}
    assert rewordings(BEFORE, after) == (Rewording("allergens", "", "arachides"),)


def test_the_last_day_to_answer_is_so_many_days_before_that_of_the_deadline():
    assert last_day_to_answer(datetime(2026, 12, 7, 12, tzinfo=PARIS), 6) == date(2026, 12, 1)
    assert last_day_to_answer(datetime(2026, 12, 7, 0, tzinfo=PARIS), 6) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("at", "proposed"),
    [
        (datetime(2026, 11, 25, 9, tzinfo=PARIS), datetime(2026, 12, 8, 12, tzinfo=PARIS)),
        (datetime(2026, 12, 4, 9, tzinfo=PARIS), datetime(2026, 12, 11, 12, tzinfo=PARIS)),
        (datetime(2026, 12, 7, 11, tzinfo=PARIS), datetime(2026, 12, 15, 12, tzinfo=PARIS)),
    ],
)
def test_a_proposed_extension_is_a_worked_noon_that_leaves_six_days_and_is_later(at, proposed):
    assert proposed_extension(Sent().closes_at, at, 6) == proposed
