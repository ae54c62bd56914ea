"""The pages of destruction: what is due, asking with the visa, the second person, what is said afterwards, the certificate."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from sad import clock
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.db import session, transaction
from sad.models.approvals import Approval
from sad.models.destructions import Destruction
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from sad.models.systems import PurchasingSystem
from tests.factories.mini_tenders import SENT, make_published
from tests.factories.offers import make_deposit
from tests.factories.people import make_person
from tests.web.reading import read
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = datetime(2032, 1, 5, 9, 0, tzinfo=UTC)
VISA = "AD26-2032-7"


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def past(database) -> int:
    """A mini-tender given up in 2026, whose clock has run out, and the people of its house."""
    with transaction():
        found = make_published()
        for role, name in ((Role.BUYER, "Claire"), (Role.AWARD_AUTHORITY, "Denis"), (Role.AUDITOR, "Inès")):
            make_person(found.organisation, role, name=name)
        make_person(found.organisation, Role.REQUESTER, name="Rémi", service=found.service)
        buyer = session.scalars(select(Person).filter_by(name="Claire")).one()
        discontinue_mini_tender(found, "Le besoin a disparu.", by=buyer, at=SENT)
        session.execute(update(PurchasingSystem).values(valid_until=date(2027, 6, 30)))
        return found.id


@pytest.fixture
def into(app):
    def come(name: str):
        client = app.test_client()
        sign_in(client, session.scalars(select(Person).filter_by(name=name)).one())
        return client

    return come


def destroyed(past: int, into) -> str:
    """Where the request was answered."""
    claire, denis = into("Claire"), into("Denis")
    asked = claire.post(f"/achats/consultations/{past}/detruire", data={"visa": VISA}).location
    page = denis.get(asked)
    check(page.data)
    assert VISA in read(page) and "Personne ne pourra les retrouver ici" in read(page)
    key = re.search(r'name="read_sha256" type="hidden" value="(\w{64})"', page.text)[1]
    assert denis.post(asked, data={"read_sha256": key}).location == asked
    return asked


def test_the_list_says_what_is_due_and_what_keeps_the_rest(past, into):
    claire = into("Claire")
    page = claire.get("/achats/consultations/a-detruire")
    check(page.data)
    assert "Peut être détruite" in read(page) and "24 novembre 2031" in read(page)
    with transaction():
        session.execute(update(PurchasingSystem).values(valid_until=AT.date()))
    assert "Le système dure jusqu’au" in read(claire.get("/achats/consultations/a-detruire"))
    with clock.frozen(datetime(2031, 1, 5, tzinfo=UTC)):
        assert "Rien n’arrive au terme" in read(into("Claire").get("/achats/consultations/a-detruire"))


def test_it_is_asked_with_the_visa_and_nothing_goes_before_the_second_person(past, into):
    claire = into("Claire")
    address = f"/achats/consultations/{past}/detruire"
    page = claire.get(address)
    check(page.data)
    assert "Demander l’accord d’un collègue" in read(page) and "ARC-03" in read(page)
    assert claire.post(address, data={"visa": " "}).status_code == 422
    assert claire.post(address, data={"visa": VISA}).status_code == 302
    assert session.scalar(select(Destruction)) is None and session.scalars(select(Approval)).one().outcome is None


def test_before_its_time_the_page_says_why_and_never_how_many_answered(past, into):
    with transaction():
        need = make_published()
        make_deposit(need, invitees_of(need)[0])
        make_person(need.organisation, Role.BUYER, name="Zoé")
        address = f"/achats/consultations/{need.id}/detruire"
    with clock.frozen(SENT):
        page = into("Zoé").get(address)
        check(page.data)
        words = read(page)
        assert "n’est pas terminée" in words and "Visa des archives" not in words
        assert "Dépôts reçus" not in words and "Offres" not in words
        answer = into("Zoé").post(address, data={"visa": VISA})
        assert answer.status_code == 422 and "Dépôts reçus" not in read(answer)


def test_afterwards_its_pages_say_so_with_what_remains(past, into):
    asked = destroyed(past, into)
    denis = into("Denis")
    assert "l’a approuvé" in read(denis.get(asked))
    for path in ("", "/grille", "/detruire", "/ouverture"):
        page = into("Claire").get(f"/achats/consultations/{past}{path}")
        assert page.status_code == 410, path
        check(page.data)
        assert VISA in read(page) and "Ce qui reste" in read(page)
    assert into("Rémi").get(f"/service/besoins/{past}").status_code in (404, 410)
    assert session.get_one(MiniTender, past).wrapped_private_key == b""


def test_its_certificate_says_what_when_who_and_the_visa(past, into):
    destroyed(past, into)
    ines = into("Inès")
    page = ines.get("/achats/consultations/detruites")
    check(page.data)
    assert "Claire et Denis" in read(page)
    (number,) = session.scalars(select(Destruction.id))
    answer = ines.get(f"/achats/consultations/detruites/{number}.pdf")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    words = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.data)).pages)
    for expected in ("Certificat de destruction", VISA, "Claire", "Denis", "5 janvier 2032", "sauvegardes"):
        assert expected in words
