"""Texts made to harm, in every column in which words are kept: they stay words on every page, in every file, in every mail."""

import shutil

import pytest

from sad import db
from tests.campaigns.hostile import check_run, chromium
from tests.factories.hostile_texts import COUNT, MARK, PAYLOADS
from tests.web.hostile_pages import EMPTY, Elements, check_payloads, crawled, plant


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


@pytest.mark.parametrize(
    ("html", "faults"),
    [
        ('<td data-label="javascript:ran()">', 0),
        ('<input value="javascript:ran()">', 0),
        ('<a href=" JavaScript:ran()">', 1),
        ('<form action="javascript:ran()"><button formaction="vbscript:ran">', 2),
        ('<iframe src="data:text/html,x">', 1),
        ('<td data-label="x" onclick="ran()">', 1),
        (f'<td title="" {MARK}="1">', 1),
    ],
)
def test_an_address_or_a_handler_that_would_run_is_found_and_words_are_not(html, faults):
    elements = Elements()
    elements.feed(html)
    assert len(elements.faults) == faults


@pytest.fixture
def page():
    """A browser of its own, closed before any other test opens one."""
    if shutil.which("chromium") is None:
        pytest.skip("Chromium est absent : installez le paquet « chromium » pour lire les pages dans un navigateur")
    with chromium() as opened:
        yield opened


def test_no_planted_text_runs_in_a_browser(world, page):
    """On one page in twenty-five; on all of them in `tests/campaigns/hostile.py`."""
    check_run(world, 0, list(crawled(world))[::25], page)


def test_a_text_that_came_out_of_its_page_would_be_seen_in_a_browser(world, page, monkeypatch):
    where = [each for each in crawled(world) if each[0] == "buyer"][:6]
    environment = world.app.jinja_env
    environment.cache.clear()
    monkeypatch.setattr(environment, "autoescape", False)
    try:
        with pytest.raises(AssertionError, match="something ran"):
            check_run(world, 0, where, page)
    finally:
        environment.cache.clear()
