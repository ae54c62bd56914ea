"""Sessions one by one: listed, ended, over by themselves, refused at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sad import clock, db
from sad.domain import sessions
from sad.models.journal import JournalEntry
from sad.models.people import Role
from sad.models.sign_ins import KnownDevice, SignIn
from sad.web.devices import device_words
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.suppliers import make_supplier, member_of

pytestmark = pytest.mark.session_limits
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ANDROID = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0"
LIMITS = [("supplier", sessions.SUPPLIER), ("buyer", sessions.AGENT), ("administrator", sessions.ADMINISTRATOR)]
AGENTS = [
    (ANDROID, "Firefox, sur Android"),
    (WINDOWS, "Edge, sur Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1", "Safari, sur iPhone"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/130.0 Safari/604.1", "Chrome, sur iPhone"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Safari, sur Mac"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox, sur Linux"),
    ("Mozilla/5.0 (Linux; Android 13; SM-S901B) SamsungBrowser/24.0 Chrome/117.0 Mobile Safari/537.36", "Samsung Internet, sur Android"),
    ("curl/8.5.0", "Navigateur inconnu"),
    ("<script>alert(1)</script>", "Navigateur inconnu"),
    ("", "Navigateur inconnu"),
]


def come_in(app, email, *, agent=ANDROID):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    assert client.post("/connexion", data={"email": email, "password": PASSWORD}).status_code == 302
    return client


def is_in(client) -> bool:
    return client.get("/compte").status_code == 200


def rows(model=SignIn):
    db.session.rollback()
    return db.session.scalars(select(model).order_by(model.id)).all()


@pytest.fixture
def people(database):
    with db.transaction():
        agglo = make_organisation(name="Agglo du Vercors")
        return {
            "supplier": member_of(make_supplier()).email,
            "buyer": make_person(agglo, Role.BUYER).email,
            "administrator": make_person(agglo, Role.ADMINISTRATOR).email,
        }


@pytest.mark.parametrize("sent, said", AGENTS)
def test_a_browser_is_told_in_words_that_a_person_recognises(sent, said):
    assert device_words(sent) == said


def test_each_session_is_listed_and_one_is_ended_at_once(app, people):
    phone, desk = come_in(app, people["supplier"]), come_in(app, people["supplier"], agent=WINDOWS)
    page = desk.get("/compte").text
    assert "Firefox, sur Android" in page and "Edge, sur Windows" in page and page.count("Cet appareil") == 1
    first = rows()[0]
    desk.post("/compte/connexion/fermer", data={"number": first.id})
    assert not is_in(phone) and is_in(desk)
    assert "Firefox, sur Android" not in desk.get("/compte").text
    assert [each.ended_at is None for each in rows()] == [False, True]
    assert [each.forgotten_at is None for each in rows(KnownDevice)] == [False, True]
    assert "end_session" in db.session.scalars(select(JournalEntry.action)).all()


def test_a_cookie_copied_before_signing_out_opens_nothing(app, people):
    here, thief = come_in(app, people["supplier"]), app.test_client()
    thief.set_cookie("sad", here.get_cookie("sad").value)
    assert is_in(thief)
    here.post("/deconnexion")
    assert not is_in(thief)


def test_a_cookie_of_another_session_or_of_none_opens_nothing(app, people):
    here = come_in(app, people["supplier"])
    come_in(app, people["buyer"])
    first, second = rows()
    with here.session_transaction() as kept:
        token = kept["_user_id"].partition(":")[2]
    for name in (f"{second.id}:{token}", f"{first.id}:", f"{first.id}:{first.token_hash}", f"0:{token}", "", ":", "x:y", str(first.id)):
        with here.session_transaction() as kept:
            kept["_user_id"] = name
        assert not is_in(here), name
    with here.session_transaction() as kept:
        kept["_user_id"] = f"{first.id}:{token}"
    assert is_in(here)


def test_the_sessions_and_devices_of_somebody_else_do_not_exist(app, people):
    come_in(app, people["supplier"])
    other = come_in(app, people["buyer"])
    sign_in, device = rows()[0], rows(KnownDevice)[0]
    assert other.post("/compte/connexion/fermer", data={"number": sign_in.id}).status_code == 404
    assert other.post("/compte/appareil/oublier", data={"number": device.id}).status_code == 404
    assert rows()[0].ended_at is None and rows(KnownDevice)[0].forgotten_at is None


@pytest.mark.parametrize("sent", [{}, {"number": ""}, {"number": "x"}, {"number": "0"}])
def test_a_form_that_names_no_session_changes_nothing(app, people, sent):
    client = come_in(app, people["supplier"])
    for address in ("/compte/connexion/fermer", "/compte/appareil/oublier"):
        assert client.post(address, data=sent).location == "/compte"
    assert is_in(client)


def test_nobody_ends_the_session_of_the_page_it_reads_by_mistake(app, people):
    client = come_in(app, people["supplier"])
    client.post("/compte/connexion/fermer", data={"number": rows()[0].id})
    client.post("/compte/appareil/oublier", data={"number": rows(KnownDevice)[0].id})
    assert is_in(client)


def test_the_others_are_ended_together_and_this_one_stays(app, people):
    here, phone, tablet = (come_in(app, people["supplier"]) for _ in range(3))
    here.post("/compte/autres-appareils")
    assert is_in(here) and not is_in(phone) and not is_in(tablet)
    assert [each.forgotten_at is None for each in rows(KnownDevice)] == [True, False, False]


def test_a_new_password_ends_the_others_and_forgets_their_devices(app, people):
    here, phone = come_in(app, people["supplier"]), come_in(app, people["supplier"])
    new = "cinq pommes dans la brouette"
    here.post("/compte/mot-de-passe", data={"current": PASSWORD, "password": new, "again": new})
    assert is_in(here) and not is_in(phone)
    assert [each.words for each in rows() if each.ended_at is None] == ["Firefox, sur Android"]


def test_a_device_that_is_forgotten_is_out_of_the_list(app, people):
    here, phone = come_in(app, people["supplier"]), come_in(app, people["supplier"], agent=WINDOWS)
    phone.post("/deconnexion")
    assert "Déconnecté, mais connu" in here.get("/compte").text
    here.post("/compte/appareil/oublier", data={"number": rows(KnownDevice)[1].id})
    assert "Edge, sur Windows" not in here.get("/compte").text


@pytest.mark.parametrize("who, limits", LIMITS)
def test_a_session_left_alone_is_over_by_its_role(app, people, who, limits):
    with clock.frozen(AT):
        client = come_in(app, people[who])
    with clock.frozen(AT + limits.idle):
        assert is_in(client)
    with clock.frozen(AT + limits.idle + limits.idle + timedelta(microseconds=1)):
        assert not is_in(client)


@pytest.mark.parametrize("who, limits", LIMITS)
def test_a_session_used_all_along_is_over_after_its_longest_time(app, people, who, limits):
    with clock.frozen(AT):
        client = come_in(app, people[who])
    for turn in range(1, int(limits.absolute / limits.idle) + 1):
        with clock.frozen(AT + turn * limits.idle):
            assert is_in(client)
    with clock.frozen(AT + limits.absolute + timedelta(seconds=1)):
        assert not is_in(client)


def test_being_there_is_written_every_five_minutes_and_no_oftener(app, people):
    with clock.frozen(AT):
        client = come_in(app, people["supplier"])
    for seconds, seen in ((299, 0), (300, 300), (301, 300), (599, 300), (600, 600)):
        with clock.frozen(AT + timedelta(seconds=seconds)):
            client.get("/compte")
        assert rows()[0].seen_at == AT + timedelta(seconds=seen)


def test_a_clock_that_goes_back_signs_nobody_out(app, people):
    with clock.frozen(AT):
        client = come_in(app, people["buyer"])
    with clock.frozen(AT - timedelta(days=2)):
        assert is_in(client)
        client.post("/deconnexion")
    assert not is_in(client)
