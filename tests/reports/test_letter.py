"""A letter as PDF: all its words, accessible, the same bytes each time."""

import io

from pypdf import PdfReader
from sqlalchemy import select

from sad.db import session
from sad.models.letters import Letter
from sad.reports.letter import letter_file_name, letter_pdf
from tests.factories.generated import make_generated_award


def plain(text: str) -> str:
    """Without the hyphens, spaces and marks that setting adds."""
    return "".join(character for character in text if character.isalnum())


def test_a_letter_is_set_with_all_its_words_in_order_tagged_and_in_french(database):
    award = make_generated_award(1)
    letter = session.scalars(select(Letter).where(Letter.kind == "rejected").order_by(Letter.id)).first()
    pdf = letter_pdf(letter, award.mini_tender.organisation)
    reader = PdfReader(io.BytesIO(pdf))
    text = plain("".join(page.extract_text() for page in reader.pages))
    for line in letter.body.splitlines()[:12]:
        assert plain(line) in text
    assert plain(letter.supplier.name) in text
    assert reader.metadata.title == letter.subject
    assert reader.trailer["/Root"]["/Lang"].startswith("fr") and "/StructTreeRoot" in reader.trailer["/Root"]
    assert letter_pdf(letter, award.mini_tender.organisation) == pdf


def test_what_a_person_wrote_is_never_taken_for_commands(database):
    award = make_generated_award(1)
    letter = session.scalars(select(Letter).where(Letter.kind == "award")).one()
    letter.body = "Bonjour,\n\nTitre\n#panic(\"x\") $1$ *gras* @ref <etiquette> \\ // fin\n\nAgglo"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(letter_pdf(letter, award.mini_tender.organisation))).pages)
    assert plain('#panic("x") $1$ *gras* @ref <etiquette>') in plain(text)


def test_the_file_is_named_after_what_it_says_and_its_day(database):
    make_generated_award(1)
    letter = session.scalars(select(Letter).where(Letter.kind == "award")).one()
    assert letter_file_name(letter) == "votre-offre-est-retenue-2026-12-08.pdf"
