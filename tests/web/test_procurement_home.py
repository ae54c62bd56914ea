"""What waits for procurement staff, by role, the most pressing first."""

from datetime import UTC, datetime

import pytest

from sad import clock
from sad.db import session, transaction
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Role
from tests.factories.admissions import make_application
from tests.factories.mini_tenders import make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
STATES = (MiniTenderState.OPENED, MiniTenderState.RANKED, MiniTenderState.AWARDED)
STEPS = {"à vérifier": "Besoin à vérifier", "à ouvrir": "Consultation close"}
STEPS |= {state.value: f"Consultation {state.value}" for state in STATES}


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database):
    """A system with a mini-tender at each step, one still open, an application that waits and a letter that bounced."""
    with transaction():
        system = make_system()
        make_mini_tender(system=system, state=MiniTenderState.TO_CHECK, title=STEPS["à vérifier"])
        make_published(make_mini_tender(system=system, title=STEPS["à ouvrir"]), suppliers=1)
        make_published(make_mini_tender(system=system, title="Encore ouverte"), suppliers=0).closes_at = AT.replace(day=20)
        for state in STATES:
            make_published(make_mini_tender(system=system, title=STEPS[state.value]), suppliers=0).state = state
        make_application(make_supplier(name="Ferme pressée"), system.categories[1], submitted_at=AT)
        bounce(system)
        return system


def bounce(system) -> None:
    session.add(
        Letter(
            organisation_id=system.organisation_id,
            kind="invitation",
            to_email="perdu@ferme.example",
            to_name="Ferme injoignable",
            subject="Une consultation vous attend",
            body="Bonjour.",
            message_id="<1@x>",
            created_at=AT,
            attempts=3,
            last_error="550",
        )
    )


SEES = {
    Role.BUYER: {"à vérifier", "opened", "ranked", "awarded"},
    Role.OPENER: {"à ouvrir"},
    Role.EVALUATOR: {"opened"},
    Role.AWARD_AUTHORITY: {"ranked"},
    Role.AUDITOR: set(STEPS),
}


@pytest.mark.parametrize("role", SEES)
def test_each_role_sees_what_waits_for_it(client, system, role):
    with transaction():
        person = make_person(again(system).organisation, role)
    sign_in(client, person)
    page = client.get("/achats/").text
    assert {step for step, title in STEPS.items() if title in page} == SEES[role]
    assert "Encore ouverte" not in page
    assert ("Ferme pressée" in page) == (role in (Role.BUYER, Role.AUDITOR))
    assert ("Ferme injoignable" in page and "Appeler" in page) == (role is Role.BUYER)


def test_applications_come_before_mini_tenders_and_letters_last(client, system):
    with transaction():
        person = make_person(again(system).organisation, Role.BUYER, Role.OPENER)
    sign_in(client, person)
    page = client.get("/achats/").text
    order = ["Ferme pressée", STEPS["à ouvrir"], STEPS["à vérifier"], STEPS["opened"], STEPS["ranked"], "Ferme injoignable"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_nothing_of_another_organisation_is_there(client, system):
    with transaction():
        stranger = make_person(make_system().organisation, Role.BUYER, Role.OPENER)
    sign_in(client, stranger)
    page = client.get("/achats/").text
    assert "Rien ne vous attend" in page and not any(title in page for title in STEPS.values())


def test_the_page_asks_the_same_number_of_statements_however_much_waits(app, client, system):
    with transaction():
        person = make_person(again(system).organisation, Role.BUYER, Role.OPENER)
    sign_in(client, person)
    counts = []
    for number in (3, 40):
        with transaction():
            held = again(system)
            for _ in range(number):
                make_application(make_supplier(), held.categories[0], submitted_at=AT)
                make_mini_tender(system=held, state=MiniTenderState.TO_CHECK)
        with statements_of(app.engine) as found:
            assert client.get("/achats/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 20
