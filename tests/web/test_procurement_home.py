"""What waits for procurement staff, by role, the most pressing first."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.outages import note_web
from sad.actions.shared_acts import ask_change
from sad.db import session, transaction
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from tests.factories.admissions import make_application
from tests.factories.mini_tenders import HOME, make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.reading import read
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
    assert counts[0] == counts[1] <= 22


def test_what_waits_for_a_second_person_is_there_for_whoever_may_approve_and_only_for_them(client, app, system):
    with transaction():
        home = again(system).organisation
        claire, denis, olga = (make_person(home, role) for role in (Role.BUYER, Role.AWARD_AUTHORITY, Role.OPENER))
        sent = session.scalars(select(MiniTender).where(MiniTender.title == "Encore ouverte")).one()
        sent.closes_at = AT.replace(day=14)
        session.flush()
        said = {"version": sent.version, "reason": "L’accès n’était pas décrit.", "home": HOME}
        ask_change(sent, sent.closes_at + timedelta(days=1), None, **said, by=claire, at=AT)
    for person, is_told in ((claire, False), (denis, True), (olga, False)):
        theirs = app.test_client()
        sign_in(theirs, again(person))
        page = read(theirs.get("/achats/"))
        assert ("Prolonger la date limite : Encore ouverte" in page) is is_told
        assert ("Sans réponse avant le mercredi 9 décembre 2026" in page) is is_told
    with clock.frozen(AT + timedelta(days=1, seconds=1)):
        assert "Prolonger la date limite" not in read(theirs.get("/achats/"))


def test_an_outage_near_a_deadline_is_on_the_home_of_buyers_in_as_many_statements_for_many(app, client, system):
    with transaction():
        buyer = make_person(again(system).organisation, Role.BUYER)
        session.scalars(select(MiniTender).where(MiniTender.title == "Encore ouverte")).one().closes_at = AT + timedelta(hours=2)
        note_web(False, since=AT - timedelta(hours=2), at=AT - timedelta(hours=2))
        note_web(True, since=AT - timedelta(hours=1), at=AT - timedelta(hours=1))
    sign_in(client, buyer)
    page = read(client.get("/achats/"))
    assert "Une panne a pu gêner les dépôts" in page and "du mardi 8 décembre 2026 à 8 h" in page and page.count("Encore ouverte") == 1
    with statements_of(app.engine) as few:
        client.get("/achats/")
    with transaction():
        for _ in range(5):
            make_published(make_mini_tender(system=again(system), title="Une autre"), suppliers=0).closes_at = AT + timedelta(hours=3)
    with statements_of(app.engine) as many:
        assert read(client.get("/achats/")).count("Une autre") == 5
    assert len(many) == len(few)
