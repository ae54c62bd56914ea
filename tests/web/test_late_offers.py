"""A late offer through the pages: sealed on the record, asked for by one buyer, approved and opened by another person."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.db import session, transaction
from sad.models.approvals import Approval
from sad.models.offers import Offer
from sad.models.people import Role
from tests.factories.late_offers import make_declared, make_late_opened
from tests.factories.mini_tenders import CLOSES
from tests.factories.suppliers import member_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = CLOSES + timedelta(hours=4)
TYPED = {"ground": "service", "reason": "La limite de taille n’était pas affichée."}


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def late(database) -> Offer:
    with transaction():
        return make_late_opened()[1]


def client_of(app, late, role):
    with transaction():
        person = make_declared(again(late).mini_tender, role)
    theirs = app.test_client()
    sign_in(theirs, again(person))
    return theirs


def test_from_the_record_to_the_second_person(app, late):
    first, second, number = client_of(app, late, Role.BUYER), client_of(app, late, Role.AWARD_AUTHORITY), again(late).id
    record = f"/achats/consultations/{again(late).mini_tender_id}/ouverture"
    page = f"{record}/tardives/{number}"
    assert page in first.get(record).text and page not in second.get(record).text and second.get(page).status_code == 403
    check(first.get(page).text)
    assert "Aucune panne" in read(first.get(page))
    missing = first.post(page, data={"ground": "service", "reason": ""})
    assert missing.status_code == 422 and "établit" in missing.text
    assert first.post(page, data=TYPED).location == record
    assert "attend une seconde personne" in read(first.get(page))
    asked = session.scalars(select(Approval)).one().id
    where = f"/compte/approbations/{asked}"
    assert "Ouvrir une offre arrivée hors délai" in read(second.get("/achats/"))
    shown = second.get(where)
    check(shown.text)
    sha = re.search(r'name="read_sha256"[^>]*value="(\w+)"', shown.text)[1]
    assert second.post(where, data={"read_sha256": sha}).location == where
    assert again(late).is_opened
    said = read(first.get(record))
    assert "Ouverte à deux" in said and TYPED["reason"] in said and page not in first.get(record).text
    check(first.get(record).text)
    assert first.get(f"{record}/proces-verbal.pdf").data.startswith(b"%PDF")
    assert "C’est décidé" in read(first.get(page))
    supplier = app.test_client()
    sign_in(supplier, again(member_of(again(late).supplier)))
    assert "En cours d’examen" in read(supplier.get("/fournisseur/consultations"))


def test_an_offer_in_time_beside_the_late_one_keeps_it_sealed(app, database):
    with transaction():
        late = make_late_opened(in_time=True)[1]
    client = client_of(app, late, Role.BUYER)
    number = again(late).id
    page = f"/achats/consultations/{again(late).mini_tender_id}/ouverture/tardives/{number}"
    assert "reste scellée" in read(client.get(page)) and client.post(page, data=TYPED).status_code == 422
    assert client.get(page.replace(f"tardives/{number}", "tardives/999999")).status_code == 404
    in_time = session.scalar(select(Offer.id).where(~Offer.late))
    assert client.get(page.rpartition("/")[0] + f"/{in_time}").status_code == 404
