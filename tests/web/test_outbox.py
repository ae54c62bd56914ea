"""Letters that nobody received: listed with what to do, noted when they come back; those of deposits never."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.bounces import record_bounce
from sad.actions.letters import post_letter
from sad.db import session, transaction
from sad.letters.text import LetterText
from sad.models.journal import JournalEntry
from sad.models.letters import Letter, LetterBounce
from sad.models.people import Role
from tests.factories.mini_tenders import make_published
from tests.factories.offers import make_deposit
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.web.test_login import sign_in
from tests.web.test_shell import check

PAGE = "/administration/courriers"
NOW = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(NOW):
        yield


def write(organisation, subject: str, **values) -> int:
    supplier = make_supplier()
    text = LetterText("invitation", subject, "Corps\n")
    letter = post_letter(text, to=("Jeanne", "jeanne@moulin.example"), at=NOW, organisation_id=organisation.id, supplier=supplier)
    for name, value in values.items():
        setattr(letter, name, value)
    session.flush()
    return letter.id


@pytest.fixture
def letters(database, client) -> dict[str, int]:
    """One of each kind in an organisation whose administrator is signed in, one of a neighbour."""
    with transaction():
        here, there = make_organisation(), make_organisation()
        found = {
            "refused": write(here, "Courrier refusé", last_error="550 inconnu", attempts=1),
            "gone": write(here, "Courrier parti", sent_at=NOW),
            "back": write(here, "Courrier revenu", sent_at=NOW),
            "waiting": write(here, "Courrier en attente"),
            "theirs": write(there, "Courrier voisin", last_error="550", sent_at=None),
        }
        record_bounce(session.get_one(Letter, found["back"]), "boîte pleine", by=None, at=NOW)
        person = make_person(here, Role.ADMINISTRATOR)
    sign_in(client, person)
    return found


def test_what_did_not_leave_or_came_back_is_listed_with_its_reason_and_what_to_do(client, letters):
    page = client.get(PAGE).text
    check(page)
    for words in ("Courrier refusé", "550 inconnu", "Courrier revenu", "boîte pleine", "sur papier"):
        assert words in page
    for words in ("Courrier parti", "Courrier en attente", "Courrier voisin"):
        assert words not in page


def test_a_letter_is_found_by_its_address_and_noted_as_come_back_once(client, letters):
    found = client.get(PAGE, query_string={"q": "MOULIN"}).text
    check(found)
    assert "Courrier parti" in found and "Courrier en attente" in found and "Courrier voisin" not in found
    address = f"{PAGE}/{letters['gone']}/revenu"
    check(client.get(address).text)
    assert client.post(address, data={"reason": " "}).status_code == 422
    for reason in ("adresse inconnue", "autre chose"):
        assert client.post(address, data={"reason": reason}).status_code == 302
    bounce = session.scalars(select(LetterBounce).where(LetterBounce.letter_id == letters["gone"])).one()
    assert bounce.reason == "adresse inconnue" and bounce.recorded_by is not None
    assert session.query(JournalEntry).filter_by(action="record_bounce").count() == 2
    assert "adresse inconnue" in client.get(PAGE).text


def test_a_letter_of_another_organisation_does_not_exist(client, letters):
    for ask in (client.get, client.post):
        assert ask(f"{PAGE}/{letters['theirs']}/revenu").status_code == 404


def test_letters_of_deposits_are_listed_to_nobody(app, database):
    with transaction():
        made = make_published(suppliers=1)
        supplier = session.scalars(select(Letter).where(Letter.kind == "invitation")).one().supplier
        make_deposit(made, supplier)
        letter = session.scalars(select(Letter).where(Letter.kind == "offer_deposited")).one()
        letter.last_error, number, address = "550 inconnu", letter.id, letter.to_email
        people = [make_person(made.organisation, Role.ADMINISTRATOR), make_person(None, Role.ADMINISTRATOR)]
    for person in people:
        client = app.test_client()
        sign_in(client, person)
        assert "550 inconnu" not in client.get(PAGE).text
        assert "Offre déposée" not in client.get(PAGE, query_string={"q": address}).text
        assert client.get(f"{PAGE}/{number}/revenu").status_code == 404


def test_nothing_to_do_is_said_as_such(client, database):
    with transaction():
        person = make_person(make_organisation(), Role.ADMINISTRATOR)
    sign_in(client, person)
    assert "Tous les courriers sont partis" in client.get(PAGE).text
    assert "Aucun courrier à cette adresse" in client.get(PAGE, query_string={"q": "x@y"}).text
