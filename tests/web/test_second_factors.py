"""A code at sign-in and before grave acts, through the pages: put in place, asked, refused, rescued, taken away."""

import base64
import contextlib
import dataclasses
import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import segno
from sqlalchemy import func, select

from sad import clock, db
from sad.actions.rescue_codes import make_rescue_codes
from sad.actions.second_factors import MOST_MISSES
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import LoginAttempt, Person, Role
from sad.trust.one_time_codes import NOBODY
from sad.web.account.sessions import WRONG
from sad.web.factors import CODE_LASTS, GRAVE_ACTS
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.second_factors import SEAL_KEY, give_factor, shown, wrong
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import is_in
from tests.web.test_shell import check

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STALE = AT + CODE_LASTS + timedelta(microseconds=1)
KEY = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")
PAPER = re.compile(r"<code>([^<]+)</code>")
NEW = "cinq pommes dans la brouette"


def kept(make):
    """What is made, readable whatever the requests that follow do with the session."""
    with db.transaction():
        made = make()
    db.session.expunge_all()
    return made


@pytest.fixture
def aline(database):
    """An administrator, who may give roles: a grave act."""
    return kept(lambda: make_person(make_organisation(name="Agglo"), Role.ADMINISTRATOR, name="Aline", email="aline@agglo.example"))


@pytest.fixture
def nadia(database):
    return kept(lambda: make_person(name="Nadia", email="nadia@ferme.example"))


@pytest.fixture
def key(aline):
    return kept(lambda: give_factor(again(aline)))


@pytest.fixture
def paul(aline):
    """An agent of the same house, to whom a role is given."""
    return kept(lambda: make_person(again(aline).organisation, name="Paul", email="paul@agglo.example"))


@pytest.fixture
def in_production(app):
    """The same application as it is served for good."""
    app.settings, app.is_checked = dataclasses.replace(app.settings, environment="production"), True


def come(client, person, code="", at=AT, **options):
    with clock.frozen(at):
        return client.post("/connexion", data={"email": person.email, "password": PASSWORD, "code": code}, **options)


def ask(client, method, path, at=AT, **data):
    with clock.frozen(at):
        return client.open(path, method=method, data=data or None)


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def roles_of(person: Person) -> list[str]:
    db.session.remove()
    return [held.role for held in db.session.get(Person, person.id).roles]


def test_an_application_is_put_in_place_and_then_asked(app, aline):
    with app.test_client() as client:
        come(client, aline)
        assert ask(client, "POST", "/compte/application/commencer", current="pas le bon").status_code == 422
        assert ask(client, "POST", "/compte/application/commencer", current=PASSWORD).location == "/compte/application"
        page = ask(client, "GET", "/compte/application")
        assert page.headers["Cache-Control"] == "no-store"
        secret = base64.b32decode(KEY.search(page.text)[0].replace(" ", ""))
        again = ask(client, "POST", "/compte/application/confirmer", code=wrong(secret, AT))
        assert again.status_code == 422 and "pas le code du moment" in again.text and KEY.search(again.text)
        assert ask(client, "POST", "/compte/application/confirmer", code=shown(secret, AT)).location == "/compte/codes-de-secours"
        assert not KEY.search(ask(client, "GET", "/compte/application").text)
    other = app.test_client()
    assert come(other, aline).status_code == 422
    assert come(other, aline, shown(secret, AT, steps=1)).location == "/accueil"


def test_whatever_is_wrong_the_answer_is_the_same(client, aline, nadia, key):
    """An unknown address, a wrong password with a good code, a good password with a wrong code, none, or one that served."""
    come(client.application.test_client(), aline, shown(key, AT))
    tries = [
        ("inconnue@agglo.example", PASSWORD, shown(key, AT)),
        (aline.email, "un autre secret", shown(key, AT, steps=1)),
        (aline.email, PASSWORD, wrong(key, AT)),
        (aline.email, PASSWORD, ""),
        (aline.email, PASSWORD, shown(key, AT)),
        (aline.email, PASSWORD, "ABCD EFGH JKLM"),
        (nadia.email, "un autre secret", ""),
    ]
    answers = set()
    for email, password, code in tries:
        answer = ask(client, "POST", "/connexion", email=email, password=password, code=code)
        typed = answer.text.replace(email, "").replace(f'value="{code}"', "").replace('value=""', "")
        answers.add((answer.status_code, re.sub(r"\s+", " ", typed)))
        assert not is_in(client)
    assert len(answers) == 1
    ((status, page),) = answers
    assert status == 422 and WRONG in html.unescape(page)


