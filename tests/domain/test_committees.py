"""Committees by rule: quorum for each file, interests, majority, casting vote, usual days, notice."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.calendar import is_working_day
from sad.domain.committees import (
    Ballot,
    Debate,
    Opinion,
    Presence,
    debate_faults,
    first_day_after_notice,
    least_quorum,
    next_sitting_day,
    outcome_of,
    presence_faults,
    silent_seats,
    terms_faults,
)

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "committees.yaml").read_text(encoding="utf-8"))
SIGNS = {"p": Ballot.FOR, "c": Ballot.AGAINST, "a": Ballot.ABSTAIN, "r": Ballot.RECUSED}
OPINIONS = {"f": Opinion.FAVOURABLE, "d": Opinion.UNFAVOURABLE, "r": Opinion.POSTPONED}
NAMES = {number: f"Élue {number}" for number in range(1, 20)}
TITULARS = {1: 1, 2: 2, 3: 3, 4: None}
SUBSTITUTES = {11, 12}


def presences(letters: str) -> list[Presence]:
    return [Presence(seat, None if letter == "-" else seat) for seat, letter in enumerate(letters, start=1)]


def debate(case: dict) -> Debate:
    ballots = {seat: SIGNS[sign] for seat, sign in enumerate(case["ballots"], start=1) if sign != "."}
    return Debate(7, "Pain des écoles", ballots, case.get("aside", ()), case.get("postponed", ""))


@pytest.mark.parametrize("case", [case for case in CASES if "opinion" in case], ids=lambda case: case["name"])
def test_an_opinion_is_what_the_votes_come_to(case):
    here = presences(case["seats"])
    assert list(debate_faults(debate(case), here, case["quorum"], NAMES)) == []
    assert silent_seats(debate(case), here, case["quorum"]) == []
    found = outcome_of(debate(case), here, case["quorum"])
    assert found.opinion == OPINIONS[case["opinion"]]
    assert [found.voters, found.in_favour, found.against, found.abstained] == case["counts"]
    assert found.sentence.endswith(".") or case.get("postponed")


@pytest.mark.parametrize("case", [case for case in CASES if "faults" in case], ids=lambda case: case["name"])
def test_a_vote_that_cannot_be_is_refused_beside_its_field(case):
    faults = debate_faults(debate(case), presences(case["seats"]), case["quorum"], NAMES)
    assert {fault.field: fault.rule for fault in faults} == case["faults"]


@pytest.mark.parametrize(
    ("sheet", "fields"),
    [
        ([(1, 1), (2, 2), (3, 3), (4, None)], []),
        ([(1, 11), (2, None), (3, 12), (4, None)], []),
        ([(1, 1), (1, 11)], ["seat_1", "seat_1"]),
        ([(1, 11), (2, 11)], ["seat_2"]),
        ([(1, 1), (2, 1)], ["seat_2"]),
        ([(1, 2)], ["seat_1"]),
        ([(1, 99)], ["seat_1"]),
        ([(4, 11)], []),
        ([(1, 1), (5, 11)], [None]),
    ],
)
def test_each_seat_has_one_person_and_each_person_one_seat(sheet, fields):
    faults = list(presence_faults([Presence(*line) for line in sheet], TITULARS, SUBSTITUTES, NAMES))
    assert [fault.field for fault in faults] == fields
    assert {fault.rule for fault in faults} <= {"AWD-09"}


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ((5, 3, 14), []), ((5, 5, 14), []), ((5, 2, 14), ["quorum"]), ((5, 6, 14), ["quorum"]), ((4, 2, 14), ["quorum"]), ((4, 3, 14), []),
        ((2, 2, 14), ["seats"]), ((16, 9, 14), ["seats"]), ((3, 2, 0), ["interval_days"]), ((3, 1, 93), ["quorum", "interval_days"]),
    ],
)
def test_a_committee_has_enough_seats_and_a_quorum_of_more_than_half(terms, fields):
    assert [fault.field for fault in terms_faults(*terms)] == fields


@given(st.integers(3, 15))
def test_the_least_quorum_is_the_smallest_that_is_accepted(seats):
    accepted = [quorum for quorum in range(seats + 2) if not list(terms_faults(seats, quorum, 14))]
    assert accepted == list(range(least_quorum(seats), seats + 1))


votes = st.dictionaries(st.integers(1, 9), st.sampled_from(Ballot), max_size=9)


@given(votes, st.sets(st.integers(1, 9)), st.integers(5, 9))
def test_nobody_with_an_interest_and_nobody_absent_weighs_on_an_opinion(ballots, aside, quorum):
    here = presences("ABCDEFGHI")
    said = Debate(7, "Pain", ballots, aside)
    without = Debate(7, "Pain", {seat: each for seat, each in ballots.items() if seat not in aside}, aside)
    assert outcome_of(said, here, quorum) == outcome_of(without, here, quorum)
    gone = [Presence(each.seat, None if each.seat in aside else each.sitter) for each in here]
    assert outcome_of(said, gone, quorum).opinion == outcome_of(said, here, quorum).opinion


@given(votes, st.integers(5, 9))
def test_an_opinion_needs_its_quorum_and_a_side_with_as_many_votes_as_the_other(ballots, quorum):
    found = outcome_of(Debate(7, "Pain", ballots), presences("ABCDEFGHI"), quorum)
    sides = {Opinion.FAVOURABLE: (found.in_favour, found.against), Opinion.UNFAVOURABLE: (found.against, found.in_favour)}
    if found.opinion in sides:
        winner, other = sides[found.opinion]
        assert found.voters >= quorum and winner >= max(other, 1)
        assert winner > other or ballots[1] in (Ballot.FOR, Ballot.AGAINST)
    assert found.voters == 9 - sum(each == Ballot.RECUSED for each in ballots.values())


@pytest.mark.parametrize("here", ["ABCDE", "-BCDE"])
def test_a_president_with_an_interest_or_away_has_no_casting_vote(here):
    tied = Debate(7, "Pain", {1: Ballot.FOR, 2: Ballot.FOR, 3: Ballot.AGAINST, 4: Ballot.FOR, 5: Ballot.AGAINST}, {1})
    assert outcome_of(tied, presences(here), 3).opinion == Opinion.POSTPONED


@given(votes)
def test_what_is_not_said_yet_is_named(ballots):
    here = presences("ABCDEFGHI")
    assert silent_seats(Debate(7, "Pain", ballots), here, 1) == [seat for seat in range(1, 10) if seat not in ballots]
    assert silent_seats(Debate(7, "Pain", ballots, postponed="Pièce attendue"), here, 1) == []


days = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@given(days, st.integers(1, 60), days)
def test_the_next_sitting_is_a_working_day_in_the_rhythm_of_the_house(first_on, interval, not_before):
    found = next_sitting_day(first_on, interval, not_before)
    assert found >= not_before and is_working_day(found, "working-eu")
    turns = [first_on + timedelta(days=interval * turn) for turn in range(max(0, (found - first_on).days // interval) + 1)]
    assert any(0 <= (found - day).days <= 6 for day in turns)


@pytest.mark.parametrize(
    ("first_on", "not_before", "expected"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), date(2026, 11, 24)),
        (date(2026, 11, 24), date(2026, 11, 25), date(2026, 12, 8)),
        (date(2026, 11, 24), date(2026, 6, 1), date(2026, 11, 24)),
        (date(2026, 12, 11), date(2026, 12, 12), date(2026, 12, 28)),  # 25 December is a Friday off
        (date(2027, 3, 15), date(2027, 3, 16), date(2027, 3, 30)),  # 29 March 2027 is Easter Monday
        (date(2027, 3, 15), date(2027, 3, 30), date(2027, 3, 30)),  # the day it was moved to is still to come
        (date(2027, 3, 15), date(2027, 3, 31), date(2027, 4, 12)),
    ],
)
def test_a_sitting_every_fortnight_leaves_out_public_holidays(first_on, not_before, expected):
    assert next_sitting_day(first_on, 14, not_before) == expected


def test_a_notice_counts_clear_days():
    assert first_day_after_notice(date(2026, 12, 1), 5) == date(2026, 12, 7)
