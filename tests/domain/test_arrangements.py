"""Service, tableware and leftovers among the constraints: what is chosen, what is written, what comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.arrangements import ARRANGEMENTS, read_arrangements, with_arrangements
from sad.domain.forbidden_words import find_forbidden_words

CHOICES = st.fixed_dictionaries({kind: st.sampled_from(["", *sentences]) for kind, sentences in ARRANGEMENTS.items()})
LINES = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1), max_size=4)


@given(CHOICES, LINES)
def test_what_is_chosen_and_what_is_written_come_back(chosen, lines):
    assert read_arrangements(with_arrangements(chosen, "\n".join(lines))) == (chosen, "\n".join(lines))


def test_a_choice_changed_takes_the_place_of_the_other_and_none_takes_it_out():
    before = with_arrangements({"serving": "served", "tableware": "", "leftovers": "donated"}, "Sans alcool")
    chosen, rest = read_arrangements(before)
    assert with_arrangements({**chosen, "serving": "set_up", "leftovers": ""}, rest).splitlines() == [
        "Livraison et mise en place avant l’heure de début",
        "Sans alcool",
    ]


def test_a_sentence_typed_by_hand_against_the_choice_goes_out():
    chosen = {"serving": "served", "tableware": "", "leftovers": ""}
    assert with_arrangements(chosen, "Restes repris par le fournisseur") == "Service compris"


@pytest.mark.parametrize("text", ["", "Sans alcool\r\nService rapide"])
def test_words_that_are_no_arrangement_stay(text):
    chosen, rest = read_arrangements(text)
    assert set(chosen.values()) == {""} and rest.splitlines() == text.splitlines()


def test_no_sentence_speaks_of_a_place_of_origin():
    sentences = [each for kind in ARRANGEMENTS.values() for each in kind.values()]
    assert find_forbidden_words("\n".join(sentences), strict=False) == ()
