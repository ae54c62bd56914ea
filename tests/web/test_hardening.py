"""What strangers try at the door: other origins, other folders, other methods, a forged caller, a form without its token."""

import dataclasses
import re

import pytest

from sad import db
from sad.models.people import Role
from sad.web import create_app
from sad.web.access import permission_of
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.web.test_headers import EVERYWHERE
from tests.web.test_login import sign_in


@pytest.mark.parametrize("path", EVERYWHERE)
def test_no_answer_lets_another_origin_read_it(client, path):
    answer = client.get(path, headers={"Origin": "https://ailleurs.example"})
    assert [name for name, _ in answer.headers if name.startswith("Access-Control-")] == []


@pytest.mark.parametrize(
    "path", ["/.git/config", "/static/", "/static/../settings.py", "/static/%2e%2e/settings.py", "/var/keys/seal.key", "/app.py", "/.env"]
)
def test_nothing_outside_the_static_folder_is_served(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_a_method_that_no_page_takes_is_refused(client, method):
    assert client.open("/connexion", method=method).status_code == 405


@pytest.mark.parametrize("base_url, told", [("https://achats.example", "203.0.113.7"), ("http://localhost:8000", "127.0.0.1")])
def test_the_caller_is_told_by_the_proxy_alone(settings, database, base_url, told, caplog):
    """One hop is believed where a proxy ends TLS: the last of the list, which the proxy wrote; elsewhere nobody's word is."""
    app = create_app(dataclasses.replace(settings, base_url=base_url))
    app.test_client().post("/connexion", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7", "X-Forwarded-Proto": "https"})
    (event,) = [record.about for record in caplog.records if record.message == "refused"]
    assert (event["status"], event["address"]) == (400, told)


def test_nothing_is_written_without_the_token_of_a_form(settings, database):
    """No view is exempt, and each public form refuses a request that another site could have sent."""
    app = create_app(settings)
    guard = app.extensions["csrf"]
    assert not guard._exempt_views and not guard._exempt_blueprints
    written = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    public = [rule for rule in written if permission_of(app, rule.endpoint).kind == "public"]
    assert public
    for rule in public:
        url = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method="POST")
        assert app.test_client().post(url).status_code == 400, url


@pytest.mark.parametrize("path", ["/connexion", "/compte/mot-de-passe-oublie", "/compte/entrer-par-un-code-de-secours"])
def test_the_fields_of_secrets_are_masked_and_let_managers_help(client, path):
    page = client.get(path).text
    secrets = re.findall(r"<input[^>]*name=\"(?:password|again|current)\"[^>]*>", page)
    assert all('type="password"' in field and 'autocomplete="' in field and "readonly" not in field for field in secrets)
    assert secrets or "email" in page


def test_leaving_clears_what_the_browser_kept_but_not_the_device_it_is_known_by(client, database):
    with db.transaction():
        person = make_person(make_organisation(), Role.BUYER)
    sign_in(client, person)
    assert client.post("/deconnexion").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_private_pages_are_kept_nowhere(client, database):
    with db.transaction():
        person = make_person(make_organisation(), Role.BUYER)
    sign_in(client, person)
    for path in ("/compte", "/achats/", "/nulle-part", "/administration"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path
