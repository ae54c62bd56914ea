"""A device where a supplier is not known: the password and a code by e-mail, or a rescue code; never e-mail alone on the last day."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock, db
from sad.actions import known_devices as acts
from sad.actions.rescue_codes import make_rescue_codes
from sad.models.invitations import Invitation
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.sign_ins import DeviceCode, KnownDevice
from sad.models.suppliers import Supplier
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.suppliers import member_of

AT = CLOSES - timedelta(days=3)
INSTANT = timedelta(microseconds=1)
MOMENTS = [(timedelta(hours=24), False), (timedelta(), False), (timedelta(hours=24) + INSTANT, True), (-INSTANT, True)]
DOOR, CODE, AGAIN = "/connexion", "/connexion/nouvel-appareil", "/connexion/autre-code"


@pytest.fixture
def email(database):
    """A supplier's person, invited to a mini-tender that closes three days later."""
    with db.transaction():
        mini_tender = make_published(suppliers=1)
        supplier = db.session.scalars(select(Supplier).join(Invitation).where(Invitation.mini_tender_id == mini_tender.id)).one()
        return member_of(supplier).email


@pytest.fixture
def phone(app):
    """A browser of the application from which mail leaves."""
    app.settings = dataclasses.replace(app.settings, smtp_url="smtp://localhost:2525")
    return app.test_client()


@pytest.fixture(autouse=True)
def today():
    with clock.frozen(AT):
        yield


def person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()


def knock(client, email, code="", password=PASSWORD):
    return client.post(DOOR, data={"email": email, "password": password, "code": code})


def type_in(client, code):
    return client.post(CODE, data={"code": code})


def letters(kind="device_code") -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def done() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)))


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def paper(email) -> list[str]:
    with db.transaction():
        return make_rescue_codes(person(email), seal_key=SEAL_KEY, by=person(email), at=AT)


def is_in(client) -> bool:
    return client.get("/compte").status_code == 200


def test_the_first_time_takes_a_code_and_the_next_ones_do_not(phone, email):
    assert knock(phone, email).location == CODE
    assert not is_in(phone)
    page = phone.get(CODE).text
    assert email in page and "Prenez votre feuille de codes de secours" in page
    letter, = letters()
    assert letter.secret.isdecimal() and len(letter.secret) == 6 and letter.secret not in letter.body and "[lien]" in letter.body
    assert type_in(phone, letter.secret).location == "/accueil"
    assert is_in(phone)
    phone.post("/deconnexion")
    assert knock(phone, email).location == "/accueil" and len(letters()) == 1
    assert [name for name in done() if "device" in name] == ["send_device_code", "use_device_code", "remember_device"]


def test_the_cookie_of_the_device_is_out_of_reach_of_scripts_and_nothing_without_the_password(phone, app, email):
    knock(phone, email)
    answer = type_in(phone, letters()[0].secret)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("sad-device="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=31536000" in cookie
    copied = app.test_client()
    copied.set_cookie("sad-device", phone.get_cookie("sad-device").value)
    assert not is_in(copied) and knock(copied, email, password="au hasard").status_code == 422
    assert db.session.scalars(select(KnownDevice)).one().token_hash not in cookie


@pytest.mark.parametrize("cookie", ["", ".", "a" * 3000, ".".join("abcdefgh"), "é\N{FACE WITH COLD SWEAT}"])
def test_a_made_up_cookie_is_no_device(phone, email, cookie):
    phone.set_cookie("sad-device", cookie)
    assert knock(phone, email).location == CODE


def test_a_token_that_was_there_before_never_becomes_the_persons(phone, app, email):
    phone.set_cookie("sad-device", "plante-par-un-autre")
    knock(phone, email)
    type_in(phone, letters()[0].secret)
    thief = app.test_client()
    thief.set_cookie("sad-device", "plante-par-un-autre")
    assert knock(thief, email).location == CODE


def test_two_people_who_share_a_browser_are_both_known_there(phone, email):
    with db.transaction():
        other = make_person(email="cousin@ferme.example").email
    for each in (email, other, email, other):
        phone.post("/deconnexion")
        if knock(phone, each).location == CODE:
            type_in(phone, letters()[-1].secret)
        assert is_in(phone)
    assert len(letters()) == 2


@pytest.mark.parametrize("way", ["own form", "with the password"])
def test_a_rescue_code_replaces_the_mail(phone, email, way):
    code, *_ = paper(email)
    if way == "own form":
        knock(phone, email)
        assert type_in(phone, code.lower()).location == "/accueil"
    else:
        assert knock(phone, email, code).location == "/accueil"
    assert is_in(phone) and len(letters("rescue_code_used")) == 1


def test_a_wrong_code_says_so_and_five_end_it_but_not_the_paper(phone, email):
    code, *_ = paper(email)
    knock(phone, email)
    sent = letters()[0].secret
    for _ in range(acts.MOST_TRIES):
        assert type_in(phone, other_than(sent)).status_code == 422
    refused = type_in(phone, sent)
    assert refused.status_code == 422 and "Aucun code envoyé ne sert plus ici" in refused.text
    assert type_in(phone, "KKKK KKKK KKKK").status_code == 422
    assert not is_in(phone)
    assert type_in(phone, code).status_code == 302 and is_in(phone)


def test_a_hundred_guesses_at_once_have_five_tries(phone, email):
    knock(phone, email)
    number = db.session.scalars(select(DeviceCode.id)).one()
    wrong = other_than(letters()[0].secret)
    db.session.remove()

    def guess(_turn) -> bool:
        with clock.frozen(AT), db.transaction():
            found = acts.use_device_code(db.session.get_one(DeviceCode, number), wrong, seal_key=SEAL_KEY, at=AT)
        db.session.remove()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(guess, range(20)))
    assert db.session.get_one(DeviceCode, number).tries == acts.MOST_TRIES


