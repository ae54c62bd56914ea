"""From « Demander les raisons » to the answer in the tenderer's space, without JavaScript; who reads, who may not."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.replies import give_reasons
from sad.db import session, transaction
from sad.models.awards import Award
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.replies import ReasonRequest
from tests.factories.evaluations import Tender
from tests.factories.orders import NOTIFIED, make_awarded
from tests.factories.people import PASSWORD, make_person
from tests.factories.replies import ask, loser_of
from tests.factories.suppliers import make_supplier, member_of
from tests.web.rows import again

TEXT = "Première ligne.\r\n\r\nCe qui compte\r\n- le pain au levain"


@pytest.fixture
def award(client) -> Award:
    with transaction():
        return make_awarded(Tender(("3.51", "3.83"), marks={"quality": "9.5"}), Tender(("2.97", "4.29"), marks={"quality": "6"}))


@pytest.fixture(autouse=True)
def that_day():
    with clock.frozen(NOTIFIED):
        yield


def sign_in(client, person: Person) -> None:
    session.remove()
    client.post("/deconnexion")
    assert client.post("/connexion", data={"email": again(person).email, "password": PASSWORD}).status_code == 302


def as_loser(client, award) -> str:
    sign_in(client, member_of(loser_of(again(award))))
    return f"/fournisseur/consultations/{again(award).mini_tender_id}/resultat"


def as_buyer(client, award) -> str:
    sign_in(client, again(award).proposer)
    return f"/achats/consultations/{again(award).mini_tender_id}"


def asked() -> ReasonRequest:
    session.rollback()
    return session.scalars(select(ReasonRequest)).one()


def read(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u202f", " "))


def proposed(page) -> str:
    return html.unescape(re.search(r'<textarea[^>]*name="text"[^>]*>\s*(.*?)</textarea>', page.text, re.DOTALL).group(1)).strip()


def test_a_loser_asks_in_one_click_the_buyer_sees_the_letter_sends_it_and_the_loser_reads_it(client, award):
    result = as_loser(client, award)
    assert "Demander les raisons" in client.get(result).text
    sent = client.post(f"{result}/raisons", data={})
    assert (sent.status_code, sent.location) == (302, result)
    page = read(client.get(result))
    assert "Réponse attendue" in page and "mercredi 23 décembre 2026" in page and "Demander les raisons" not in page
    assert "Réponse attendue" in read(client.get("/fournisseur/"))

    need = as_buyer(client, award)
    address = f"{need}/demandes/{asked().id}"
    assert address in client.get("/achats/").text and address in client.get(f"{need}/attribution").text
    text = proposed(client.get(address))
    assert "Les caractéristiques de l’offre retenue" in text and "€" not in text
    shown = client.post(address, data={"text": text, "seen": ""})
    assert shown.status_code == 200 and "La lettre, telle qu’elle partira" in shown.text and asked().answer is None
    assert client.post(address, data={"text": text.replace("\n", "\r\n"), "seen": text}).status_code == 302
    assert asked().answer == text
    assert "Réponse envoyée" in read(client.get(address)) and address not in client.get("/achats/").text
    assert client.post(address, data={"text": text, "seen": text}).status_code == 422

    as_loser(client, award)
    page = client.get(result)
    assert "Réponse reçue" in page.text and "Réponse à votre demande" in page.text and "Ses avantages sur la vôtre" in page.text
    letter = session.scalars(select(Letter).where(Letter.kind == "reasons_given")).one()
    assert client.get(f"/fournisseur/courriers/{letter.id}/pdf").data.startswith(b"%PDF")


def test_a_text_changed_after_its_letter_was_shown_is_shown_again(client, award):
    with transaction():
        ask(again(award))
    address = f"{as_buyer(client, award)}/demandes/{asked().id}"
    page = client.post(address, data={"text": TEXT, "seen": "Un autre texte."})
    assert page.status_code == 200 and "le pain au levain" in read(page) and asked().answer is None
    assert client.post(address, data={"text": TEXT, "seen": TEXT}).status_code == 302
    assert asked().answer == TEXT.replace("\r\n", "\n")


SECRET = ("Son pain vaut 3,51 €, hélas.", "prix unitaire de l’offre retenue")


@pytest.mark.parametrize(("text", "words"), [("", "La réponse est vide"), SECRET])
def test_what_cannot_leave_is_refused_and_stays_as_typed(client, award, text, words):
    with transaction():
        ask(again(award))
    address = f"{as_buyer(client, award)}/demandes/{asked().id}"
    for seen in ("", text):
        page = client.post(address, data={"text": text, "seen": seen})
        assert page.status_code == 422 and words in read(page) and proposed(page) == text
    assert asked().answer is None


def test_asking_twice_or_as_the_winner_is_refused_with_its_rule(client, award):
    with transaction():
        ask(again(award))
    result = as_loser(client, award)
    page = client.post(f"{result}/raisons", data={"question": "Encore"})
    assert page.status_code == 422 and "Vous avez déjà demandé" in read(page) and "AWD-04" in page.text
    sign_in(client, member_of(again(award).place.offer.supplier))
    assert "Demander les raisons" not in client.get(result).text
    page = client.post(f"{result}/raisons", data={})
    assert page.status_code == 422 and "Votre offre est retenue" in read(page)


def test_another_supplier_finds_nothing(client, award):
    address = f"/fournisseur/consultations/{award.mini_tender_id}/resultat/raisons"
    with transaction():
        stranger = member_of(make_supplier())
    sign_in(client, stranger)
    assert client.post(address, data={}).status_code == 404


def test_the_auditor_reads_the_request_and_writes_nothing(client, award):
    with transaction():
        ask(again(award), question="Et le pain ?")
        auditor = make_person(again(award).mini_tender.organisation, Role.AUDITOR)
    sign_in(client, auditor)
    address = f"/achats/consultations/{again(award).mini_tender_id}/demandes/{asked().id}"
    page = client.get(address)
    assert "Et le pain ?" in page.text and "<textarea" not in page.text
    assert client.post(address, data={"text": TEXT, "seen": TEXT}).status_code == 403
    assert address in client.get("/achats/").text


def test_the_award_authority_sees_on_its_home_what_is_late(client, award):
    with transaction():
        ask(again(award))
        chief = again(award).decider
    for days, is_there in ((10, False), (16, True)):
        with clock.frozen(NOTIFIED + timedelta(days=days)):
            sign_in(client, chief)
            assert (f"/demandes/{asked().id}" in client.get("/achats/").text) is is_there


def test_the_question_of_a_tenderer_shows_as_text(client, award):
    with transaction():
        give_reasons(ask(again(award), question="<script>alert(1)</script>"), "<b>Gras</b>", by=again(award).proposer, at=NOTIFIED)
    pages = [client.get(as_loser(client, award)).text, client.get(f"{as_buyer(client, award)}/demandes/{asked().id}").text]
    for page in pages:
        assert "&lt;script&gt;alert(1)" in page and "&lt;b&gt;Gras" in page
        assert "<script>alert(1)" not in page and "<b>Gras" not in page
