"""The report of a play as PDF: all its words, accessible, the same bytes each time, whatever people wrote."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from sad.actions.plays import report_of
from sad.actions.stages import stages_of
from sad.domain.stages import stage_to_dict
from sad.models.people import Role
from sad.models.stage_changes import StagePlay
from sad.reports import play as reports
from sad.reports.play import play_content, play_file_name, play_pdf
from tests.factories.evaluations import EXAMINED, Tender, make_ranked
from tests.factories.people import make_person
from tests.factories.plays import make_play

FAR = Tender(("2.90", "3.10"), {"direct_supply_pct": "10", "organic_or_siqo_pct": "0"}, {"quality": "9"})
NEAR = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "7"})


@pytest.fixture
def play(database) -> StagePlay:
    mini_tender = make_ranked(FAR, NEAR, title='Buffet #panic("x") $1$ *gras*').mini_tender
    return make_play(stages_of(mini_tender.system)[1], by=make_person(mini_tender.organisation, Role.BUYER), at=EXAMINED)


def words(pdf: bytes) -> str:
    """Without the hyphens, spaces and marks that setting adds."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(character for character in text if character.isalnum())


def test_the_report_is_set_with_all_its_words_tagged_and_in_french(play):
    pdf, content = play_pdf(play, report_of(play)), play_content(play, report_of(play))
    reader, text = PdfReader(io.BytesIO(pdf)), words(pdf)
    said = [cell for row in (*content["headlines"], *content["categories"], *content["lines"]) for cell in row]
    for line in (*said, *content["warnings"], *(each["label"] for each in content["requirements"]), content["subject"]):
        assert "".join(filter(str.isalnum, line)) in text
    assert 'panicx1gras' in text, "what a person wrote is never taken for commands"
    assert reader.metadata.title == content["title"] == "Essai\N{NO-BREAK SPACE}: Palier 2"
    assert reader.trailer["/Root"]["/Lang"].startswith("fr") and "/StructTreeRoot" in reader.trailer["/Root"]
    assert play_pdf(play, report_of(play)) == pdf


def test_it_says_the_date_that_was_played_even_when_the_draft_has_moved(play):
    play.stage.content = stage_to_dict(play.stage.as_value()) | {"effective_on": "2029-06-01"}
    play.stage.effective_on = date(2029, 6, 1)
    assert "15 janvier 2027" in play_content(play, report_of(play))["subject"]


def test_a_long_replay_says_where_its_other_lines_are(play, monkeypatch):
    monkeypatch.setattr(reports, "MOST_LINES", 0)
    content = play_content(play, report_of(play))
    assert content["lines"] == [] and content["left"].startswith("1") and "tableau" in content["left"]


def test_the_file_is_named_after_the_stage_and_the_day(play):
    assert play_file_name(play, "pdf") == "essai-palier-2-2026-12-08.pdf"