def test_a_code_serves_once_for_ten_minutes_and_the_last_one_alone(phone, app, email):
    knock(phone, email)
    assert phone.post(AGAIN).location == CODE
    first, second = (letter.secret for letter in letters())
    if first != second:
        assert type_in(phone, first).status_code == 422
    with clock.frozen(AT + acts.CODE_LASTS + timedelta(microseconds=1)):
        assert type_in(phone, second).location == DOOR
    with clock.frozen(AT + acts.CODE_LASTS):
        knock(phone, email)
        third = letters()[-1].secret
        again = app.test_client()
        again.set_cookie("sad", phone.get_cookie("sad").value)
        assert type_in(phone, third).status_code == 302
        assert type_in(again, third).location == DOOR and not is_in(again)


def test_five_codes_an_hour_are_sent_then_the_paper_alone_opens(phone, email):
    code, *_ = paper(email)
    for _ in range(acts.MOST_SENT + 2):
        knock(phone, email)
    assert len(letters()) == acts.MOST_SENT
    assert "Écrivez un code de secours" in phone.get(CODE).text
    for guess in ("000000", "123456", ""):
        assert type_in(phone, guess).status_code == 422
    assert type_in(phone, code).status_code == 302 and is_in(phone)
    with clock.frozen(AT + acts.SENT_COUNT_FOR):
        phone.post("/deconnexion")
        phone.delete_cookie("sad-device")
        knock(phone, email)
    assert len(letters()) == acts.MOST_SENT + 1


def test_a_new_password_ends_the_code_that_waits(phone, app, email):
    inside = app.test_client()
    knock(inside, email)
    type_in(inside, letters()[0].secret)
    knock(phone, email)
    new = "cinq pommes dans la brouette"
    inside.post("/compte/mot-de-passe", data={"current": PASSWORD, "password": new, "again": new})
    assert type_in(phone, letters()[-1].secret).location == DOOR
    assert not is_in(phone) and is_in(inside)


@pytest.mark.parametrize("unknown", ["inconnue@ferme.example", None])
def test_a_wrong_pair_sends_nothing_and_leads_nowhere(phone, email, unknown):
    answer = knock(phone, unknown or email, password="un autre")
    assert answer.status_code == 422 and letters() == []
    assert phone.get(CODE).location == DOOR and phone.post(AGAIN).location == DOOR


def test_a_code_of_one_is_nothing_to_another(phone, app, email):
    with db.transaction():
        other = make_person(email="cousin@ferme.example").email
    theirs = app.test_client()
    knock(phone, email), knock(theirs, other)
    mine, cousins = (letter.secret for letter in letters())
    if mine != cousins:
        assert type_in(phone, cousins).status_code == 422
    assert type_in(theirs, cousins).status_code == 302


@pytest.mark.parametrize("left, asked", MOMENTS)
def test_on_the_last_day_no_mail_is_the_only_way_in(phone, email, left, asked):
    with clock.frozen(CLOSES - left):
        assert (knock(phone, email).location == CODE) == asked
        assert is_in(phone) != asked
    assert len(letters("let_in_without_code")) == (0 if asked else 1)


def test_on_the_last_day_who_has_the_paper_is_asked_for_it(phone, email):
    code, *_ = paper(email)
    with clock.frozen(CLOSES - timedelta(hours=1)):
        assert knock(phone, email).location == CODE
        assert type_in(phone, code).status_code == 302 and is_in(phone)


def test_on_the_last_day_of_others_the_code_is_asked(phone, email):
    with db.transaction():
        other = make_person(email="cousin@ferme.example").email
    with clock.frozen(CLOSES - timedelta(hours=1)):
        assert knock(phone, other).location == CODE


def test_agents_and_a_service_that_sends_no_mail_are_asked_for_none(phone, app, email):
    with db.transaction():
        buyer = make_person(make_organisation(), Role.BUYER).email
    assert knock(app.test_client(), buyer).location == "/accueil"
    app.settings = dataclasses.replace(app.settings, smtp_url=None)
    assert knock(phone, email).location == "/accueil" and letters() == []


def test_a_link_received_by_mail_or_a_rescue_code_makes_the_device_known(phone, email):
    phone.post("/compte/mot-de-passe-oublie", data={"email": email})
    link = letters("password_reset")[0].secret.removeprefix("http://localhost")
    new = "cinq pommes dans la brouette"
    phone.post(link, data={"password": new, "again": new})
    assert is_in(phone)
    phone.post("/deconnexion")
    assert knock(phone, email, password=new).location == "/accueil"


def test_the_page_that_was_asked_comes_after_the_code(phone, email):
    answer = phone.post(DOOR, query_string={"next": "/fournisseur/"}, data={"email": email, "password": PASSWORD})
    assert answer.location == f"{CODE}?next=/fournisseur/"
    assert phone.post(answer.location, data={"code": letters()[0].secret}).location == "/fournisseur/"
