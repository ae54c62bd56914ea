"""Texts made to harm, in every column in which words are kept: they stay words on every page, in every file, in every mail."""

from sad import db
from tests.factories.hostile_texts import COUNT, PAYLOADS
from tests.web.hostile_pages import EMPTY, check_payloads, plant


def test_three_hundred_payloads_are_three_hundred():
    assert len(PAYLOADS) == len(set(PAYLOADS)) == COUNT


def test_no_planted_text_runs_anywhere(world):
    read = check_payloads(world, 0)
    assert len([url for url, status in read if status == 200]) > 170


def test_every_column_of_words_has_a_row_in_which_they_are_planted(world):
    with world.undone():
        planted = plant(db.session.connection(), 0)
    assert len(planted) > 100
    assert {name for name, rows in planted.items() if not rows} <= EMPTY
