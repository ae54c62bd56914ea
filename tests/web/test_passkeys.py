"""Passkeys: made, used to come in and before grave acts, taken away; nothing else than the key and its owner opens."""

import dataclasses
import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sad import clock, db
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.passkeys import Passkey
from sad.models.people import Person, Role
from sad.trust.webauthn import may_have_passkeys
from sad.web.factors import CODE_LASTS, GRAVE_ACTS
from tests.factories.authenticator import PRESENT, VERIFIED, Authenticator
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.second_factors import give_factor, shown

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
KEYS, DOOR = "/compte/cles-d-acces", "/connexion/cle-d-acces"
SECOND = timedelta(seconds=1)
EMPTY = '{"id":"AA","rawId":"AA","type":"public-key","response":{}}'
MADE_UP = ["", "{}", "[]", "null", "x", "[" * 15000, EMPTY, "a" * 30000]
ADDRESSES = [
    ("https://achats.example", True),
    ("http://localhost:8000", True),
    ("http://achats.example", False),
    ("https://192.0.2.7", False),
    ("https://[2001:db8::1]", False),
    ("http://127.0.0.1:8000", False),
]


@pytest.fixture
def email(database):
    with db.transaction():
        return make_person(make_organisation(), Role.ADMINISTRATOR, name="Aline", email="aline@agglo.example").email


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


def question(answer) -> str:
    return html.unescape(re.search(r'data-options="([^"]*)"', answer.text)[1])


def add(client, key, *, name="Téléphone", password=PASSWORD, answer=None, **lies):
    asked = question(client.get(KEYS))
    sent = key.make(asked, **lies) if answer is None else answer
    return client.post(KEYS, data={"current": password, "name": name, "passkey_answer": sent})


def enter(client, key, *, wait=SECOND, **lies):
    with clock.frozen(AT + wait):
        asked = question(client.get(DOOR))
        return client.post(DOOR, data={"passkey_answer": key.answer(asked, **lies)})


@pytest.fixture
def inside(app, email):
    client = app.test_client()
    client.post("/connexion", data={"email": email, "password": PASSWORD})
    return client


@pytest.fixture
def key(inside):
    made = Authenticator()
    assert add(inside, made).status_code == 302
    return made


def is_in(client) -> bool:
    return client.get("/compte").status_code == 200


def rows(model=Passkey):
    db.session.rollback()
    return db.session.scalars(select(model).order_by(model.id)).all()


@pytest.mark.parametrize("address, allowed", ADDRESSES)
def test_keys_are_offered_where_browsers_make_them(address, allowed):
    assert may_have_passkeys(address) == allowed


def test_a_key_opens_the_account_without_a_password(app, inside, key):
    assert "Téléphone" in inside.get(KEYS).text
    visitor = app.test_client()
    assert "Entrer avec une clé d’accès" in visitor.get("/connexion").text
    assert enter(visitor, key).location == "/accueil" and is_in(visitor)
    assert [each.kind for each in rows(Letter)] == ["passkey_added"]
    done = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)).all()
    assert done == ["open_session", "add_passkey", "use_passkey", "open_session"]


