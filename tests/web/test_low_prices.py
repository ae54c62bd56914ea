"""The pages about a very low price: the buyer writes, the tenderer answers with its papers, the buyer decides; nobody else sees it."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.low_prices import ask_price
from sad.db import session, transaction
from sad.models.examinations import ExaminationAnswer, ExaminationFile, PriceRequest
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Role
from tests.factories.evaluations import EXAMINED, make_opened, offers_of
from tests.factories.examinations import INVOICE, make_explained
from tests.factories.suppliers import member_of
from tests.web.rows import again
from tests.web.test_procurement_ranking import LOW, at, change_to, enter, number, plain, read

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
AFTER = EXAMINED + timedelta(days=8)


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(EXAMINED):
        yield


@pytest.fixture
def mini_tender(client, app) -> MiniTender:
    with transaction():
        return make_opened(*LOW)


def low_offer(mini_tender: MiniTender) -> Offer:
    return offers_of(again(mini_tender))[2]


def page_of(mini_tender: MiniTender) -> str:
    return at(mini_tender, f"examen/offres/{number(low_offer(mini_tender))}/justification")


def asked(client, mini_tender: MiniTender, *, explained: bool = False) -> PriceRequest:
    """The request, sent by a buyer who is signed in."""
    by = enter(client, mini_tender, Role.BUYER)
    with transaction():
        act = make_explained if explained else ask_price
        return act(low_offer(mini_tender), by=again(by), at=EXAMINED, **({"files": (INVOICE,)} if explained else {}))


def as_supplier(client, mini_tender: MiniTender, position: int = 2) -> None:
    change_to(client, member_of(offers_of(again(mini_tender))[position].supplier))


def answer_page(request: PriceRequest) -> str:
    return f"/fournisseur/consultations/justifications/{number(request)}"


def test_the_buyer_reads_the_letter_then_sends_it(client, mini_tender):
    enter(client, mini_tender, Role.BUYER)
    examined = read(client, at(mini_tender, f"examen/offres/{number(low_offer(mini_tender))}"))
    assert "Demander la justification" in examined
    page = read(client, page_of(mini_tender))
    assert "La lettre : Votre prix est à justifier au plus tard le mardi 15 décembre 2026" in page
    sent = client.post(page_of(mini_tender), data={"asked": "D’où vient la farine ?"}, follow_redirects=True)
    assert "Réponse attendue" in plain(sent.text) and "mardi 15 décembre 2026 (5 jours ouvrés)" in plain(sent.text)
    letter = session.scalars(select(Letter).where(Letter.kind == "price_request")).one()
    assert letter.supplier_id == low_offer(mini_tender).supplier_id and "D’où vient la farine" in letter.body
    assert "Prix : réponse attendue" in read(client, at(mini_tender))
    assert "attend encore votre décision" in read(client, at(mini_tender))


def test_a_usual_price_shows_nothing_to_send(client, mini_tender):
    enter(client, mini_tender, Role.BUYER)
    address = at(mini_tender, f"examen/offres/{number(offers_of(again(mini_tender))[0])}/justification")
    assert "Rien à demander" in read(client, address)
    assert client.post(address, data={"asked": ""}).status_code == 422


def test_the_tenderer_finds_the_request_on_its_home_page_and_answers_with_a_paper(client, mini_tender):
    request = asked(client, mini_tender)
    as_supplier(client, mini_tender)
    home = read(client, "/fournisseur/")
    assert "Au plus tard le mardi 15 décembre 2026" in home and "Justifier mon prix" in home
    assert "sous la moyenne" not in read(client, answer_page(request))
    data = {"text": "Surplus de farine.", "files": (io.BytesIO(PDF), "facture.pdf")}
    sent = client.post(answer_page(request), data=data, content_type="multipart/form-data", follow_redirects=True)
    assert "Réponse envoyée" in plain(sent.text) and "Surplus de farine." in plain(sent.text)
    assert "Justifier mon prix" not in read(client, "/fournisseur/")
    assert "Voir la demande et vos réponses" in read(client, f"/fournisseur/consultations/{number(mini_tender)}/resultat")
    file = session.scalars(select(ExaminationFile)).one()
    own = client.get(f"/fournisseur/consultations/reponses/fichiers/{file.id}")
    assert own.data == PDF
    enter(client, mini_tender, Role.BUYER)
    page = client.get(page_of(mini_tender)).text
    assert "Surplus de farine." in page
    link = re.search(r'href="([^"]+/reponses/fichiers/\d+)"', page)
    assert link and client.get(link.group(1)).data == PDF


def test_an_empty_answer_keeps_the_page_and_says_why(client, mini_tender):
    request = asked(client, mini_tender)
    as_supplier(client, mini_tender)
    refused = client.post(answer_page(request), data={"text": " "})
    assert refused.status_code == 422 and "Votre réponse est vide" in plain(refused.text)
    wrong = client.post(answer_page(request), data={"text": "Voilà.", "files": (io.BytesIO(b"MZ"), "virus.exe")})
    assert wrong.status_code == 422 and "Voilà." in wrong.text
    assert session.query(ExaminationAnswer).count() == 0


def test_an_answer_after_the_last_day_is_received_and_shown_as_late(client, mini_tender):
    request = asked(client, mini_tender)
    with clock.frozen(AFTER):
        as_supplier(client, mini_tender)
        assert "Le dernier jour est passé" in read(client, "/fournisseur/")
        client.post(answer_page(request), data={"text": "Pardon, la récolte."})
        assert "Après le dernier jour" in read(client, answer_page(request))
        enter(client, mini_tender, Role.BUYER)
        page = read(client, page_of(mini_tender))
    assert "Pardon, la récolte." in page and "Après le dernier jour" in page


@pytest.mark.parametrize(
    ("decision", "words", "tag"),
    [("accepted", "L’explication est acceptée", "Prix accepté"), ("rejected", "L’offre est écartée", "Anormalement basse")],
)
def test_the_buyer_decides_with_a_reason(client, mini_tender, decision, words, tag):
    asked(client, mini_tender, explained=True)
    assert "Réponse sur le prix à lire" in read(client, at(mini_tender))
    refused = client.post(page_of(mini_tender), data={"decision": decision, "reason": " "})
    assert refused.status_code == 422 and "Écrivez la raison." in plain(refused.text)
    done = client.post(page_of(mini_tender), data={"decision": decision, "reason": "La facture le dit."}, follow_redirects=True)
    assert words in plain(done.text) and tag in plain(done.text)
    assert low_offer(mini_tender).classification == {"rejected": "abnormally_low"}.get(decision)
    assert "La facture le dit." in read(client, page_of(mini_tender))


def test_before_the_answer_and_the_last_day_nothing_can_be_decided(client, mini_tender):
    asked(client, mini_tender)
    refused = client.post(page_of(mini_tender), data={"decision": "rejected", "reason": "Trop bas."})
    assert refused.status_code == 422 and "jusqu’au mardi 15 décembre 2026 inclus" in plain(refused.text)
    assert "Trop bas." in refused.text


def test_after_the_decision_the_tenderer_reads_that_nothing_more_is_awaited(client, mini_tender):
    request = asked(client, mini_tender, explained=True)
    client.post(page_of(mini_tender), data={"decision": "accepted", "reason": "Bien."})
    as_supplier(client, mini_tender)
    page = read(client, answer_page(request))
    assert "Décision prise" in page and "Envoyer ma réponse" not in page and "Bien." not in page
    assert client.post(answer_page(request), data={"text": "Encore."}).status_code == 422


def test_another_tenderer_and_a_reader_without_the_right_change_nothing(client, mini_tender):
    request = asked(client, mini_tender, explained=True)
    file = number(session.scalars(select(ExaminationFile)).one())
    as_supplier(client, mini_tender, position=0)
    for address in (answer_page(request), f"/fournisseur/consultations/reponses/fichiers/{file}"):
        assert client.get(address).status_code == 404
    enter(client, mini_tender, Role.AUDITOR, declared=False)
    assert "Surplus de récolte." in read(client, page_of(mini_tender))
    assert client.post(page_of(mini_tender), data={"decision": "accepted", "reason": "Bien."}).status_code in (302, 403)
    assert again(request).decision is None
