"""The lists that pages and acts share: the journal reads in French, whatever is done and to whatever."""

import ast
from functools import cache
from pathlib import Path

import pytest

from sad import reference
from sad.db import Base
from sad.models import registry
from sad.reference import act_in_words, acts_in_words, thing_in_words, things_in_words

SAD = Path(reference.__file__).parent
# Where the name of an act stands in what `record`, and those that pass it on to `record`, are called with.
NAMED = {"record": 0, "_record": 0, "_recorded": 0, "_keep": 0, "_set_password": 2}


@cache
def acts_written() -> frozenset[str]:
    """The names of acts that the code gives; of a name made up on the way, its beginning."""
    calls = (node for path in SAD.glob("actions/*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    asked = [(call, NAMED[call.func.id]) for call in calls if isinstance(call, ast.Call) and getattr(call.func, "id", "") in NAMED]
    given = [call.args[place] for call, place in asked if len(call.args) > place]
    return frozenset(leaf.value for each in given for leaf in _leaves(each) if isinstance(leaf, ast.Constant))


def _leaves(given: ast.expr) -> list[ast.expr]:
    if isinstance(given, ast.IfExp):
        return [*_leaves(given.body), *_leaves(given.orelse)]
    return given.values[:1] if isinstance(given, ast.JoinedStr) else [given]


def test_every_act_that_is_journalled_has_its_words():
    written = acts_written()
    assert len(written) > 200
    assert {each for each in written if act_in_words(each) == each and each not in acts_in_words()} == set()


def test_no_words_are_kept_for_an_act_that_nobody_does():
    assert set(acts_in_words()) - acts_written() == {"warn_of_late_notices_"}


def test_what_acts_are_done_to_is_a_table_that_exists():
    assert registry.AGGREGATES
    assert set(things_in_words()) - set(Base.metadata.tables) == set()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ask_opening", "Demander l’ouverture des offres"),
        ("warn_of_closing_half_hour", "Rappeler une date limite"),
        ("warn_of_late_notices_2026_3", "Signaler des avis d’attribution en retard"),
        ("admit_somebody", "admit_somebody"),
        ("", ""),
    ],
)
def test_an_act_reads_in_french_or_as_it_is_named(name, words):
    assert act_in_words(name) == words


@pytest.mark.parametrize(
    ("thing", "words"), [("mini_tenders:7", "consultation 7"), ("letters", "courrier "), ("moons:2", "moons:2"), ("consultation 7",) * 2]
)
def test_what_an_act_is_done_to_reads_in_french_or_as_it_is_named(thing, words):
    assert thing_in_words(thing) == words
