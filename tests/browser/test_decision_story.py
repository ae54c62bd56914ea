"""From the ranked mini-tender of the demo to the accepted delivery, through the real pages, with all who have a say."""

from dataclasses import dataclass

import pytest

from tests.browser import committee, contract, explained, fulfilment
from tests.browser.award import Told
from tests.browser.people import BUYER, WINNER_NAME, enter
from tests.browser.visitor import Findings, Visitor

pytestmark = pytest.mark.engine_free
MOST_TAPS = 3
PRICE = "2 103,60"


@dataclass(frozen=True)
class Story:
    """What was found wrong on its pages, and what each part brought back."""

    findings: Findings
    minutes: bytes
    ranked: Told
    letter: Told
    taps: int
    amounts: str
    reasons: str
    given_up: list[str]


@pytest.fixture(scope="module")
def story(browser, demo) -> Story:
    findings = Findings()
    buyer = enter(Visitor, browser, demo, findings, BUYER)
    minutes = committee.play(browser, demo, findings, buyer)
    ranked, letter = contract.play(browser, demo, findings)
    given_up = explained.play_given_up(browser, demo, findings)
    reasons = explained.play(browser, demo, findings)
    return Story(findings, minutes, ranked, letter, *fulfilment.play(browser, demo, findings), reasons, given_up)


def test_the_minutes_of_the_sitting_are_a_pdf(story):
    assert story.minutes.startswith(b"%PDF-")


def test_the_letter_of_the_second_quotes_the_points_of_the_ranking(story):
    assert len(story.ranked.points) == 6
    assert story.letter == story.ranked


def test_the_delivery_is_accepted_in_three_taps_at_most(story):
    assert story.taps <= MOST_TAPS


def test_its_amount_is_on_the_page_of_the_service(story):
    assert story.amounts.count(PRICE) >= 3, story.amounts


def test_the_loser_that_asks_reads_its_question_who_holds_the_contract_and_what_made_the_difference(story):
    for words in (explained.QUESTION, WINNER_NAME, "Ses avantages sur la vôtre", "Prix"):
        assert " ".join(words.split()) in story.reasons, words


def test_all_those_invited_to_a_consultation_given_up_read_its_motive(story):
    assert [explained.MOTIVE in each for each in story.given_up] == [True] * len(explained.INVITED)


def test_no_page_of_the_story_has_a_fault_of_accessibility(story):
    assert not story.findings.accessibility, "\n".join(story.findings.accessibility)


def test_every_page_of_the_story_is_sound_html_and_fits_a_phone(story):
    assert (story.findings.html, story.findings.width) == ([], [])


def test_no_page_of_the_story_complains_nor_asks_another_host(story):
    assert (story.findings.console, story.findings.strangers) == ([], [])
