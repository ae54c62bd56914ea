"""The agreement as PDF: the words that are signed, who signed, the same bytes each time; a draft says that it is one."""

import io

import pytest
from pypdf import PdfReader

from sad.db import session
from sad.letters.consortiums import agreement, fingerprint
from sad.letters.layout import blocks
from sad.models.consortiums import Consortium
from sad.reports.agreement import agreement_file_name, agreement_pdf, text_in_force
from tests.factories.consortiums import apply_with, make_consortium, make_signed, write
from tests.factories.suppliers import member_of
from tests.factories.systems import make_system
from tests.reports.test_letter import plain


@pytest.fixture
def signed(database) -> Consortium:
    made = make_signed(make_system().categories[1])
    session.commit()
    return made


def text_of(pdf: bytes) -> str:
    return plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_every_word_that_is_signed_is_set_tagged_and_in_french(signed):
    pdf = agreement_pdf(signed)
    reader = PdfReader(io.BytesIO(pdf))
    footer = plain(agreement(signed).subject)
    found = text_of(pdf).replace(footer, "")
    for line in agreement(signed).body.splitlines():
        assert plain(line)[:30] in found, line
    for member in signed.parties:
        assert plain(member_of(member.supplier).name) in found
    assert fingerprint(agreement(signed)) in text_of(pdf)
    assert reader.metadata.title == agreement(signed).subject
    assert reader.trailer["/Root"]["/Lang"].startswith("fr") and "/StructTreeRoot" in reader.trailer["/Root"]
    assert agreement_pdf(signed) == pdf


def test_each_article_is_a_heading(signed):
    headings = [block.lines[0] for block in blocks(agreement(signed).body) if block.kind == "heading"]
    assert headings[0] == "Entre les entreprises"
    assert [heading.split(".")[0] for heading in headings[1:]] == [str(number) for number in range(1, 11)]


def test_a_text_not_signed_by_all_is_a_draft(signed):
    assert "Projet" not in text_of(agreement_pdf(signed))
    write(signed, ("40", "40", "20"))
    assert plain("Projet : il manque 3 signatures") in text_of(agreement_pdf(signed))


def test_the_one_in_force_is_the_one_that_went_to_the_buyer(signed):
    apply_with(signed)
    before = text_of(agreement_pdf(signed, in_force=True))
    signed.parties[1].supplier.name = "Fournil neuf"
    session.flush()
    assert text_of(agreement_pdf(signed, in_force=True)) == before
    assert fingerprint(text_in_force(signed)) == signed.agreement_sha256
    assert "Projet" not in before


def test_before_any_application_nothing_is_in_force(database):
    made = make_consortium(make_system().categories[1])
    with pytest.raises(ValueError, match="no agreement"):
        text_in_force(made)
    assert agreement_file_name(made) == f"convention-groupement-{made.id}.pdf"


def test_what_a_person_wrote_is_never_taken_for_commands(signed):
    signed.on_default = '#panic("x") $1$ *gras* @ref'
    assert plain('#panic("x") $1$ *gras* @ref') in text_of(agreement_pdf(signed))
