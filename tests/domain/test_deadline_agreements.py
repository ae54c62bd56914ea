"""A shorter period to answer: what may be asked, who lacks, and what is agreed, from the tables a buyer can sign."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.calendar import PARIS, is_working_day, paris_day
from sad.domain.deadline_agreements import (
    Agreement,
    Answer,
    Asking,
    answer_faults,
    asking_faults,
    disagreement,
    proposed_answer_date,
    standing,
    wish_faults,
)

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "deadline_agreements.yaml").read_text(encoding="utf-8"))
AT = datetime(2026, 11, 25, 10, tzinfo=PARIS)
FIRST = datetime(2026, 12, 8, tzinfo=PARIS)
CLOSES = datetime(2026, 12, 2, 12, tzinfo=PARIS)
SERVED = date(2026, 12, 10)
ANSWERS_BY = datetime(2026, 11, 27, 12, tzinfo=PARIS)
SAID = {"oui": Answer.AGREED, "non": Answer.REFUSED, "rien": None}


def paris(text) -> datetime | None:
    return text and datetime.strptime(str(text)[:16], "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)


def asking(**parts) -> Asking:
    usual = {"at": AT, "closes_at": CLOSES, "service_on": SERVED, "first": FIRST, "answers_by": ANSWERS_BY, "admitted": 3, "lines": 2}
    return Asking(**{**usual, **parts})


def lack(agreement, invited, case) -> str:
    found = disagreement(
        agreement,
        invited,
        closes_at=paris(case["closes_at"]) if "closes_at" in case else CLOSES,
        service_on=case.get("service_on", SERVED),
        at=paris(case.get("at")) or AT,
    )
    if found is None:
        return ""
    assert (found.rule, found.field) == ("SAD-18", "closes_at") and found.remedy.endswith(".")
    return re.sub("\u00a0", " ", f"{found.message} {found.remedy}")


@pytest.mark.parametrize("case", CASES["asking"], ids=lambda case: case["says"])
def test_a_request_leaves_or_is_refused_as_the_table_says(case):
    moments = {name: paris(case[name]) for name in ("closes_at", "answers_by") if name in case}
    others = {name: case[name] for name in ("service_on", "admitted", "lines") if name in case}
    faults = asking_faults(asking(**moments, **others))
    assert [[each.rule, each.field] for each in faults] == case["refused"], faults
    assert all(each.remedy.endswith(".") for each in faults)


@pytest.mark.parametrize("case", CASES["standing"], ids=lambda case: case["says"])
def test_a_deadline_is_agreed_or_says_who_lacks_as_the_table_says(case):
    numbers = {name: number for number, name in enumerate(dict.fromkeys([*case["answers"], *case["invited"]]), start=1)}
    agreement = Agreement(CLOSES, SERVED, ANSWERS_BY, {numbers[name]: SAID[said] for name, said in case["answers"].items()})
    said = lack(agreement, {numbers[name]: name for name in case["invited"]}, case)
    assert (said == "") == case.get("agreed", False)
    assert [words for words in case.get("says_too", ()) if words not in said] == []
    assert [words for words in case.get("says_not", ()) if words in said] == []


SKIPPED, REPEATED = datetime(2027, 3, 28, 2, 30, tzinfo=PARIS), datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)


@pytest.mark.parametrize(("hour", "fold"), [(SKIPPED, 0), (REPEATED, 0), (REPEATED, 1)])
def test_neither_date_falls_within_a_change_of_clock(hour, fold):
    hour = hour.replace(fold=fold)
    around = {"at": hour - timedelta(days=3), "first": hour + timedelta(days=9), "service_on": paris_day(hour) + timedelta(days=8)}
    assert [(each.rule, each.field) for each in wish_faults(asking(closes_at=hour, **around))] == [("TIM-01", "closes_at")]
    asked = asking(closes_at=hour + timedelta(days=2), answers_by=hour, **around)
    assert [(each.rule, each.field) for each in asking_faults(asked)] == [("TIM-01", "answers_by")]


@given(
    st.dictionaries(st.integers(1, 12), st.sampled_from([*Answer, None])),
    st.sets(st.integers(1, 15)),
)
def test_a_deadline_is_agreed_only_when_each_invitee_was_asked_and_said_yes(answers, invited):
    agreement = Agreement(CLOSES, SERVED, ANSWERS_BY, answers)
    found = standing(agreement, sorted(invited))
    everyone = bool(invited) and all(answers.get(each) == Answer.AGREED for each in invited)
    assert found.is_complete == everyone
    assert sorted((*found.agreed, *found.refused, *found.silent, *found.unasked)) == sorted(invited)
    assert (lack(agreement, {each: f"n° {each}" for each in invited}, {}) == "") == everyone


def test_of_many_who_lack_the_first_are_named_and_the_others_counted():
    agreement = Agreement(CLOSES, SERVED, ANSWERS_BY, dict.fromkeys(range(1, 41)))
    said = lack(agreement, {number: f"Ferme {number}" for number in range(1, 41)}, {})
    assert "Ferme 8 et 32 autres." in said and "Ferme 9" not in said


@pytest.mark.parametrize(
    ("at", "is_sent", "is_ended", "words"),
    [
        (ANSWERS_BY, False, False, ""),
        (ANSWERS_BY + timedelta(microseconds=1), False, False, "Il fallait répondre avant le vendredi 27 novembre 2026 à 12"),
        (AT, True, False, "est partie"),
        (AT, False, True, "ne tient plus"),
        (ANSWERS_BY + timedelta(days=1), True, True, "est partie"),
    ],
)
def test_an_answer_is_taken_to_the_microsecond_until_the_sending_or_the_end_of_the_request(at, is_sent, is_ended, words):
    faults = answer_faults(ANSWERS_BY, at, is_sent=is_sent, is_ended=is_ended)
    assert [each.rule for each in faults] == (["SAD-18"] if words else [])
    assert words in " ".join(each.message for each in faults)


@given(st.integers(0, 3000).map(lambda hours: AT + timedelta(hours=hours)), st.integers(1, 260))
def test_the_answer_date_proposed_can_be_asked_and_is_a_worked_noon(at, hours):
    closes_at = at + timedelta(hours=hours)
    proposed = proposed_answer_date(at, closes_at)
    if proposed is None:
        return
    assert at < proposed < closes_at and proposed.hour == 12 and is_working_day(proposed.date(), "working-eu")
    asked = asking(at=at, closes_at=closes_at, answers_by=proposed, first=closes_at + timedelta(1), service_on=date(2028, 1, 1))
    assert [each for each in asking_faults(asked) if each.field == "answers_by"] == []


def test_when_the_proposed_deadline_is_tomorrow_there_is_no_worked_noon_to_propose():
    assert proposed_answer_date(AT, AT + timedelta(hours=20)) is None
    assert proposed_answer_date(AT, datetime(2026, 11, 27, 12, tzinfo=PARIS)) == datetime(2026, 11, 26, 12, tzinfo=PARIS)
