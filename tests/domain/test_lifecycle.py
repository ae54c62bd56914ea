from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.errors import Refused
from sad.domain.lifecycle import ACTS, MOVES, STATES, THINGS, moved, possible_acts
from sad.models.admissions import AdmissionState
from sad.models.applications import ApplicationState
from sad.models.awards import AwardState
from sad.models.mini_tenders import MiniTenderState
from sad.models.offers import OfferState

STORED = {
    "application": ApplicationState,
    "admission": AdmissionState,
    "mini_tender": MiniTenderState,
    "offer": OfferState,
    "award": AwardState,
}


def states_of(kind: str) -> set[str]:
    return {state for (before, _), after in MOVES[kind].items() for state in (before, after)}


def walk(kind: str, state: str, acts: Iterable[str]) -> str:
    for act in acts:
        state = moved(kind, state, act)
    return state


@pytest.mark.parametrize("kind", MOVES)
def test_the_states_of_the_tables_are_those_that_are_stored(kind):
    assert states_of(kind) == {state.value for state in STORED[kind]}


@pytest.mark.parametrize("kind", MOVES)
def test_every_state_and_act_has_french_words(kind):
    assert states_of(kind) <= set(STATES)
    assert {act for _, act in MOVES[kind]} <= set(ACTS)
    assert kind in THINGS


@pytest.mark.parametrize(
    ("kind", "start", "acts", "end"),
    [
        ("application", "draft", ["submit", "request_completion", "complete", "admit"], "admitted"),
        ("application", "submitted", ["hear", "refuse"], "refused"),
        ("application", "completion_requested", ["refuse"], "refused"),
        ("admission", "admitted", ["suspend", "readmit", "remove"], "removed"),
        ("mini_tender", "draft", ["ask_check", "return", "ask_check", "publish", "open", "rank", "award", "notify"], "notified"),
        ("mini_tender", "draft", ["publish", "discontinue"], "discontinued"),
        ("mini_tender", "ranked", ["award", "cancel_award", "rank", "award"], "awarded"),
        ("offer", "deposited", ["replace"], "replaced"),
        ("award", "proposed", ["approve", "cancel"], "cancelled"),
    ],
)
def test_a_life_goes_along_its_table(kind, start, acts, end):
    assert walk(kind, start, acts) == end


@pytest.mark.parametrize(
    ("kind", "state", "act"),
    [
        ("mini_tender", "opened", "publish"),
        ("mini_tender", "published", "award"),
        ("mini_tender", "notified", "discontinue"),
        ("mini_tender", "draft", "discontinue"),
        ("application", "refused", "admit"),
        ("application", "admitted", "withdraw"),
        ("offer", "withdrawn", "replace"),
        ("award", "cancelled", "approve"),
    ],
)
def test_an_act_out_of_the_table_is_refused(kind, state, act):
    with pytest.raises(Refused):
        moved(kind, state, act)


def test_a_refused_act_says_why_and_what_is_possible():
    with pytest.raises(Refused) as refused:
        moved("mini_tender", "opened", "award")
    (refusal,) = refused.value.refusals
    assert refusal.message == "Impossible de l’attribuer\u00a0: la consultation est en cours d’analyse."
    assert refusal.remedy == "À partir de là, on peut classer les offres ou la déclarer sans suite."
    with pytest.raises(Refused, match="Impossible d’ouvrir les offres\u00a0: la consultation est en brouillon"):
        moved("mini_tender", "draft", "open")
    with pytest.raises(Refused, match=r"Plus rien ne peut suivre\."):
        moved("offer", "withdrawn", "withdraw")
    with pytest.raises(Refused, match="l’admission est en vigueur"):
        moved("admission", "admitted", "readmit")


@given(st.sampled_from(sorted(MOVES)), st.data())
def test_what_is_said_possible_is_possible(kind, data):
    state = data.draw(st.sampled_from(sorted(states_of(kind))))
    for act in ACTS:
        if act in possible_acts(kind, state):
            assert moved(kind, state, act) in states_of(kind)
        else:
            with pytest.raises(Refused):
                moved(kind, state, act)
