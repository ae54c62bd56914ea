"""A breakfast published by its own service, declined once, answered twice, ranked: through the real pages."""

from dataclasses import dataclass

import pytest

from tests.browser import breakfast
from tests.browser.award import Told
from tests.browser.breakfast import REASON, Walk
from tests.browser.visitor import Findings, Visitor

pytestmark = pytest.mark.engine_free


@dataclass(frozen=True)
class Story:
    """What was found wrong on its pages, the screens of the requester, and what the ranking says of the last offer."""

    findings: Findings
    walk: Walk
    told: Told
    requester: Visitor


@pytest.fixture(scope="module")
def story(browser, site):
    breakfast.set_breakfast()
    findings = Findings()
    return Story(findings, *breakfast.play(browser, site, findings))


def test_a_need_is_published_in_six_screens_at_most_a_closed_tab_included(story):
    assert len(story.walk.screens) <= 6, story.walk.screens
    assert story.walk.screens[-1] == "/service/besoins/n/verifier"


def test_the_ranking_explains_every_point(story):
    assert len(story.told.points) == 6 and story.told.total


def test_the_requester_reads_how_its_invitation_was_received_and_no_total(story):
    said = " ".join(story.requester.text.split())
    assert "3 invités sur 3 ont ouvert la page, 1 ne répondra pas." in said and REASON in said
    assert story.told.total not in said


def test_no_page_of_the_story_has_a_fault_of_accessibility(story):
    assert not story.findings.accessibility, "\n".join(story.findings.accessibility)


def test_every_page_of_the_story_is_sound_html(story):
    assert not story.findings.html, "\n".join(story.findings.html)


def test_every_page_of_the_story_fits_a_phone(story):
    assert not story.findings.width, "\n".join(story.findings.width)


def test_no_page_of_the_story_complains_nor_asks_another_host(story):
    assert (story.findings.console, story.findings.strangers) == ([], [])
