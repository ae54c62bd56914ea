"""What goes wrong becomes one page, or JSON: what happened, why, what to do."""

from dataclasses import replace

import pytest
from flask import Blueprint, abort
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from sad import db, migrations
from sad.db import transaction
from sad.domain.errors import Refusal, Refused
from sad.models.people import Person
from sad.web import create_app
from sad.web.access import public
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person

FAILURES = Blueprint("failures", __name__, url_prefix="/panne")
TOO_SOON = Refusal("La date limite est trop proche.", "Première date possible : mardi 8 décembre.", "SAD-17", "closes_at")
NO_PLACE = Refusal("La distance n’est pas un critère.", rule="CRI-08")


@FAILURES.route("/refus", methods=["GET", "POST"])
@public
def refused():
    raise Refused(TOO_SOON, NO_PLACE)


@FAILURES.post("/doublon")
@public
def twice():
    with transaction():
        make_organisation(siren="200000001")
        make_organisation(siren="200000001")


@FAILURES.post("/contrainte")
@public
def broken():
    with transaction():
        make_organisation(name=None)


@FAILURES.post("/perime")
@public
def stale():
    raise StaleDataError("1 row expected")


@FAILURES.get("/base")
@public
def no_database():
    raise OperationalError("SELECT 1", {}, Exception("connection refused"))


@FAILURES.get("/statut/<int:status>")
@public
def status(status):
    abort(status)


@pytest.fixture
def app(new_app):
    new_app.register_blueprint(FAILURES)
    new_app.config.update(TESTING=False)
    return new_app


def test_a_refusal_gives_all_its_reasons_each_with_its_rule_and_what_to_do(client):
    answer = client.get("/panne/refus")
    assert answer.status_code == 422
    assert TOO_SOON.message in answer.text and TOO_SOON.remedy in answer.text and NO_PLACE.message in answer.text
    whole = [f'<span class="unbroken">{words}</span>' for words in ("SAD-17\N{NO-BREAK SPACE}·", "R2162-50")]
    assert f'<a class="rule-ref" href="/regles#SAD-17">{" ".join(whole)}</a>' in answer.text


def test_the_rule_that_a_refusal_cites_is_explained_where_its_link_leads(client):
    assert '<section id="SAD-17">' in client.get("/regles").text


def test_a_program_is_given_the_same_refusal_in_json(client):
    answer = client.get("/panne/refus", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json["refusals"][0] == {
        "message": TOO_SOON.message,
        "remedy": TOO_SOON.remedy,
        "rule": "SAD-17",
        "field": "closes_at",
    }


@pytest.mark.parametrize("path", ["/panne/doublon", "/panne/perime"])
def test_what_somebody_did_first_is_said_and_not_done_twice(client, path):
    answer = client.post(path)
    assert answer.status_code == 409
    assert "n’a pas été fait deux fois" in answer.text


def test_another_broken_constraint_is_our_fault_and_leaves_the_database_usable(client):
    assert client.post("/panne/contrainte").status_code == 500
    assert client.get("/mentions-legales").status_code == 200


def test_a_database_that_does_not_answer_is_a_pause(client):
    answer = client.get("/panne/base")
    assert answer.status_code == 503
    assert "Ce qui a reçu un accusé de réception est gardé" in answer.text


@pytest.mark.parametrize("code", [400, 403, 404, 413, 429, 500, 503])
def test_every_status_has_its_page_with_one_heading(client, code):
    answer = client.get(f"/panne/statut/{code}")
    assert answer.status_code == code
    assert answer.text.count("<h1>") == 1
    assert "Werkzeug" not in answer.text


def test_a_status_without_a_page_of_its_own_keeps_its_number_and_its_headers(client):
    answer = client.get("/deconnexion")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_too_large_a_request_is_refused_with_the_limits_shown_on_the_page(client):
    client.application.config.update(MAX_CONTENT_LENGTH=100)
    answer = client.post("/connexion", data={"email": "x" * 200})
    assert answer.status_code == 413
    assert "Mo par fichier" in answer.text


@pytest.mark.own_database
def test_a_database_behind_its_migrations_serves_nothing_but_the_command_to_run(settings, database):
    migrations.downgrade(database, "-1")
    client = create_app(settings).test_client()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "flask --app app db upgrade" in answer.text
    assert client.get("/static/sad.css").status_code == 200
    migrations.upgrade(database)
    assert client.get("/").status_code == 200
    db.session.remove()


def test_production_does_not_serve_a_database_with_demo_accounts(settings, database):
    with transaction():
        make_person(email="claire.fontaine@agglo-demo.example")
    client = create_app(replace(settings, environment="production")).test_client()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "comptes de démonstration" in answer.text
    with transaction():
        db.session.scalars(select(Person)).one().email = "claire.fontaine@agglo.fr"
    assert client.get("/").status_code == 200
