"""The whole story, once, through the real pages."""

from dataclasses import dataclass

import pytest

from sad.doctor.checkup import examine
from sad.doctor.findings import Site as Examined
from tests.browser import admission, award, consultation
from tests.browser.award import Told
from tests.browser.scene import ADMINISTRATOR
from tests.browser.site import Site
from tests.browser.visitor import Findings, Visitor

pytestmark = pytest.mark.engine_free


@dataclass(frozen=True)
class Story:
    """What was found wrong on its pages and, at its end, in the database; what three pages say of the same offer."""

    findings: Findings
    ranked: Told
    letter: Told
    result: Told
    unsound: list[str]


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
    return Story(findings, *told, unsound=unsound(site))


def unsound(site: Site) -> list[str]:
    """The invariants that do not hold any more; those admitted before the story were written without their act."""
    examined = examine(Examined(site.settings.data_dir, site.settings.seal_key, site.now()))
    return [str(finding) for _, findings in examined for finding in findings if not finding.about.startswith("applications:")]


def test_the_letter_of_a_loser_quotes_the_points_of_the_ranking(story):
    assert len(story.ranked.points) == 6
    assert story.letter == story.ranked


def test_the_page_of_its_result_does_too(story):
    assert story.result == story.ranked


def test_the_story_leaves_a_database_in_which_every_invariant_holds(story):
    assert not story.unsound, "\n".join(story.unsound)


def test_no_page_of_the_story_has_a_fault_of_accessibility(story):
    assert not story.findings.accessibility, "\n".join(story.findings.accessibility)


def test_every_page_of_the_story_is_sound_html(story):
    assert not story.findings.html, "\n".join(story.findings.html)


def test_every_page_of_the_story_fits_a_phone(story):
    assert not story.findings.width, "\n".join(story.findings.width)


def test_no_page_of_the_story_complains_nor_asks_another_host(story):
    assert (story.findings.console, story.findings.strangers) == ([], [])