def test_a_wrong_password_costs_the_same_checks_as_a_wrong_code(client, aline, key, monkeypatch):
    """No clock can tell them apart: the password is hashed once and the figures are compared once, whoever it is."""
    done = []
    accounts, factors = "sad.actions.accounts.verify_password", "sad.actions.second_factors.step_of"
    monkeypatch.setattr(accounts, lambda hashed, password: done.append("password") or (password == PASSWORD and hashed is not None))
    monkeypatch.setattr(factors, lambda secret, typed, *, at: done.append("nobody" if secret == NOBODY else "own"))
    for email, password, key_used in [("x@y.example", PASSWORD, "nobody"), (aline.email, "faux", "nobody"), (aline.email, PASSWORD, "own")]:
        done.clear()
        ask(client, "POST", "/connexion", email=email, password=password, code="123456")
        assert done == ["password", key_used]


def test_a_code_serves_one_sign_in(app, aline, key):
    assert come(app.test_client(), aline, shown(key, AT)).status_code == 302
    assert come(app.test_client(), aline, shown(key, AT)).status_code == 422
    assert come(app.test_client(), aline, shown(key, AT, steps=1)).status_code == 302


def test_wrong_codes_slow_the_application_but_neither_the_paper_nor_who_is_inside(app, aline, key):
    with db.transaction():
        paper = make_rescue_codes(aline, seal_key=SEAL_KEY, by=aline, at=AT)
    inside, thief, owner = app.test_client(), app.test_client(), app.test_client()
    come(inside, aline, shown(key, AT, steps=-1))
    for n in range(MOST_MISSES):
        come(thief, aline, wrong(key, AT), environ_base={"REMOTE_ADDR": f"192.0.2.{n}"})
    assert come(owner, aline, shown(key, AT), environ_base={"REMOTE_ADDR": "198.51.100.1"}).status_code == 422
    assert is_in(inside)
    assert come(owner, aline, paper[0], environ_base={"REMOTE_ADDR": "198.51.100.1"}).status_code == 302
    db.session.rollback()
    assert set(db.session.scalars(select(Letter.kind))) >= {"codes_missed", "rescue_code_used"}


def test_a_new_password_by_mail_does_not_go_round_the_code(client, aline, key):
    ask(client, "POST", "/compte/mot-de-passe-oublie", email=aline.email)
    db.session.rollback()
    path = db.session.scalars(select(Letter).where(Letter.kind == "password_reset")).one().secret.removeprefix("http://localhost")
    assert ask(client, "POST", path, password=NEW, again=NEW).location == "/connexion"
    assert not is_in(client)


def test_production_leads_every_agent_to_set_one_up_before_anything_else(client, aline, in_production):
    come(client, aline)
    for path in ("/accueil", "/administration/", "/compte", "/compte/codes-de-secours"):
        assert client.get(path).location == "/compte/application", path
    assert client.post("/compte/mot-de-passe", data={"current": PASSWORD}).location == "/compte/application"
    page = client.get("/compte/application")
    assert "la première chose à faire" in page.text
    check(page.data)
    assert client.get("/regles").status_code == 200
    assert client.post("/deconnexion").status_code == 302


def test_production_lets_in_agents_with_a_code_and_suppliers_without(app, aline, nadia, key, in_production):
    agent, supplier = app.test_client(), app.test_client()
    come(agent, aline, shown(key, AT))
    come(supplier, nadia)
    with clock.frozen(AT):
        assert agent.get("/administration/").status_code in (200, 302)
        assert agent.get("/administration/").location != "/compte/application"
    assert is_in(supplier)


def test_development_leaves_it_optional(client, aline):
    come(client, aline)
    assert client.get("/compte").status_code == 200


