"""The letters of a result on the page of the award: how far their PDFs are, which failed, all of them in one file."""

import html
import io
import re
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select, update

from sad import clock
from sad.actions.letters import post_letter
from sad.actions.papers import claim_papers, note_paper_failure
from sad.db import session, transaction
from sad.exports.zip_stream import zip_stream
from sad.jobs.papers import set_papers
from sad.jobs.turn import Turn
from sad.letters.text import LetterText
from sad.models.awards import Award
from sad.models.letters import Letter, LetterPaper
from sad.models.people import Role
from sad.models.suppliers import Supplier
from sad.reports.letter import letter_pdf
from tests.factories.evaluations import Tender, make_evaluator
from tests.factories.orders import DECIDED, make_awarded
from tests.factories.people import PASSWORD
from tests.web.rows import again

AT = DECIDED + timedelta(hours=1)
NAMES = ("=cmd|' /C calc'!A0", "../../Œuf & Cie", "EARL Les Chèvres de l’Été — " + "très " * 25, "مزرعة الجبل")


@pytest.fixture
def award(client) -> Award:
    """Five tenderers, four of them with a name that no file takes."""
    with transaction():
        award = make_awarded(Tender(("2.90", "3.10"), marks={"quality": "9"}), *(Tender(marks={"quality": "6"}) for _ in NAMES))
        losers = session.scalars(select(Supplier).where(Supplier.id != award.place.offer.supplier_id).order_by(Supplier.id)).all()
        for supplier, name in zip(losers, NAMES, strict=True):
            supplier.name = name
    return award


@pytest.fixture(autouse=True)
def that_day():
    with clock.frozen(AT):
        yield


def sign_in(client, award, *roles: Role) -> str:
    with transaction():
        person = make_evaluator(again(award).mini_tender, *roles)
    client.post("/deconnexion")
    assert client.post("/connexion", data={"email": person.email, "password": PASSWORD}).status_code == 302
    return f"/achats/consultations/{again(award).mini_tender_id}"


def read(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def taken(client, place: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(client.get(f"{place}/lettres").data))


def rows(book: zipfile.ZipFile) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(book.read(book.namelist()[0]))).active.iter_rows(min_row=4, values_only=True))


def test_progress_is_shown_without_script_until_all_are_ready_then_one_file_holds_them(client, award, settings):
    place = sign_in(client, award, Role.BUYER)
    before = client.get(f"{place}/attribution")
    assert "0 lettre sur 5 prête" in read(before) and '<progress id="progress" max="5" value="0">' in before.text
    assert "progress.js" in before.text and "(zip)" not in before.text
    assert client.get(f"{place}/lettres", follow_redirects=True).text.count("attendent encore leur PDF") == 1
    assert set_papers(Turn(settings, AT)) == 5
    after = client.get(f"{place}/attribution")
    assert "progress" not in after.text and "Toutes les lettres et leur liste (zip)" in read(after)


def test_the_file_holds_one_pdf_for_each_tenderer_under_a_safe_name_and_their_list(client, award, settings):
    with transaction():
        copied = session.scalars(select(Letter).where(Letter.kind == "award")).one()
        where = {"organisation_id": copied.organisation_id, "supplier": copied.supplier, "mini_tender": copied.mini_tender}
        text = LetterText(copied.kind, copied.subject, copied.body)
        post_letter(text, to=("Une associée", "associee@ferme.example"), at=copied.created_at, **where)
    place = sign_in(client, award, Role.AUDITOR)
    set_papers(Turn(settings, AT))
    book = taken(client, place)
    assert book.testzip() is None
    names = book.namelist()
    assert len(names) == 6 and len(set(names)) == 6
    assert all(re.fullmatch(r"\d{3}-[a-z0-9-]+\.(pdf|xlsx)", name) and len(name) < 100 for name in names)
    listed = rows(book)
    assert [row[7] for row in listed] == names[1:]
    assert {row[1] for row in listed} > set(NAMES)
    sent = select(Letter).where(Letter.kind.in_(("award", "rejected"))).order_by(Letter.id.desc())
    letters = {each.supplier.name: each for each in session.scalars(sent)}
    for row in listed:
        assert book.read(row[7]) == letter_pdf(letters[row[1]], again(award).mini_tender.organisation)


def test_a_letter_whose_pdf_fails_is_named_and_listed_and_the_others_are_given(client, award, settings):
    with transaction():
        paper, *_ = claim_papers(at=AT)
        bad, name = paper.id, paper.letter.supplier.name
        note_paper_failure(paper, "ValueError: illisible")
        session.execute(update(LetterPaper).where(LetterPaper.id != bad).values(attempts=0, tried_at=None))
    set_papers(Turn(settings, AT))
    place = sign_in(client, award, Role.AWARD_AUTHORITY)
    page = read(client.get(f"{place}/attribution"))
    assert "Le PDF de 1 lettre n’a pas pu être fait" in page and f"{name} : nouvel essai à partir du" in page and "illisible" in page
    book = taken(client, place)
    assert len(book.namelist()) == 5
    assert [row[7] for row in rows(book) if row[1] == name] == ["PDF pas encore fait"]


def test_a_pdf_that_the_disk_lost_is_set_again_from_the_same_words(client, award, settings):
    set_papers(Turn(settings, AT))
    place = sign_in(client, award, Role.BUYER)
    whole = {name: taken(client, place).read(name) for name in taken(client, place).namelist()[1:]}
    for path in (settings.data_dir / "documents").rglob("*"):
        if path.is_file():
            path.unlink()
    assert {name: taken(client, place).read(name) for name in whole} == whole


@pytest.mark.parametrize(("role", "status"), [(Role.BUYER, 200), (Role.AWARD_AUTHORITY, 200), (Role.AUDITOR, 200), (Role.EVALUATOR, 403)])
def test_only_who_answers_for_the_decision_takes_them_all(client, award, settings, role, status):
    set_papers(Turn(settings, AT))
    place = sign_in(client, award, role)
    answer = client.get(f"{place}/lettres")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Disposition"].startswith("attachment") and "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_file_of_another_house_is_not_found(client, award):
    with transaction():
        other = make_awarded(Tender(marks={"quality": "9"}), Tender())
    place = sign_in(client, award, Role.BUYER)
    there = place.rsplit("/", 1)[0] + f"/{again(other).mini_tender_id}"
    assert client.get(f"{there}/lettres").status_code == 404


def test_a_zip_keeps_one_file_at_a_time_in_memory():
    size, count = 200_000, 50
    chunks = [len(chunk) for chunk in zip_stream(((f"{n}.pdf", bytes(size)) for n in range(count)), at=AT)]
    assert max(chunks) < 2 * size and len(chunks) == count + 1 and sum(chunks) > size * count


