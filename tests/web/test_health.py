"""`/healthz`, and the mail of the demo."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, select

from sad import clock, migrations
from sad.actions.job_runs import LATE_AFTER, note_run
from sad.actions.letters import post_letter
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.jobs.letters import deliver_letters
from sad.jobs.turn import Turn
from sad.letters.text import LetterText
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.web.service_state import LEAST_FREE
from tests.factories.mini_tenders import make_published
from tests.factories.offers import make_deposit
from tests.web.test_shell import check

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LINK = "http://localhost/compte/nouveau-mot-de-passe/a-token"


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """Enough of it, whatever this machine has left."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=LEAST_FREE))


def tick(at: datetime = NOW, **values) -> None:
    with transaction():
        note_run("deliver_letters", started_at=at, ended_at=at, **values)


def test_all_is_well_when_the_scheduler_has_just_run(client):
    tick(NOW - timedelta(seconds=15))
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "status": "ok",
        "version": "0.1.0",
        "database": {"ok": True},
        "migrations": {"ok": True, "current": migrations.newest(), "expected": migrations.newest()},
        "scheduler": {"ok": True, "last_tick": "2026-11-24T08:59:45+00:00", "failing": []},
        "clock": {"ok": True, "doubts": [], "database_has_one": False},
        "seal": {"ok": True, "unopenable": 0},
        "receptions": {"ok": True},
        "disk": {"ok": True},
        "antivirus": {"ok": True, "configured": False},
        "mail": {"ok": True, "late": 0, "oldest": None},
    }


def test_a_key_file_that_would_not_open_a_sealed_consultation_is_told_and_no_deposit_is_lost_for_it(app, client):
    tick()
    with transaction():
        make_published(suppliers=1)
    assert client.get("/healthz").json["seal"] == {"ok": True, "unopenable": 0}
    app.settings = replace(app.settings, seal_key=b"another-seal-key-0123456789-abcdefgh")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"], answer.json["seal"]) == (200, "degraded", {"ok": False, "unopenable": 1})
    with transaction():
        mini_tender = session.scalars(select(MiniTender)).one()
        offer = make_deposit(mini_tender, invitees_of(mini_tender)[0])
    assert offer.id and client.get("/healthz").json["seal"]["unopenable"] == 1
    with transaction():
        mini_tender = session.scalars(select(MiniTender)).one()
        mini_tender.state, mini_tender.discontinued_at, mini_tender.discontinued_reason = "discontinued", NOW, "Plus de besoin."
    assert client.get("/healthz").json["seal"]["ok"], "what will never be opened needs no key"


@pytest.mark.parametrize("ago", [None, LATE_AFTER + timedelta(seconds=1)])
def test_a_scheduler_that_is_late_or_never_ran_is_told_while_pages_are_served(client, ago: timedelta | None):
    if ago:
        tick(NOW - ago)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"], answer.json["scheduler"]["ok"]) == (200, "degraded", False)


def test_a_job_that_fails_is_named_without_its_error(client):
    tick(error="OSError: secret of the server")
    answer = client.get("/healthz")
    assert answer.json["scheduler"]["failing"] == ["deliver_letters"]
    assert "secret" not in answer.text


@pytest.mark.own_database
def test_a_database_behind_its_migrations_is_not_healthy(client, database: Engine):
    migrations.downgrade(database, "-1")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (503, "down")
    assert answer.json["migrations"] == {"ok": False, "current": f"{int(migrations.newest()) - 1:04d}", "expected": migrations.newest()}
    migrations.upgrade(database)


def test_a_database_that_does_not_answer_is_not_healthy(client, database: Engine, monkeypatch: pytest.MonkeyPatch):
    def fail(engine):
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT nothing FROM nowhere")

    monkeypatch.setattr(migrations, "current", fail)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"], answer.json["database"]["ok"]) == (503, "down", False)


def post(to: str = "marie@pains.example", *, secret: str | None = None) -> int:
    with transaction():
        text = LetterText("password_reset", "Choisir un mot de passe", "Ouvrez ce lien :\n\n[lien]\n")
        letter = post_letter(text, to=("Marie", to), at=NOW, secret=secret)
    return letter.id


def test_the_mail_of_the_demo_shows_what_left_with_links_that_work(client, settings):
    identifier = post(secret=LINK)
    assert "Aucun courriel" in client.get("/demo/courrier").text
    deliver_letters(Turn(settings, NOW))
    listed = client.get("/demo/courrier").text
    check(listed)
    assert f'href="/demo/courrier/{identifier}"' in listed
    page = client.get(f"/demo/courrier/{identifier}").text
    check(page)
    assert f'<a href="{LINK}"' in page
    assert session.get(Letter, identifier, populate_existing=True).secret is None


def test_the_mail_of_one_person_can_be_found(client, settings):
    post("marie@pains.example")
    other = post("luc@halles.example")
    deliver_letters(Turn(settings, NOW))
    found = client.get("/demo/courrier?a=Luc@halles.example").text
    check(found)
    assert f"/demo/courrier/{other}" in found and "marie@pains.example" not in found
    assert "Aucun courriel pour cette adresse" in client.get("/demo/courrier?a=x@y.example").text


def test_what_has_not_left_is_not_shown(client, settings):
    assert client.get(f"/demo/courrier/{post()}").status_code == 404


def test_in_production_there_is_no_mail_to_see(app, client, settings, monkeypatch: pytest.MonkeyPatch):
    identifier = post()
    deliver_letters(Turn(settings, NOW))
    monkeypatch.setattr(type(settings), "is_production", property(lambda self: True))
    assert client.get("/demo/courrier").status_code == 404
    assert client.get(f"/demo/courrier/{identifier}").status_code == 404