def test_pages_of_applications_are_for_agents(client, nadia):
    come(client, nadia)
    for path in ("/compte/application", "/compte/application/retirer"):
        assert client.get(path).status_code == 403
    assert "Code de mon application" not in client.get("/compte").text


def granting(client, paul, at, **more):
    return ask(client, "POST", f"/administration/personnes/{paul.id}", at, role="buyer", service_id="", **more)


@pytest.mark.parametrize("at, is_asked", [(AT, False), (AT + CODE_LASTS, False), (STALE, True)])
def test_a_grave_act_asks_for_a_code_older_than_a_quarter_of_an_hour(client, aline, key, paul, at, is_asked):
    come(client, aline, shown(key, AT))
    answer = granting(client, paul, at)
    assert (answer.status_code == 200 and "Encore un code" in answer.text) == is_asked
    assert roles_of(paul) == ([] if is_asked else ["buyer"])


def test_what_was_typed_travels_with_the_code_and_the_act_is_then_done(client, aline, key, paul):
    come(client, aline, shown(key, AT))
    address = f"/administration/personnes/{paul.id}"
    asked = ask(client, "POST", address, STALE, role="buyer", service_id="", note='« "à garder" » <b>')
    check(asked.data)
    sent = {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text)}
    assert sent.pop("csrf_token")  # of the page itself
    assert sent == {"role": "buyer", "service_id": "", "note": '« "à garder" » <b>'}
    refused = ask(client, "POST", address, STALE, **sent, second_code=wrong(key, STALE))
    assert refused.status_code == 422 and 'value="buyer"' in refused.text
    assert roles_of(paul) == []
    assert ask(client, "POST", address, STALE, **sent, second_code=shown(key, STALE)).status_code == 302
    assert roles_of(paul) == ["buyer"]
    done = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq.desc()).limit(2)).all()
    assert done == ["grant_role", "give_code_again"]
    assert granting(client, paul, STALE + CODE_LASTS).status_code != 200


def test_a_code_that_opened_the_session_does_not_serve_again_for_an_act(client, aline, key, paul):
    late = AT + CODE_LASTS + timedelta(seconds=1)
    come(client, aline, shown(key, AT))
    assert granting(client, paul, late, second_code=shown(key, AT)).status_code == 422
    assert roles_of(paul) == []


def test_who_has_no_application_is_not_asked(client, aline, paul):
    come(client, aline)
    assert granting(client, paul, STALE).status_code == 302


def test_an_act_asks_for_the_token_of_the_form_before_any_code(app, aline, key, paul):
    client = app.test_client()
    come(client, aline, shown(key, AT))
    app.config.update(WTF_CSRF_ENABLED=True)
    assert granting(client, paul, STALE, second_code=shown(key, STALE)).status_code == 400
    assert "give_code_again" not in db.session.scalars(select(JournalEntry.action)).all()


def test_too_many_wrong_codes_before_an_act_are_said_and_the_paper_still_serves(client, aline, key, paul):
    with db.transaction():
        paper = make_rescue_codes(aline, seal_key=SEAL_KEY, by=aline, at=AT)
    come(client, aline, shown(key, AT))
    for _ in range(MOST_MISSES):
        answer = granting(client, paul, STALE, second_code=wrong(key, STALE))
    assert "Trop de codes faux" in answer.text
    assert granting(client, paul, STALE, second_code=shown(key, STALE)).status_code == 422
    assert granting(client, paul, STALE, second_code=paper[0]).status_code == 302


def test_every_grave_act_is_an_address_that_takes_a_post(app):
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert posts >= GRAVE_ACTS


def test_grave_acts_carry_no_file_which_a_page_could_not_send_again(app):
    modules = {app.view_functions[endpoint].__module__ for endpoint in GRAVE_ACTS}
    assert not any("Files" in name for module in modules for name in vars(__import__(module, fromlist=["_"])))


@pytest.mark.parametrize("who", ["agent", "supplier"])
def test_rescue_codes_are_made_after_the_password_shown_once_and_printable(client, aline, nadia, who):
    come(client, aline if who == "agent" else nadia)
    check(client.get("/compte/codes-de-secours").data)
    assert not PAPER.search(ask(client, "POST", "/compte/codes-de-secours", current="pas le bon").text)
    made = ask(client, "POST", "/compte/codes-de-secours", current=PASSWORD)
    check(made.data)
    assert len(set(PAPER.findall(made.text))) == 10
    assert made.headers["Cache-Control"] == "no-store"
    after = client.get("/compte/codes-de-secours").text
    assert not PAPER.search(after) and "10 encore bons" in after


