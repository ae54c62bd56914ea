"""What degrades is said to administrators and to the buyers in plain words, and to machines; nothing is said when all works."""

import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from sad import clock, spool
from sad.actions.job_runs import LATE_AFTER, note_run
from sad.actions.letters import post_letter
from sad.db import transaction
from sad.letters.text import LetterText
from sad.models.people import Role
from sad.web.service_state import LEAST_FREE
from tests.factories.organisations import make_organisation
from tests.factories.outages import database_down
from tests.factories.people import make_person
from tests.web.test_login import sign_in
from tests.web.test_shell import check

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """Sets how many bytes are free; enough at first, whatever this machine has left."""
    usage = {"free": LEAST_FREE}
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(**usage))
    return lambda free: usage.update(free=free)


@pytest.fixture
def pages(app, database):
    """The homes of an organisation's administrator, of the instance's and of a buyer, as read one after the other."""
    with transaction():
        here = make_organisation()
        people = [make_person(here, Role.ADMINISTRATOR), make_person(None, Role.ADMINISTRATOR), make_person(here, Role.BUYER)]
        people = [SimpleNamespace(email=person.email) for person in people]
        addresses = [f"/administration/organisations/{here.id}", "/administration/", "/achats/"]
    clients = []
    for person in people:
        clients.append(app.test_client())
        sign_in(clients[-1], person)
    return lambda: [client.get(address).text for client, address in zip(clients, addresses, strict=True)]


def tick(at=NOW, name="deliver_letters", **values) -> None:
    with transaction():
        note_run(name, started_at=at, ended_at=at, **values)


def write(ago: timedelta, **values) -> None:
    with transaction():
        letter = post_letter(LetterText("notice", "Objet", "Corps\n"), to=("Marie", "marie@pains.example"), at=NOW - ago)
        for name, value in values.items():
            setattr(letter, name, value)


def said(pages, words: str) -> list[bool]:
    texts = pages()
    for text in texts:
        check(text)
    return [words in text for text in texts]


def test_nothing_is_said_when_all_works(pages, client):
    tick()
    write(timedelta(minutes=14))
    write(timedelta(hours=2), sent_at=NOW - timedelta(hours=2))
    texts = pages()
    assert not any("notice-apricot" in text for text in texts)
    assert client.get("/healthz").json["status"] == "ok"


def test_a_scheduler_that_is_dead_is_said_with_what_does_not_depend_on_it(pages):
    tick(NOW - LATE_AFTER - timedelta(seconds=1))
    assert said(pages, "Le planificateur est arrêté") == [True] * 3
    assert said(pages, "Aucun droit ni aucun délai n’en dépend") == [True] * 3


def test_a_scheduler_that_never_ran_is_said(pages):
    assert said(pages, "jamais tourné") == [True] * 3


def test_mails_that_do_not_leave_are_said_with_the_age_of_the_oldest(pages, client):
    tick()
    write(timedelta(minutes=16))
    write(timedelta(hours=3), attempts=4, last_error="ConnectionRefusedError: [Errno 111] Connection refused")
    assert said(pages, "Des courriels ne partent pas") == [True] * 3
    assert said(pages, "2\xa0attendent") == [True] * 3
    answer = client.get("/healthz").json
    assert (answer["status"], answer["mail"]) == ("degraded", {"ok": False, "late": 2, "oldest": (NOW - timedelta(hours=3)).isoformat()})


def test_an_address_that_is_refused_is_no_breakdown_of_the_mail(pages, client):
    tick()
    write(timedelta(hours=3), attempts=4, last_error="550 5.1.1 no such user")
    assert said(pages, "Des courriels ne partent pas") == [False] * 3
    assert client.get("/healthz").json["mail"]["ok"]


def test_an_antivirus_that_does_not_answer_is_said(pages, client):
    tick()
    tick(name="scan_files", error="AntivirusDown: refused")
    assert said(pages, "L’antivirus ne répond pas") == [True] * 3
    assert client.get("/healthz").json["antivirus"] == {"ok": False, "configured": False}


def test_a_disk_that_is_nearly_full_is_said_before_a_deposit_is_refused_for_it(pages, client, room):
    tick()
    room(LEAST_FREE - 1)
    assert said(pages, "Le disque est presque plein") == [True] * 3
    assert said(pages, "Il reste 629,1\xa0Mo pour les données") == [True] * 3
    answer = client.get("/healthz").json
    assert (answer["status"], answer["disk"]) == ("degraded", {"ok": False})


def test_a_deposit_that_waits_outside_the_database_is_said_even_while_it_is_down(pages, client, app):
    tick()
    spool.keep(app.settings.data_dir, "0" * 32, b"{}")
    assert said(pages, "Des dépôts reçus attendent d’être enregistrés") == [True] * 3
    assert client.get("/healthz").json["receptions"] == {"ok": False}
    with database_down(app):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json["receptions"]["ok"]) == (503, False)


def test_letters_that_were_never_written_are_told_until_none_is_missing(pages):
    tick()
    tick(name="find_owed_letters", done=2)
    assert said(pages, "2\u00a0courriers dus manquent") == [True] * 3
    tick(name="find_owed_letters")
    assert said(pages, "manque") == [False] * 3