@pytest.mark.parametrize(
    "lies",
    [
        {"origin": "https://hameconnage.example"},
        {"origin": "http://localhost:9999"},
        {"site": "hameconnage.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"flags": 0},
    ],
)
def test_a_key_that_answers_for_another_site_or_without_its_owner_opens_nothing(app, inside, key, lies):
    visitor = app.test_client()
    assert enter(visitor, key, **lies).status_code == 422 and not is_in(visitor)
    assert add(inside, Authenticator(), **lies).status_code == 422 and len(rows()) == 1


@pytest.mark.parametrize("sent", MADE_UP)
def test_what_is_no_answer_is_refused_in_words(app, inside, sent):
    visitor = app.test_client()
    visitor.get(DOOR)
    refused = visitor.post(DOOR, data={"passkey_answer": sent})
    assert refused.status_code == 422 and "n’a pas prouvé que c’était vous" in refused.text
    refused = add(inside, Authenticator(), answer=sent)
    assert refused.status_code == 422 and rows() == []


def test_an_answer_serves_once_and_within_five_minutes(app, key):
    visitor, thief = app.test_client(), app.test_client()
    with clock.frozen(AT + SECOND):
        asked = question(visitor.get(DOOR))
        copied = visitor.get_cookie("sad").value
        answer = key.answer(asked)
        assert visitor.post(DOOR, data={"passkey_answer": answer}).status_code == 302
        thief.set_cookie("sad", copied)
        assert thief.post(DOOR, data={"passkey_answer": answer}).status_code == 422 and not is_in(thief)
    late = app.test_client()
    with clock.frozen(AT + timedelta(minutes=1)):
        asked = question(late.get(DOOR))
    with clock.frozen(AT + timedelta(minutes=6, microseconds=1)):
        assert late.post(DOOR, data={"passkey_answer": key.answer(asked)}).status_code == 422


def test_a_copied_key_is_found_by_its_counter(app, inside):
    key = Authenticator(counts=True)
    add(inside, key)
    assert enter(app.test_client(), key).status_code == 302
    assert enter(app.test_client(), key, wait=2 * SECOND).status_code == 302
    key.counter = 0
    assert enter(app.test_client(), key, wait=3 * SECOND).status_code == 422
    assert rows()[0].counter == 2


def test_another_key_under_the_same_id_opens_nothing(app, key):
    false = Authenticator()
    false.id = key.id
    assert enter(app.test_client(), false).status_code == 422


def test_a_closed_account_is_not_opened_by_its_key(app, email, key):
    with db.transaction():
        db.session.scalars(select(Person).where(Person.email == email)).one().is_active = False
    assert enter(app.test_client(), key).status_code == 422


def test_a_key_asks_for_the_password_and_a_name_and_is_known_once(inside, key):
    assert add(inside, Authenticator(), password="au hasard").status_code == 422
    assert add(inside, Authenticator(), name="  ").status_code == 422
    assert "déjà connue" in add(inside, key).text
    assert len(rows()) == 1


def test_a_key_taken_away_opens_nothing_and_others_keys_do_not_exist(app, inside, key):
    with db.transaction():
        other = make_person(email="nadia@ferme.example").email
    theirs = app.test_client()
    theirs.post("/connexion", data={"email": other, "password": PASSWORD})
    number = rows()[0].id
    assert theirs.post(f"{KEYS}/retirer", data={"number": number}).status_code == 404
    assert inside.post(f"{KEYS}/retirer", data={"number": number}).location == KEYS
    assert rows() == [] and enter(app.test_client(), key).status_code == 422
    assert [each.kind for each in rows(Letter)] == ["passkey_added", "passkey_removed"]


def test_where_browsers_make_no_key_the_pages_are_not_there(app, inside):
    app.settings = dataclasses.replace(app.settings, base_url="http://achats.example")
    assert inside.get(KEYS).status_code == 404 and app.test_client().get(DOOR).status_code == 404
    assert "Clés d’accès" not in inside.get("/compte").text and "clé d’accès" not in app.test_client().get("/connexion").text


@pytest.mark.parametrize("whose, passes", [("own", True), ("another's", False)])
def test_before_a_grave_act_a_key_of_its_own_stands_for_the_code(app, email, inside, key, whose, passes):
    with db.transaction():
        secret = give_factor(db.session.scalars(select(Person).where(Person.email == email)).one(), at=AT)
        other = make_person(email="nadia@ferme.example").email
    used = key
    if whose != "own":
        used, theirs = Authenticator(), app.test_client()
        theirs.post("/connexion", data={"email": other, "password": PASSWORD})
        add(theirs, used)
    agent = app.test_client()
    agent.post("/connexion", data={"email": email, "password": PASSWORD, "code": shown(secret, AT, steps=1)})
    later = AT + CODE_LASTS + SECOND
    with clock.frozen(later):
        rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == "admin.create_agent")
        assert "admin.create_agent" in GRAVE_ACTS
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        page = agent.post(path, data={"name": "Paul"})
        assert "Encore un code" in page.text and "Utiliser ma clé d’accès" in page.text
        answer = agent.post(path, data={"name": "Paul", "passkey_answer": used.answer(question(page))})
    assert ("Encore un code" not in answer.text) == passes