def rescue(client, email, code, at=AT):
    return ask(client, "POST", "/compte/entrer-par-un-code-de-secours", at, email=email, code=code, password=NEW, again=NEW)


def test_a_supplier_comes_in_by_a_rescue_code_when_no_mail_arrives_once(app, nadia):
    with db.transaction():
        code = make_rescue_codes(nadia, seal_key=SEAL_KEY, by=nadia, at=AT)[0]
    client = app.test_client()
    check(client.get("/compte/entrer-par-un-code-de-secours").data)
    assert rescue(client, nadia.email.upper(), code.lower()).location == "/accueil"
    assert is_in(client)
    assert rescue(app.test_client(), nadia.email, code).status_code == 422


def test_the_page_of_rescue_codes_answers_the_same_to_all_it_does_not_let_in(client, aline, nadia):
    with db.transaction():
        agent = make_rescue_codes(aline, seal_key=SEAL_KEY, by=aline, at=AT)[0]
        good = make_rescue_codes(nadia, seal_key=SEAL_KEY, by=nadia, at=AT)[0]
    tries = [("inconnue@ferme.example", good), (nadia.email, "ABCD EFGH JKLM"), (aline.email, agent), (aline.email, good)]
    answers = {(a.status_code, a.text.replace(e, "").replace(c, "")) for e, c in tries if (a := rescue(client, e, c))}
    assert len(answers) == 1
    assert not is_in(client)
    assert count(LoginAttempt) == len(tries)


def test_guessing_rescue_codes_is_slowed(client, nadia):
    answers = [rescue(client, nadia.email, "ABCD EFGH JKLM").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_the_application_goes_with_the_password_and_a_code(client, aline, key):
    come(client, aline, shown(key, AT))
    check(ask(client, "GET", "/compte/application/retirer").data)
    good = shown(key, AT, steps=1)
    for current, code in [(PASSWORD, wrong(key, AT)), ("pas le bon", good), (PASSWORD, shown(key, AT))]:
        assert ask(client, "POST", "/compte/application/retirer", current=current, code=code).status_code == 422
    assert ask(client, "POST", "/compte/application/retirer", current=PASSWORD, code=good).location == "/compte/application"
    assert come(client.application.test_client(), aline).status_code == 302


def test_an_administrator_takes_away_the_lost_application_of_another(app, aline, paul):
    with db.transaction():
        give_factor(again(paul))
    client = app.test_client()
    come(client, aline)
    assert "Retirer son application" in ask(client, "GET", f"/administration/personnes/{paul.id}").text
    path = f"/administration/personnes/{paul.id}/application/retirer"
    page = ask(client, "GET", path)
    check(page.data)
    assert "Aline a retiré" in page.text
    assert client.get(f"/administration/personnes/{aline.id}/application/retirer").location == "/compte/application/retirer"
    assert ask(client, "POST", path).status_code == 302
    assert come(app.test_client(), paul).status_code == 302
    assert ask(client, "POST", path).status_code == 422


def test_a_second_factor_costs_no_statement_to_the_pages(app, aline, key):
    client = app.test_client()
    come(client, aline, shown(key, AT))
    with clock.frozen(AT), statements_of(app.engine) as found, contextlib.closing(client.get("/compte")):
        pass
    assert sum("second_factors" in each for each in found) == 1  # beside the person, in the statement that loads it


def test_the_key_is_shown_as_a_picture_drawn_in_the_page_and_kept_by_no_browser(client, aline):
    come(client, aline)
    ask(client, "POST", "/compte/application/commencer", current=PASSWORD)
    page = ask(client, "GET", "/compte/application")
    address = html.unescape(re.search(r'href="(otpauth://[^"]*)"', page.text)[1])
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=4, light="#fff", title="QR code de la clé")
    assert drawn in page.text and "style=" not in drawn and "<image" not in drawn
    assert page.headers["Cache-Control"] == "no-store"
