"""The application starts as it should, and every page of the shell is sound."""

from itertools import pairwise

import html5lib
import pytest

from sad import db
from sad.models.people import Role
from sad.settings import SettingsError
from sad.web import create_app
from sad.web.navigation import Entry
from sad.web.procurement import blueprint as procurement
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.web.test_login import sign_in

PUBLIC_PAGES = [
    "/", "/regles", "/comment-candidater", "/protection-des-offres", "/accessibilite", "/mentions-legales",
    "/connexion", "/compte/mot-de-passe-oublie", "/compte/lien-envoye", "/nulle-part",
]
OWN_PAGES = ["/compte", "/compte/mot-de-passe"]


def check(html: str) -> None:
    """Valid HTML with a language, a title, one h1, a way to skip to the content, no id twice."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert tree.get("lang") == "fr"
    title = tree.findtext("head/title")
    assert title.endswith(" – Marchés alimentaires") and not title.startswith(" ")
    assert len(tree.findall(".//h1")) == 1
    ids = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    named = {one.get("id") for one in tree.iter()}
    assert {one.get("href")[1:] for one in tree.iter("a") if one.get("href", "").startswith("#")} <= named
    assert {one.get("for") for one in tree.iter("label")} <= named
    assert {name for one in tree.iter() for name in (one.get("aria-describedby") or "").split()} <= named
    levels = [int(one.tag[1]) for one in tree.iter() if one.tag in ("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_public_page_is_sound(client, path):
    check(client.get(path).text)


@pytest.mark.parametrize("path", ["/connexion", "/compte/mot-de-passe-oublie"])
def test_a_form_sent_empty_is_sound_and_its_title_says_so(client, path):
    html = client.post(path).text
    check(html)
    assert "<title>Erreur\u00a0: " in html


@pytest.fixture
def somebody(database):
    with db.transaction():
        organisation = make_organisation(name="Agglo du Vercors")
        service = make_service(organisation, name="Éducation")
        agent = make_person(organisation, Role.BUYER, Role.REQUESTER, service=service, name="Claire")
        return {"agent": agent, "supplier": member_of(make_supplier(name="Le Fournil"))}


@pytest.mark.parametrize("who", ["agent", "supplier"])
@pytest.mark.parametrize("path", OWN_PAGES)
def test_a_page_of_ones_account_is_sound(client, somebody, who, path):
    sign_in(client, somebody[who])
    check(client.get(path).text)


def test_the_header_says_who_one_is_and_for_whom(client, somebody):
    sign_in(client, somebody["agent"])
    html = client.get("/compte").text
    assert "Agglo du Vercors" in html and "Claire" in html and "Éducation" in html


def test_the_header_of_a_supplier_bears_its_name(client, somebody):
    sign_in(client, somebody["supplier"])
    assert '</span>Le Fournil</a>' in client.get("/").text


def test_the_entry_of_the_page_shown_is_marked_in_the_menu(client):
    html = client.get("/comment-candidater").text
    assert html.count("aria-current=") == 1
    assert '<a href="/comment-candidater" aria-current="page">' in html


@pytest.mark.parametrize(
    ("path", "entry"),
    [("/achats/", "/achats/"), ("/achats/consultations", "/achats/consultations"), ("/achats/a-detruire", None)],
    ids=["its home", "an entry", "a page without an entry, under the home"],
)
def test_a_page_without_an_entry_is_not_said_to_be_the_home(client, somebody, path, entry):
    sign_in(client, somebody["agent"])
    menu = html5lib.parse(client.get(path).text, namespaceHTMLElements=False).find(".//header")
    assert [link.get("href") for link in menu.iter("a") if link.get("aria-current")] == ([entry] if entry else [])


def test_under_the_command_line_settings_are_read_only_when_a_request_needs_them(monkeypatch):
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    monkeypatch.setenv("SAD_ENV", "production")
    app = create_app()
    assert app.settings is None
    with pytest.raises(SettingsError):
        app.test_client().get("/")


def test_elsewhere_a_wrong_setting_stops_the_start_and_is_named(monkeypatch):
    monkeypatch.delenv("FLASK_RUN_FROM_CLI", raising=False)
    monkeypatch.setenv("SAD_ENV", "production")
    for name in ("SAD_DATABASE_URL", "SAD_SECRET_KEY", "SAD_SEAL_KEY_FILE", "SAD_BASE_URL", "SAD_SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match="SAD_BASE_URL"):
        create_app()


def test_preparing_twice_keeps_the_first_settings(app, settings):
    app.prepare()
    assert app.settings is settings


def test_a_long_menu_stands_under_the_account_and_says_what_waits(app, somebody, monkeypatch):
    entries = tuple(Entry(f"Page {n}", "public.rules", lambda: 3) for n in range(4))
    monkeypatch.setattr(procurement, "NAVIGATION", entries)
    client = app.test_client()
    sign_in(client, somebody["agent"])
    html = client.get("/compte").text
    check(html)
    assert html.index("Se déconnecter") < html.index("Page 0")
    assert html.count(" en attente</span>") == 4
