"""A supplier applies: choosing, filling in short screens, sending, following, completing, being heard."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.admissions import refuse_application
from sad.actions.completions import request_completion
from sad.actions.hearings import ask_hearing
from sad.db import session, transaction
from sad.domain.admission.decision import Reason
from sad.models.applications import Application, ApplicationState
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.suppliers import Supplier
from sad.models.systems import PurchasingSystem
from tests.factories.admissions import make_admission, make_application
from tests.factories.documents import make_certificate
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_supplier_account import PDF

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MISSING = [Reason("liability_insurance", "Une photo plus nette de l’attestation.")]


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AT):
        yield


@pytest.fixture
def system(database) -> PurchasingSystem:
    with transaction():
        return make_system(title="Alimentation durable")


@pytest.fixture
def supplier(database) -> Supplier:
    with transaction():
        return make_supplier(name="Ferme des Noyers")


@pytest.fixture
def mine(client, supplier):
    sign_in(client, member_of(supplier))
    return client


def only_application() -> Application:
    session.rollback()
    return session.scalars(select(Application)).one()


def applied(supplier: Supplier, system: PurchasingSystem, state: str = "submitted", **values) -> int:
    """An application of the supplier in that state, by its number."""
    with transaction():
        application = make_application(
            again(supplier), again(system).categories[0], ApplicationState(state), submitted_at=None if state == "draft" else AT, **values
        )
        return application.id


def test_a_supplier_applies_in_short_screens_and_reads_its_receipt(mine, supplier, system):
    page = mine.get("/fournisseur/candidatures").text
    assert "Boulangerie et viennoiserie" in page and "Aucun de vos produits n’est de cette catégorie" in page
    number = again(system).categories[0].id
    answers = mine.post(f"/fournisseur/candidatures/categorie/{number}").location
    proofs = mine.post(answers, data={"q_liability_insurance": "oui"}).location
    assert "À joindre" in mine.get(proofs).text
    sent = {"files": (io.BytesIO(PDF), "assurance.pdf"), "expires_on": "2026-12-31"}
    assert mine.post(f"{proofs}/liability_insurance", data=sent).location == proofs
    assert "Jointe" in mine.get(proofs).text and "assurance.pdf" in mine.get(proofs).text
    usual = proofs.replace("preuves", "offre")
    check = mine.post(usual, data={"q_direct_supply_pct": "80", "q_reusable_packaging": "oui"}).location
    page = mine.get(check).text
    assert "assurance.pdf" in page and "80" in page and "manque encore" not in page
    answer = mine.post(check, data={"is_sworn": "y"})
    page = mine.get(answer.location).text
    assert "Envoyée, en examen" in page and "lundi 7 décembre 2026" in page and "SAD-08" in page
    assert "accusé de réception" in mine.get(f"/fournisseur/courriers/{session.scalars(select(Letter.id)).one()}").text


def test_the_draft_waits_where_it_was_left(mine, supplier, system):
    number = applied(supplier, system, "draft", answers={"liability_insurance": False})
    assert mine.get(f"/fournisseur/candidatures/{number}").location == f"/fournisseur/candidatures/{number}/reponses"
    page = mine.get(f"/fournisseur/candidatures/{number}/reponses").text
    assert re.search(r'<input[^>]*checked[^>]*value="non"', page)


def test_without_the_sworn_statement_nothing_leaves_and_the_box_says_it(mine, supplier, system):
    number = applied(supplier, system, "draft")
    page = mine.post(f"/fournisseur/candidatures/{number}/verifier", data={})
    assert page.status_code == 422 and 'aria-invalid="true"' in page.text and "Cochez cette déclaration" in page.text
    assert only_application().state == "draft"


def test_what_is_not_answered_is_said_before_anything_leaves(mine, supplier, system):
    number = applied(supplier, system, "draft", answers={})
    page = mine.post(f"/fournisseur/candidatures/{number}/verifier", data={"is_sworn": "y"})
    assert page.status_code == 422 and "il n’y a pas de réponse" in page.text and "ADM-07" in page.text


@pytest.mark.parametrize(("answer", "said"), [(False, "fera sans doute refuser"), (True, "manque encore")])
def test_the_last_screen_says_what_will_be_held_against_it_and_lets_it_go(mine, supplier, system, answer, said):
    number = applied(supplier, system, "draft", answers={"liability_insurance": answer})
    path = f"/fournisseur/candidatures/{number}/verifier"
    assert said in mine.get(path).text
    assert mine.post(path, data={"is_sworn": "y"}).status_code == 302


def test_a_draft_that_crosses_a_stage_date_is_told(mine, supplier, system):
    number = applied(supplier, system, "draft", started_at=AT)
    path = f"/fournisseur/candidatures/{number}/verifier"
    assert "Le palier a changé" not in mine.get(path).text
    with clock.frozen(datetime(2027, 1, 15, 9, 0, tzinfo=UTC)):
        sign_in(mine, member_of(again(supplier)))
        assert "Le palier a changé" in mine.get(path).text and "Palier 2" in mine.get(path).text


def test_a_second_start_in_the_same_category_says_where_the_first_is(mine, supplier, system):
    applied(supplier, system, "draft")
    page = mine.post(f"/fournisseur/candidatures/categorie/{again(system).categories[0].id}")
    assert page.status_code == 422 and "déjà une candidature en cours" in page.text


def test_the_race_of_two_starts_ends_in_a_sentence_and_one_draft(mine, supplier, system, monkeypatch):
    applied(supplier, system, "draft")
    monkeypatch.setattr("sad.actions.applications._already_there", lambda *_: iter(()))
    page = mine.post(f"/fournisseur/candidatures/categorie/{again(system).categories[0].id}")
    assert page.status_code == 409 and "n’a pas été fait deux fois" in page.text
    assert only_application().state == "draft"


@pytest.mark.parametrize("values", [{"valid_until": AT.date() - timedelta(days=1)}, {"ended_at": AT - timedelta(days=1)}])
def test_outside_the_validity_nothing_is_proposed_and_nothing_starts(mine, supplier, values):
    with transaction():
        ended = make_system(title="Système passé", **values)
    assert "Système passé" not in mine.get("/fournisseur/candidatures").text
    page = mine.post(f"/fournisseur/candidatures/categorie/{again(ended).categories[0].id}")
    assert page.status_code == 422 and "SAD-06" in page.text


def test_a_system_that_is_not_open_does_not_exist(mine, supplier):
    with transaction():
        draft = make_system(opened_at=None)
    assert mine.post(f"/fournisseur/candidatures/categorie/{again(draft).categories[0].id}").status_code == 404


def test_a_proof_of_the_vault_serves_without_being_sent_again(mine, supplier, system):
    with transaction():
        held = make_certificate(again(supplier), expires_on=AT.date())
    number = applied(supplier, system, "draft")
    path = f"/fournisseur/candidatures/{number}/preuves/liability_insurance"
    assert "Ou prendre dans votre coffre" in mine.get(path).text
    mine.post(f"{path}/coffre/{again(held).id}")
    document = only_application().documents[0]
    assert document.document_id == again(held).document_id
    mine.post(f"/fournisseur/candidatures/{number}/documents/{document.id}/retirer")
    assert only_application().documents == []


def test_what_the_notice_does_not_ask_has_no_page(mine, supplier, system):
    number = applied(supplier, system, "draft")
    assert mine.get(f"/fournisseur/candidatures/{number}/preuves/dume").status_code == 200
    for requirement in ("vigilance", "direct_supply_pct", "unknown"):
        assert mine.get(f"/fournisseur/candidatures/{number}/preuves/{requirement}").status_code == 404


PAGES = ("", "/reponses", "/preuves", "/preuves/liability_insurance", "/offre", "/verifier", "/complement", "/observations", "/retirer")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_application_of_another_supplier_does_not_exist(mine, supplier, system, page, method):
    with transaction():
        other = make_supplier()
    number = applied(other, system, "draft")
    assert getattr(mine, method)(f"/fournisseur/candidatures/{number}{page}").status_code in (404, 405)
    assert mine.get(f"/fournisseur/candidatures/{number}{page}").status_code == 404


@pytest.mark.parametrize("page", ["/reponses", "/preuves", "/offre"])
def test_what_has_left_no_longer_changes(mine, supplier, system, page):
    number = applied(supplier, system)
    answer = mine.get(f"/fournisseur/candidatures/{number}{page}")
    assert answer.status_code == 422 and "elle ne se modifie plus" in answer.text
    assert mine.get(f"/fournisseur/candidatures/{number}/verifier").status_code == 404


def test_a_completion_is_answered_with_what_was_added(mine, supplier, system):
    number = applied(supplier, system)
    with transaction():
        buyer = make_person(again(system).organisation, Role.BUYER)
        request_completion(session.get_one(Application, number), MISSING, by=buyer, at=AT)
    home = mine.get("/fournisseur/").text
    assert "À compléter au plus tard le lundi 30 novembre 2026" in home and "Une photo plus nette" in home
    path = f"/fournisseur/candidatures/{number}/complement"
    assert "Rien encore" in mine.get(path).text
    with clock.frozen(AT + timedelta(hours=1)):
        mine.post(f"/fournisseur/candidatures/{number}/preuves/liability_insurance", data={"files": (io.BytesIO(PDF), "nette.pdf")})
        assert "nette.pdf" in mine.get(path).text
        assert mine.post(path).location == f"/fournisseur/candidatures/{number}"
    assert only_application().state == "submitted"
    assert mine.get(path).status_code == 302


def test_observations_are_given_before_any_decision(mine, supplier, system):
    number = applied(supplier, system)
    with transaction():
        buyer = make_person(again(system).organisation, Role.BUYER)
        ask_hearing(session.get_one(Application, number), ground="L2141-7", facts="Résiliation de 2025.", by=buyer, at=AT)
    path = f"/fournisseur/candidatures/{number}/observations"
    assert "Résiliation de 2025." in mine.get(path).text and path in mine.get("/fournisseur/").text
    assert mine.post(path, data={"answer": " "}).status_code == 422
    assert mine.post(path, data={"answer": "C’est un homonyme."}).status_code == 302
    assert only_application().hearings[0].answer == "C’est un homonyme."
    assert "Vos observations sont arrivées" in mine.get(f"/fournisseur/candidatures/{number}").text


def test_a_refusal_is_read_with_its_reasons_and_the_way_back(mine, supplier, system):
    number = applied(supplier, system)
    with transaction():
        buyer = make_person(again(system).organisation, Role.BUYER)
        refuse_application(session.get_one(Application, number), MISSING, by=buyer, at=AT)
    page = mine.get(f"/fournisseur/candidatures/{number}").text
    assert "Non retenue" in page and MISSING[0].sentence in page and "Candidater à nouveau" in page
    assert mine.post(f"/fournisseur/candidatures/categorie/{again(system).categories[0].id}").status_code == 302


def test_an_application_is_withdrawn_after_reading_what_it_entails(mine, supplier, system):
    number = applied(supplier, system)
    path = f"/fournisseur/candidatures/{number}/retirer"
    assert "ne l’examine plus" in mine.get(path).text
    assert mine.post(path).location == "/fournisseur/candidatures"
    assert only_application().state == "withdrawn"


def test_the_list_asks_the_same_number_of_statements(app, mine, supplier, system):
    counts = []
    for number in (2, 30):
        with transaction():
            for _ in range(number):
                category = make_system().categories[0]
                make_application(again(supplier), category)
        with statements_of(app.engine) as found:
            assert mine.get("/fournisseur/candidatures").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 7


def test_who_is_admitted_everywhere_is_told_so(mine, supplier, system):
    with transaction():
        buyer = make_person(again(system).organisation, Role.BUYER)
        for category in again(system).categories:
            make_admission(again(supplier), category, buyer)
    assert "Aucune autre catégorie n’est ouverte" in mine.get("/fournisseur/candidatures").text
