"""Every paper that the software makes is set whole and accessible, however long the words and however many the lines."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from sad.reports.typesetting import TEMPLATES, typeset
from tests.reports.hard import HARD, LONG, MANY, SHA, cases

AT = datetime(2026, 12, 16, 11, 5, tzinfo=UTC)
SHARED = {"house"}  # what the others are made of


def plain(text: str) -> str:
    """Without the hyphens, spaces and marks that setting adds."""
    return "".join(character for character in text if character.isalnum())


def pages(pdf: bytes) -> list[str]:
    return [plain(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def templates(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.typ")} - SHARED


def test_every_template_has_its_hard_case(tmp_path):
    assert templates(TEMPLATES) == set(HARD)
    (tmp_path / "planted.typ").write_text("= Un papier sans cas")
    assert templates(tmp_path) == {"planted"}


@pytest.mark.parametrize(("template", "case", "content"), [pytest.param(*each, id="-".join(each[:2])) for each in cases()])
def test_each_paper_passes_the_checks_of_accessible_pdf_and_has_no_empty_page(template, case, content):
    pdf = typeset(template, content, at=AT)
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("fr") and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert b"pdfuaid:part" in pdf and reader.metadata.title == content["title"]
    footer = plain(content.get("footer") or content["title"])
    for number, page in enumerate(pages(pdf), start=1):
        said = page.replace(footer, "")
        assert len(said) > 25, f"page {number} is empty"


@pytest.mark.parametrize("template", HARD)
def test_a_sign_that_the_type_lacks_is_set_plainly_or_marked_and_never_stops_a_paper(template):
    signs = {"\uff1d": "=", "\U0001f34e": "\ufffd", "\u6f22": "\ufffd", "\u05e9": "\ufffd", "\ufb01": "fi"}
    typed = f"Bonjour\u00a0{''.join(signs)} à bientôt\u00a0: 10\u202f€ → œuf ≤ 3"
    content = {**HARD[template], "title": typed, "organisation": typed}
    assert plain(f"Bonjour {''.join(signs.values())} à bientôt") in plain("".join(pages(typeset(template, content, at=AT))))


@pytest.mark.parametrize("template", HARD)
def test_nothing_is_lost_at_the_foot_of_a_page(template):
    text = "".join(pages(typeset(template, HARD[template], at=AT)))
    assert plain(LONG) in text
    for line in HARD[template].get("lines", []):
        assert plain("".join(line)) in text
    assert text.count(plain(SHA)) == str(HARD[template]).count(SHA)


def test_a_list_of_sixty_repeats_its_head_on_every_page():
    found = pages(typeset("order", HARD["order"], at=AT))
    lines = [page for page in found if plain("1 234 567,89 €") in page and "Quantité" in page]
    assert len(MANY) == 60 and len(lines) >= 3
