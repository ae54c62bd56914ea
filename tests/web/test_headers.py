"""What every answer says to the browser."""

import dataclasses

import pytest

from sad import db
from sad.models.people import Role
from sad.web import create_app
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.web.answers import header_faults, page_faults
from tests.web.test_errors import FAILURES

EVERYWHERE = ["/", "/regles", "/nulle-part", "/static/sad.css", "/connexion"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_forbids_what_it_does_not_need(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_a_breakdown_has_the_same_headers_and_a_page(app, monkeypatch):
    def break_down():
        raise ZeroDivisionError

    break_down.permission = app.view_functions["public.home"].permission
    monkeypatch.setitem(app.view_functions, "public.home", break_down)
    app.config.update(TESTING=False)
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    assert "Le service a eu un problème" in answer.text


@pytest.mark.parametrize("path", ["/", "/regles", "/comment-candidater", "/protection-des-offres", "/accessibilite", "/mentions-legales"])
def test_pages_hold_no_script_no_inline_style_and_call_nobody(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert 'src="http' not in answer.text
    assert '<link rel="stylesheet" href="http' not in answer.text


def test_a_public_page_sets_no_cookie(client):
    assert "Set-Cookie" not in client.get("/").headers


def test_static_files_are_kept_by_browsers_and_pages_are_not(client):
    page = client.get("/")
    address = page.text.partition('href="/static/sad.css')[2].partition('"')[0]
    assert address.startswith("?v=")
    assert client.get(f"/static/sad.css{address}").cache_control.max_age == 365 * 24 * 3600
    assert client.get("/static/sad.css").cache_control.max_age == 24 * 3600
    assert page.headers["Cache-Control"] == "private, no-cache"


def test_under_https_the_browser_is_told_to_stay_there_and_the_cookie_is_bound_to_the_host(settings, database):
    secure = create_app(dataclasses.replace(settings, base_url="https://achats.example"))
    answer = secure.test_client().get("/connexion", base_url="https://achats.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sad=")
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_on_this_machine_the_cookie_does_not_ask_for_https(client):
    assert "Strict-Transport-Security" not in client.get("/").headers


STATUSES = (400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 501, 503)


@pytest.fixture
def failing(new_app):
    """An application with pages that fail in each way."""
    new_app.register_blueprint(FAILURES)
    new_app.config.update(TESTING=False)
    return new_app


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_every_failure_has_the_headers_of_a_page_and_tells_nothing_of_the_inside(failing, kind):
    client, seen = failing.test_client(), set()
    asked = [("GET", f"/panne/statut/{status}") for status in STATUSES]
    asked += [("GET", f"/panne/{name}") for name in ("refus", "base")]
    asked += [("POST", f"/panne/{name}") for name in ("doublon", "contrainte", "perime")]
    asked += [("POST", "/"), ("DELETE", "/connexion"), ("GET", "/static/rien.css"), ("GET", "/%00"), ("GET", "//a//")]
    for method, url in asked:
        answer = client.open(url, method=method, headers={"Accept": kind})
        is_static = url.startswith("/static")
        assert header_faults(answer, is_static=is_static) + page_faults(answer) == [], f"{method} {url}: {answer.status_code}"
        seen.add(answer.status_code)
    assert seen >= {400, 403, 404, 405, 409, 413, 422, 429, 500, 503}


def test_an_answer_under_https_keeps_the_browser_there_even_when_it_fails(settings, database):
    secure = create_app(dataclasses.replace(settings, base_url="https://achats.example"))
    secure.register_blueprint(FAILURES)
    for status in STATUSES:
        answer = secure.test_client().get(f"/panne/statut/{status}", base_url="https://achats.example")
        assert "max-age=" in answer.headers.get("Strict-Transport-Security", ""), status


def test_what_somebody_signed_in_saw_is_not_kept_by_the_browser(client, database):
    make_person(make_organisation(), Role.BUYER, email="claire@agglo.example")
    db.session.commit()
    assert client.post("/connexion", data={"email": "claire@agglo.example", "password": PASSWORD}).status_code == 302
    for path in ("/achats/", "/compte", "/", "/nulle-part", "/achats/consultations/999", "/fournisseur/"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path
    client.post("/deconnexion")
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/inscription/inconnu", "/invitation/inconnu", "/compte/nouveau-mot-de-passe/inconnu"])
def test_the_page_of_a_secret_link_is_not_kept(client, path):
    assert client.get(path).headers["Cache-Control"] == "private, no-store"
