"""The whole story, once, through the real pages."""

import pytest

from tests.browser import admission
from tests.browser.visitor import Findings


@pytest.fixture(scope="module")
def story(browser, site, scene):
    findings = Findings()
    admission.play(browser, site, scene, findings)
    return findings


def test_no_page_of_the_story_has_a_fault_of_accessibility(story):
    assert story.accessibility == []


def test_every_page_of_the_story_is_sound_html(story):
    assert story.html == []


def test_every_page_of_the_story_fits_a_phone(story):
    assert story.width == []


def test_no_page_of_the_story_complains_nor_asks_another_host(story):
    assert (story.console, story.strangers) == ([], [])
