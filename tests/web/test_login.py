"""Coming in, going out, and getting back in."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, inspect, select

from sad import clock, db
from sad.actions import accounts
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import LoginAttempt, PasswordReset, Person, Role
from sad.trust.passwords import verify_password
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person

NEW = "cinq pommes dans la brouette"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def sign_in(client, person, password=PASSWORD, **options):
    # Asked again by its number: what the client did since may have let the row go.
    email = db.session.get_one(Person, inspect(person).identity[0]).email if isinstance(person, Person) else person.email
    return client.post("/connexion", data={"email": email, "password": password}, **options)


@pytest.fixture
def claire(database):
    with db.transaction():
        return make_person(make_organisation(name="Agglo du Vercors"), Role.BUYER, name="Claire", email="claire@agglo.example")


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def is_in(client) -> bool:
    return client.get("/compte").status_code == 200


def reset_path() -> str:
    db.session.rollback()
    letter = db.session.scalars(select(Letter).where(Letter.kind == "password_reset").order_by(Letter.id.desc())).first()
    assert letter.secret.startswith("http://localhost/compte/nouveau-mot-de-passe/")
    return letter.secret.removeprefix("http://localhost")


def test_the_right_password_opens_and_is_journalled(client, claire):
    assert sign_in(client, claire).location == "/accueil"
    assert "Claire" in client.get("/compte").text
    db.session.rollback()
    assert db.session.scalars(select(JournalEntry.action)).all() == ["open_session"]


def test_the_address_is_recognised_whatever_its_capitals_and_spaces(client, claire):
    client.post("/connexion", data={"email": "  Claire@AGGLO.example ", "password": PASSWORD})
    assert is_in(client)


@pytest.mark.parametrize("email", ["claire@agglo.example", "inconnue@agglo.example", "pas une adresse"])
def test_a_wrong_pair_says_the_same_whichever_half_is_wrong(client, claire, email):
    answer = client.post("/connexion", data={"email": email, "password": "un autre"})
    assert answer.status_code == 422
    assert "L’adresse, le mot de passe ou le code n’est pas le bon." in answer.text
    assert not is_in(client)
    assert count(LoginAttempt) == 1


def test_what_was_typed_stays_except_the_password(client, claire):
    answer = sign_in(client, claire, "un autre secret")
    assert 'value="claire@agglo.example"' in answer.text
    assert "un autre secret" not in answer.text


@pytest.mark.parametrize(
    "asked, given",
    [
        ("/regles?a=b", "/regles?a=b"),
        ("https://ailleurs.example/", "/accueil"),
        ("//ailleurs.example", "/accueil"),
        ("/\\ailleurs.example", "/accueil"),
        ("/x\\y", "/accueil"),
        ("javascript:alert(1)", "/accueil"),
        ("", "/accueil"),
        ("/\t/ailleurs.example", "/accueil"),
    ],
)
def test_signing_in_leads_only_to_our_own_pages(client, claire, asked, given):
    answer = client.post("/connexion", query_string={"next": asked}, data={"email": claire.email, "password": PASSWORD})
    assert answer.location == given


def test_going_out_needs_a_post_and_closes(client, claire):
    sign_in(client, claire)
    assert client.get("/deconnexion").status_code == 405
    client.post("/deconnexion")
    assert not is_in(client)


def test_guessing_is_slowed_here_but_opens_elsewhere_and_never_blocks_who_is_inside(app, claire):
    inside, guesser, elsewhere = app.test_client(), app.test_client(), app.test_client()
    sign_in(inside, claire)
    with clock.frozen(AT):
        for _ in range(accounts.MOST_GUESSES_HERE):
            assert sign_in(guesser, claire, "au hasard").status_code == 422
        refused = sign_in(guesser, claire)
        assert refused.status_code == 429
        assert "Attendez un quart d’heure" in refused.text
        assert is_in(inside)
        assert sign_in(elsewhere, claire, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 302
    with clock.frozen(AT + accounts.GUESSES_SLOWED_FOR):
        assert sign_in(guesser, claire).status_code == 302


def test_guessing_many_accounts_from_one_place_is_slowed(client, claire):
    with db.transaction():
        for n in range(accounts.MOST_GUESSES_FROM_ONE_PLACE):
            accounts.note_failed_login(f"personne{n}@agglo.example", "127.0.0.1", at=AT)
    with clock.frozen(AT + timedelta(minutes=1)):
        assert sign_in(client, claire).status_code == 429


def test_a_session_planted_before_signing_in_is_dropped(client, claire):
    with client.session_transaction() as planted:
        planted["supplier_id"] = 66
    sign_in(client, claire)
    with client.session_transaction() as kept:
        assert "supplier_id" not in kept


def test_other_devices_can_be_closed_and_this_one_stays(app, claire):
    here, phone = app.test_client(), app.test_client()
    sign_in(here, claire)
    sign_in(phone, claire)
    here.post("/compte/autres-appareils")
    assert is_in(here)
    assert not is_in(phone)


@pytest.mark.parametrize("email, letters", [("claire@agglo.example", 1), ("inconnue@agglo.example", 0)])
def test_asking_a_new_password_answers_the_same_for_an_unknown_address(client, claire, email, letters):
    answer = client.post("/compte/mot-de-passe-oublie", data={"email": email})
    assert (answer.status_code, answer.location) == (302, "/compte/lien-envoye")
    assert "Si cette adresse a un compte" in client.get(answer.location).text
    assert count(Letter) == letters


def test_the_link_is_kept_apart_from_the_letter_and_its_token_is_not_kept(client, claire):
    client.post("/compte/mot-de-passe-oublie", data={"email": claire.email})
    token = reset_path().rpartition("/")[2]
    assert token not in db.session.scalars(select(Letter)).one().body
    assert token not in db.session.scalars(select(PasswordReset)).one().token_hash


def test_a_link_gives_a_new_password_once_and_closes_every_other_session(app, claire):
    thief, owner = app.test_client(), app.test_client()
    sign_in(thief, claire)
    owner.post("/compte/mot-de-passe-oublie", data={"email": claire.email})
    path = reset_path()
    assert owner.post(path, data={"password": NEW, "again": NEW}).location == "/accueil"
    assert is_in(owner)
    assert not is_in(thief)
    used = app.test_client().post(path, data={"password": PASSWORD, "again": PASSWORD})
    assert used.status_code == 422
    assert "ne marche qu’une fois" in used.text
    db.session.rollback()
    assert verify_password(db.session.get(Person, claire.id).password_hash, NEW)


def test_a_link_lasts_an_hour(client, claire):
    with clock.frozen(AT):
        client.post("/compte/mot-de-passe-oublie", data={"email": claire.email})
    with clock.frozen(AT + accounts.RESET_LASTS):
        assert client.get(reset_path()).status_code == 200
    with clock.frozen(AT + accounts.RESET_LASTS + timedelta(microseconds=1)):
        answer = client.get(reset_path())
        assert answer.status_code == 422
        assert "Envoyer le lien" in answer.text


def test_a_new_link_that_is_used_takes_away_the_older_ones(client, claire):
    client.post("/compte/mot-de-passe-oublie", data={"email": claire.email})
    older = reset_path()
    client.post("/compte/mot-de-passe-oublie", data={"email": claire.email})
    client.post(reset_path(), data={"password": NEW, "again": NEW})
    assert client.get(older).status_code == 422


def test_an_invented_link_says_how_to_get_a_true_one(client, database):
    answer = client.get("/compte/nouveau-mot-de-passe/invente")
    assert answer.status_code == 422
    assert 'action="/compte/mot-de-passe-oublie"' in answer.text


@pytest.mark.parametrize("password, again, word", [("court", "court", "au moins 15"), (NEW, PASSWORD, "diffèrent"), ("", "", "Choisissez")])
def test_a_weak_or_mistyped_new_password_is_refused_beside_its_field(client, claire, password, again, word):
    client.post("/compte/mot-de-passe-oublie", data={"email": claire.email})
    answer = client.post(reset_path(), data={"password": password, "again": again})
    assert answer.status_code == 422
    assert word in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_changing_a_password_asks_for_the_old_one(client, claire):
    sign_in(client, claire)
    data = {"current": "pas le bon", "password": NEW, "again": NEW}
    assert "Ce n’est pas votre mot de passe actuel." in client.post("/compte/mot-de-passe", data=data).text
    assert client.post("/compte/mot-de-passe", data={**data, "current": PASSWORD}).location == "/compte"
    assert is_in(client)
    db.session.rollback()
    assert verify_password(db.session.get(Person, claire.id).password_hash, NEW)
    assert db.session.scalars(select(Letter.kind)).all() == ["password_changed"]


def test_asking_many_links_is_slowed_so_that_nobody_floods_a_mailbox(client, claire):
    with clock.frozen(AT):
        for _ in range(accounts.MOST_GUESSES_HERE):
            client.post("/compte/mot-de-passe-oublie", data={"email": claire.email})
        assert client.post("/compte/mot-de-passe-oublie", data={"email": claire.email}).status_code == 429
    assert count(Letter) == accounts.MOST_GUESSES_HERE


def test_a_form_whose_token_is_gone_says_that_nothing_is_lost(app, claire):
    app.config.update(WTF_CSRF_ENABLED=True)
    answer = app.test_client().post("/connexion", data={"email": claire.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert "ce que vous avez écrit y est encore" in answer.text
