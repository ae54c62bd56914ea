"""Passphrases through the pages: chosen, rehearsed, asked for by a system, and given by two people on their own sessions."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.openers import OpenerKey, Rehearsal
from sad.models.people import Role
from sad.models.systems import PurchasingSystem
from sad.trust import openers as crypto
from tests.factories.mini_tenders import CLOSES, SENT, make_mini_tender
from tests.factories.offers import IN_TIME, make_deposit
from tests.factories.openers import PHRASES, make_shared
from tests.factories.people import PASSWORD, make_person
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AFTER = CLOSES + timedelta(minutes=2)
PAGE = "/achats/ouvreurs"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(crypto, "MEMORY_KIB", 64)


@pytest.fixture
def clients(app, database):
    """A client for each of three openers and a buyer of an organisation with a draft."""
    with transaction():
        draft = make_mini_tender()
        people = {name: make_person(draft.organisation, Role.OPENER, name=name) for name in ("Nadia", "Paul", "Lise")}
        people["Claire"] = make_person(draft.organisation, Role.BUYER, name="Claire")
    session.expunge_all()
    found = {name: app.test_client() for name in people}
    for name, client in found.items():
        sign_in(client, people[name])
    return found


def read(client, path=PAGE, at=SENT) -> str:
    with clock.frozen(at):
        html = client.get(path).text
    check(html)
    return html.replace("\u00a0", " ")


def post(client, path, at=SENT, **data) -> tuple[int, str]:
    with clock.frozen(at):
        answer = client.post(path, data=data)
    return answer.status_code, answer.text.replace("\u00a0", " ")


def choose(client, phrase, again=None, **more) -> tuple[int, str]:
    return post(client, f"{PAGE}/phrase", password=phrase, again=again or phrase, **more)


def choose_all(clients) -> None:
    for name, phrase in zip(("Nadia", "Paul", "Lise"), PHRASES, strict=True):
        assert choose(clients[name], phrase)[0] == 302


def test_three_openers_choose_rehearse_and_a_buyer_asks_for_it(clients):
    assert read(clients["Claire"]).count("Sans phrase secrète") == 3
    choose_all(clients)
    assert "n’a jamais été essayée" in read(clients["Nadia"])
    assert post(clients["Nadia"], f"{PAGE}/essai", passphrase=PHRASES[0])[0] == 302
    assert "commencé par Nadia" in read(clients["Lise"]) and "Terminer l’essai" in read(clients["Paul"], f"{PAGE}/essai")
    assert post(clients["Paul"], f"{PAGE}/essai", passphrase=PHRASES[1])[0] == 302
    assert "par Nadia et Paul" in read(clients["Claire"]) and "À faire avant" not in read(clients["Claire"])
    number = session.scalars(select(PurchasingSystem.id)).one()
    assert post(clients["Claire"], f"/achats/systemes/{number}/deux-phrases", needs="yes")[0] == 302
    session.rollback()
    assert session.scalars(select(PurchasingSystem.needs_two_passphrases)).one() is True


def test_what_is_wrong_is_said_and_no_phrase_comes_back_in_the_page(clients):
    status, html = choose(clients["Nadia"], "court")
    assert status == 422 and "il en faut au moins 15" in html and "court" not in html
    status, html = choose(clients["Nadia"], PHRASES[0], again=PHRASES[1])
    assert status == 422 and "Les deux saisies diffèrent" in html and PHRASES[0] not in html
    choose_all(clients)
    status, html = choose(clients["Nadia"], PHRASES[1], known="pas la bonne du tout")
    assert status == 422 and "Ce n’est pas votre phrase secrète actuelle" in html
    status, html = post(clients["Paul"], f"{PAGE}/essai", passphrase=PHRASES[0])
    assert status == 422 and "Ce n’est pas votre phrase secrète" in html and PHRASES[0] not in html
    session.rollback()
    assert session.scalars(select(Rehearsal)).all() == []


def test_a_phrase_is_changed_with_the_one_before_or_said_lost(clients):
    choose_all(clients)
    assert choose(clients["Nadia"], "un potimarron dans le métro", known=PHRASES[0])[0] == 302
    assert choose(clients["Paul"], "un potiron dans le tramway", is_lost="y")[0] == 302
    session.rollback()
    assert [key.ended_at is None for key in session.scalars(select(OpenerKey).order_by(OpenerKey.id))] == [True, False, True, True]


def test_with_two_phrases_a_system_cannot_ask_for_it(clients):
    choose(clients["Nadia"], PHRASES[0])
    choose(clients["Paul"], PHRASES[1])
    number = session.scalars(select(PurchasingSystem.id)).one()
    status, html = post(clients["Claire"], f"/achats/systemes/{number}/deux-phrases", needs="yes")
    assert status == 422 and "Il faut trois ouvreurs" in html
    assert "Faire un essai" not in read(clients["Nadia"])


def test_two_openers_open_on_their_own_sessions(app, database):
    with transaction():
        mini_tender, people = make_shared()
        make_deposit(mini_tender, invitees_of(mini_tender)[0])
        number = mini_tender.id
    session.expunge_all()
    page, free = f"/achats/consultations/{number}/ouverture", {"has_conflict": "no"}
    first, second = app.test_client(), app.test_client()
    with clock.frozen(IN_TIME):
        sign_in(first, people[0])
        sign_in(second, people[1])
    assert "Votre phrase secrète" in read(first, page, AFTER) and "chacun des deux écrit aussi" in read(first, page, AFTER)
    for phrase in ("", PHRASES[1], PASSWORD):
        status, html = post(first, f"{page}/demander", AFTER, passphrase=phrase, **free)
        assert status == 422 and "Ce n’est pas votre phrase secrète" in html
    assert post(first, f"{page}/demander", AFTER, passphrase=PHRASES[0], **free)[0] == 302
    assert post(second, f"{page}/confirmer", AFTER, passphrase=PHRASES[0], **free)[0] == 422
    assert post(second, f"{page}/confirmer", AFTER, passphrase=PHRASES[1], **free)[0] == 302
    session.rollback()
    assert session.scalars(select(Offer.is_opened)).one() and session.get_one(MiniTender, number).state == "opened"


def test_whoever_is_concerned_needs_no_passphrase_to_say_so(app, database):
    with transaction():
        mini_tender, people = make_shared()
        number = mini_tender.id
    session.expunge_all()
    client = app.test_client()
    sign_in(client, people[0])
    said = {"has_conflict": "yes", "link": "Mon frère y travaille."}
    assert post(client, f"/achats/consultations/{number}/ouverture/demander", AFTER, **said)[0] == 302
