"""The hour in the pages: shown to administrators, compared before an opening, and never going back under those who deposit."""

from datetime import timedelta

import pytest

from sad import clock
from sad.actions.declarations import declare_interests
from sad.actions.outages import note_watch, note_web
from sad.actions.timekeeping import note_clock, running_skews
from sad.db import session, transaction
from sad.domain.clock_watch import Reading
from sad.models.openings import Opening
from sad.models.people import Role
from sad.models.timekeeping import TrustedHour
from sad.web.timekeeping import OPENING_ACTS, keep_hour
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.web.test_login import sign_in
from tests.web.test_shell import check

PAGE, DECLARE = "/administration/horloge", "/administration/horloge/confirmer"
AFTER = CLOSES + timedelta(hours=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(AFTER):
        yield


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch):
    """A machine whose clock is moved by so much, after having been right a moment ago."""

    def move(by: timedelta, database=None) -> None:
        start = clock.read(lambda: None)
        with transaction():
            note_clock(start, at=AFTER)
        monkeypatch.setattr(clock, "read", lambda _: Reading(AFTER, start.elapsed - by, start.boot, database))

    return move


def signed_in(client, organisation=None, role=Role.ADMINISTRATOR):
    with transaction():
        person = make_person(organisation, role)
    sign_in(client, person)
    return person


def test_an_administrator_reads_that_the_hour_is_sure_and_what_was_seen(client):
    signed_in(client)
    page = client.get(PAGE).text
    check(page)
    assert "Sûre" in page and "Aucune panne connue" in page and "le planificateur n’a pas encore tourné" in page
    with transaction():
        note_watch(at=AFTER - HOUR)
        note_watch(at=AFTER)
        note_web(False, since=AFTER, at=AFTER)
    page = client.get(PAGE).text
    check(page)
    assert "on ne sait pas" in page and "Le site ne répondait pas" in page and "En cours" in page


@pytest.mark.parametrize(("by", "words"), [(HOUR, "en avance de 1\u00a0heure"), (-2 * HOUR, "en retard de 2\u00a0heures")])
def test_a_doubt_is_told_in_words_and_on_the_health_page(client, moved, by, words):
    moved(by)
    signed_in(client)
    page = client.get(PAGE).text
    check(page)
    assert "En doute" in page and words in page and "continuent d’être reçus" in page
    health = client.get("/healthz").json
    assert health["clock"] == {"ok": False, "doubts": ["elapsed"], "database_has_one": False}
    assert running_skews() == []


def test_a_start_long_after_what_is_known_is_told_in_words_and_waits_for_a_person(client):
    with transaction():
        note_watch(at=AFTER - 3 * HOUR)
        note_clock(clock.read(lambda: None), at=AFTER)
    signed_in(client)
    page = client.get(PAGE).text
    check(page)
    assert "3\u00a0heures après la dernière heure connue" in page and "cesse de lui-même" not in page
    assert client.get("/healthz").json["clock"]["doubts"] == ["start"]


def test_the_administrator_of_the_instance_says_that_the_hour_is_right(client, moved):
    moved(HOUR)
    person = signed_in(client)
    assert "Écrivez comment" in client.post(DECLARE, data={"reason": ""}).text
    assert session.query(TrustedHour).filter(TrustedHour.declared_by.is_not(None)).count() == 0
    assert client.post(DECLARE, data={"reason": "Comparée."}).status_code == 302
    assert session.query(TrustedHour).filter_by(declared_by=person.id).one().reason == "Comparée."
    assert "Sûre" in client.get(PAGE).text and running_skews() == []


def test_the_administrator_of_an_organisation_reads_and_does_not_declare(client, moved):
    moved(HOUR)
    with transaction():
        organisation = make_organisation()
    signed_in(client, organisation)
    page = client.get(PAGE).text
    check(page)
    assert "En doute" in page and "Confirmer l’heure" not in page
    assert client.post(DECLARE, data={"reason": "Comparée."}).status_code == 403


def test_the_home_of_administrators_says_that_the_hour_is_in_doubt(client, moved):
    moved(HOUR)
    signed_in(client)
    assert "L’heure du serveur est en doute" not in client.get("/administration/").text
    with transaction():
        note_clock(clock.read(lambda: None), at=AFTER)
    assert "L’heure du serveur est en doute" in client.get("/administration/").text


@pytest.mark.parametrize("by", [HOUR, -HOUR, timedelta()])
def test_an_opening_asked_for_by_a_machine_whose_clock_moved_is_refused_at_once(app, client, moved, by):
    with transaction():
        mini_tender = make_published(suppliers=1)
        opener = make_person(mini_tender.organisation, Role.OPENER)
        declare_interests(mini_tender, has_conflict=False, by=opener, at=AFTER)
    identifier = mini_tender.id
    sign_in(client, opener)
    moved(by)
    answer = client.post(f"/achats/consultations/{identifier}/ouverture/demander", data={"has_conflict": "no"})
    assert answer.status_code == (422 if by else 302)
    assert ("L’heure du serveur est en doute" in answer.text) is bool(by)
    assert session.query(Opening).count() == (0 if by else 1)
    assert len(running_skews()) == bool(by)


def test_the_acts_that_compare_the_clocks_exist(app):
    assert set(app.view_functions) >= OPENING_ACTS


def test_a_worker_holds_the_hour_that_the_first_of_them_believed(app, database, monkeypatch):
    held = []
    monkeypatch.setattr(clock, "hold", lambda anchor, limit: held.append(anchor))
    monkeypatch.setattr(clock, "is_held", lambda: False)
    monkeypatch.setattr(type(app), "testing", False, raising=False)
    for ahead in (timedelta(), 9 * HOUR):
        reading = Reading(AFTER + ahead, 5 * HOUR, "this start")
        monkeypatch.setattr(clock, "read", lambda _, reading=reading: reading)
        with app.test_request_context("/"):
            keep_hour()
    with app.test_request_context("/healthz"):
        keep_hour()
    assert [each.at for each in held] == [AFTER, AFTER]
