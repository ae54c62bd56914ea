"""The whole story, once, through the real pages."""

from dataclasses import dataclass

import pytest

from tests.browser import admission, award, consultation
from tests.browser.award import Told
from tests.browser.scene import ADMINISTRATOR
from tests.browser.visitor import Findings, Visitor

pytestmark = pytest.mark.engine_free


@dataclass(frozen=True)
class Story:
    """What was found wrong on its pages, and what three of them say of the same offer."""

    findings: Findings
    ranked: Told
    letter: Told
    result: Told


@pytest.fixture(scope="module")
def story(browser, site, scene):
    findings = Findings()
    producer, buyer = admission.play(browser, site, scene, findings)
    requester = consultation.play(browser, site, findings, producer, buyer)
    told = award.play(browser, site, findings, producer, buyer)
    requester.open("/service/")
    requester.follow(consultation.TITLE)
    requester.expect(award.WINNER)
    administrator = Visitor(browser, site, findings)
    administrator.sign_in(ADMINISTRATOR)
    return Story(findings, *told)


def test_the_letter_of_a_loser_quotes_the_points_of_the_ranking(story):
    assert len(story.ranked.points) == 6
    assert story.letter == story.ranked


def test_the_page_of_its_result_does_too(story):
    assert story.result == story.ranked


def test_no_page_of_the_story_has_a_fault_of_accessibility(story):
    assert not story.findings.accessibility, "\n".join(story.findings.accessibility)


def test_every_page_of_the_story_is_sound_html(story):
    assert not story.findings.html, "\n".join(story.findings.html)


def test_every_page_of_the_story_fits_a_phone(story):
    assert not story.findings.width, "\n".join(story.findings.width)


def test_no_page_of_the_story_complains_nor_asks_another_host(story):
    assert (story.findings.console, story.findings.strangers) == ([], [])
