"""The minutes of a sitting as PDF: who sat, what each said, the opinion; accessible, the same bytes each time."""

import io

import pytest
from pypdf import PdfReader

from sad.actions.minutes import fingerprint_of, outcomes_of
from sad.models.sittings import Sitting
from sad.reports.minutes import minutes_content, minutes_file_name, minutes_pdf
from tests.factories.committees import SUBSTITUTES, TITULARS, all_present, make_convened, make_held
from tests.factories.evaluations import Tender, make_ranked


@pytest.fixture
def sitting(database) -> Sitting:
    return make_convened(make_ranked(Tender(), Tender(("4.00", "5.00")), title='Buffet #panic("x") $1$ *gras*'))


def words(pdf: bytes) -> str:
    return "".join(filter(str.isalnum, "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)))


def minutes(sitting: Sitting) -> bytes:
    return minutes_pdf(sitting, outcomes_of(sitting), fingerprint_of(sitting))


def content(sitting: Sitting) -> dict:
    return minutes_content(sitting, outcomes_of(sitting), fingerprint_of(sitting))


def test_the_minutes_hold_seats_votes_and_the_opinion_and_can_be_read_aloud(sitting):
    present = all_present(sitting, 5, replaced={2: SUBSTITUTES[0]})
    make_held("pcrp.", sitting=sitting, presences=present)
    said, pdf = content(sitting), minutes(sitting)
    text, item = words(pdf), said["items"][0]
    for line in (*said["facts"], *said["presences"], *item["facts"], *item["votes"]):
        assert all("".join(filter(str.isalnum, cell)) in text for cell in line), line
    assert "panicx1gras" in text, "what a person wrote is never taken for commands"
    assert item["votes"] == [[TITULARS[0], "Pour"], [SUBSTITUTES[0], "Contre"], [TITULARS[2], "Ne prend pas part"], [TITULARS[3], "Pour"]]
    assert (item["opinion"], item["counts"]) == ("Avis favorable", "2 voix pour, 1 voix contre, 0 abstention.")
    assert said["presences"][1][2] == f"Suppléance par {SUBSTITUTES[0]}" and said["presences"][4][2] == "Absent"
    catalogue = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert catalogue["/Lang"].startswith("fr") and "/StructTreeRoot" in catalogue
    assert minutes(sitting) == pdf and minutes_file_name(sitting) == "proces-verbal-commission-2026-12-22.pdf"


def test_without_quorum_the_minutes_say_so_and_count_nothing(sitting):
    make_held(".....", sitting=sitting, presences=all_present(sitting, 1, 2, 3))
    item = content(sitting)["items"][0]
    assert (item["opinion"], item["counts"], item["votes"]) == ("Dossier reporté", "", [])
    assert "quorum" in item["sentence"] and "quorum" in words(minutes(sitting))


def test_minutes_that_no_longer_match_their_fingerprint_say_so(sitting):
    make_held("ppppp", sitting=sitting)
    assert content(sitting)["warning"] == ""
    sitting.items[0].sentence = "Autre chose."
    assert "correspondplus" in words(minutes(sitting))


def test_the_minutes_name_the_first_offer_and_no_other(sitting):
    make_held("ppppp", sitting=sitting)
    first, second = sitting.items[0].ranking.places
    text = words(minutes(sitting))
    named = ["".join(filter(str.isalnum, place.offer.supplier.name)) in text for place in (first, second)]
    assert named == [True, False]
