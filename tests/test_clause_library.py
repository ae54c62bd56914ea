"""The clauses offered to whoever writes a need: each of a kind, lawful, with what shows that it is honoured."""

import pytest
import yaml

from sad.clause_library import can_honour, chosen_clauses, clauses
from sad.domain.forbidden_words import find_forbidden_words
from sad.requirement_library import FILE, LibraryError, library, load

pytestmark = pytest.mark.engine_free
PARTS = {"key", "kind", "label", "proof"}


def test_there_are_enough_clauses_of_each_kind_to_choose_from():
    kinds = [each.kind for each in clauses().values()]
    assert len(kinds) >= 10 and min(kinds.count("environmental"), kinds.count("social")) >= 5
    assert set(kinds) == {"environmental", "social"}


@pytest.mark.parametrize("clause", clauses().values(), ids=lambda clause: clause.key)
def test_every_clause_says_how_it_is_checked_and_names_neither_origin_nor_distance(clause):
    assert clause.label and clause.proof
    assert not find_forbidden_words(f"{clause.label}\n{clause.proof}", strict=False)


def test_no_capacity_nor_criterion_is_a_clause():
    kinds = {(nature.value, each.clause) for subject in library().values() for nature, each in subject.forms.items() if each.clause}
    assert kinds == {("performance_condition", "environmental"), ("performance_condition", "social")}


def test_a_clause_about_an_origin_is_refused_on_load(tmp_path):
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    content["subjects"]["staff_break"]["forms"]["performance_condition"]["label"] = "Les personnes qui servent habitent la commune"
    path = tmp_path / "library.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LibraryError, match="commune"):
        load(path)


def test_a_clause_answered_by_what_nobody_is_asked_is_refused_on_load(tmp_path):
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    content["subjects"]["staff_break"]["forms"]["performance_condition"]["answered_by"] = "packaging"
    path = tmp_path / "library.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LibraryError, match="demandé à personne"):
        load(path)


@pytest.mark.parametrize(
    ("usual", "is_able"),
    [
        ({}, False),
        ({"containers_returned": True}, True),
        ({"reusable_packaging": True}, True),
        ({"reusable_packaging": False}, False),
        ({"reusable_packaging": "true"}, False),
        ({"staff_break": True, "": True}, False),
    ],
)
def test_a_clause_is_honoured_by_who_says_so_or_said_as_much_of_its_offer(usual, is_able):
    assert can_honour(usual, "containers_returned") is is_able


def test_what_a_need_keeps_of_a_clause_are_its_words_in_the_order_of_the_library():
    kept = chosen_clauses(["staff_break", "unknown", "containers_returned", "staff_break"])
    assert [each["key"] for each in kept] == ["containers_returned", "staff_break"] and all(set(each) == PARTS for each in kept)
