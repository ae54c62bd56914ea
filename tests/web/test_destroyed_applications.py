"""The pages of destroyed applications: what is due, the request, what the buyer and the supplier read afterwards instead of nothing."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from sad import clock
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.db import session, transaction
from sad.models.applications import Application
from sad.models.destructions import Destruction
from sad.models.people import Person, Role
from sad.models.systems import PurchasingSystem
from tests.factories.mini_tenders import SENT, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.web.reading import read
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = datetime(2032, 7, 5, 9, 0, tzinfo=UTC)
VISA = "AD26-2032-8"
LIST = "/achats/consultations/a-detruire"


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


@pytest.fixture
def past(database) -> dict[str, int]:
    """A mini-tender given up in 2026, in a system over since 2027, with an application admitted; and somebody who acts for it."""
    with transaction():
        found = make_published()
        for role, name in ((Role.BUYER, "Claire"), (Role.AWARD_AUTHORITY, "Denis")):
            make_person(found.organisation, role, name=name)
        invited = invitees_of(found)[0]
        discontinue_mini_tender(found, "Le besoin a disparu.", by=session.scalars(select(Person).filter_by(name="Claire")).one(), at=SENT)
        session.execute(update(PurchasingSystem).values(valid_until=date(2027, 6, 30)))
        application = session.scalars(select(Application).where(Application.supplier_id == invited.id)).one()
        ids = {"mini_tender": found.id, "category": found.category_id, "system": found.system_id, "application": application.id}
        return {**ids, "person": member_of(invited).id}


@pytest.fixture
def into(app):
    def come(person: str | int):
        client = app.test_client()
        which = Person.name == person if isinstance(person, str) else Person.id == person
        sign_in(client, session.scalars(select(Person).where(which)).one())
        return client

    return come


def address(past: dict[str, int]) -> str:
    return f"/achats/systemes/{past['system']}/categories/{past['category']}/candidatures/detruire"


def destroy(past: dict[str, int], into, path: str) -> None:
    claire, denis = into("Claire"), into("Denis")
    asked = claire.post(path, data={"visa": VISA}).location
    page = denis.get(asked)
    check(page.data)
    key = re.search(r'name="read_sha256" type="hidden" value="(\w{64})"', page.text)[1]
    assert denis.post(asked, data={"read_sha256": key}).location == asked


def test_the_list_says_which_applications_may_go_and_what_keeps_the_others(past, into):
    page = into("Claire").get(LIST)
    check(page.data)
    assert "Peuvent être détruites" in read(page) and "30 juin 2032" in read(page)
    with clock.frozen(datetime(2032, 6, 30, 12, tzinfo=UTC)):
        page = into("Claire").get(address(past))
        assert "à garder jusqu’au" in read(page) and "Visa" not in read(page)
        assert into("Claire").post(address(past), data={"visa": VISA}).status_code == 422


def test_it_takes_the_visa_and_a_second_person(past, into):
    page = into("Claire").get(address(past))
    check(page.data)
    assert "Détruire les candidatures" in read(page) and "ARC-03" in read(page)
    assert into("Claire").post(address(past), data={"visa": " "}).status_code == 422
    assert into("Claire").post(address(past), data={"visa": VISA}).status_code == 302
    assert session.scalar(select(Destruction)) is None


def test_afterwards_buyer_and_supplier_read_that_it_was_destroyed_and_under_which_rule(past, into):
    destroy(past, into, address(past))
    for page in (
        into("Claire").get(f"/achats/candidatures/{past['application']}"),
        into("Claire").get(address(past)),
        into(past["person"]).get(f"/fournisseur/candidatures/{past['application']}"),
        into(past["person"]).get(f"/fournisseur/candidatures/{past['application']}/verifier"),
    ):
        assert page.status_code == 410
        check(page.data)
        assert "5 juillet 2032" in read(page) and "ARC-01" in read(page) and VISA in read(page)
    for name, path in (("Claire", "/achats/candidatures"), (past["person"], "/fournisseur/candidatures"), ("Claire", LIST)):
        assert into(name).get(path).status_code == 200
    assert "Candidatures : " in read(into("Claire").get("/achats/consultations/detruites"))
    (number,) = session.scalars(select(Destruction.id))
    assert into("Claire").get(f"/achats/consultations/detruites/{number}.pdf").status_code == 200


def test_a_supplier_that_follows_an_old_link_learns_that_the_consultation_was_destroyed_and_nothing_else(past, into):
    path = f"/fournisseur/consultations/{past['mini_tender']}"
    assert into(past["person"]).get(path).status_code == 200
    destroy(past, into, f"/achats/consultations/{past['mini_tender']}/detruire")
    page = into(past["person"]).get(path)
    assert page.status_code == 404
    check(page.data)
    words = read(page)
    assert "5 juillet 2032" in words and "ARC-01" in words and "ARC-02" in words
    assert VISA not in words and "Ce qui reste" not in words
    assert into(past["person"]).get("/fournisseur/consultations/99999").status_code == 404
