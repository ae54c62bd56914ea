"""Buyers read applications by urgency and decide them, the letter being shown before it leaves."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from sad import clock, storage
from sad.actions.hearings import ask_hearing
from sad.db import session, transaction
from sad.models.admissions import Admission
from sad.models.applications import Application, ApplicationDocument, ApplicationState
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.suppliers import SupplierMember
from sad.models.systems import PurchasingSystem
from tests.factories.admissions import make_admission, make_application
from tests.factories.documents import make_certificate
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
POINT = {"cite_liability_insurance": "y", "why_liability_insurance": "L’attestation a expiré."}


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(AT):
        yield


@pytest.fixture
def buyer(database) -> Person:
    with transaction():
        return make_person(make_system(title="Alimentation durable").organisation, Role.BUYER, name="Claire")


@pytest.fixture
def mine(client, buyer):
    sign_in(client, buyer)
    return client


def received(buyer: Person, state: str = "submitted", *, proved: bool = True, name: str = "Ferme des Noyers", **values) -> int:
    """An application to the buyer's organisation, by its number."""
    with transaction():
        system = system_of(buyer)
        given = {"submitted_at": RECEIVED, **values}
        application = make_application(make_supplier(name=name), system.categories[0], ApplicationState(state), **given)
        if proved:
            proof = make_certificate(application.supplier, expires_on=date(2027, 1, 1))
            application.documents.append(
                ApplicationDocument(document=proof.document, requirement=proof.kind, expires_on=proof.expires_on, added_at=RECEIVED)
            )
        return application.id


def system_of(buyer: Person) -> PurchasingSystem:
    return session.scalars(select(PurchasingSystem).where(PurchasingSystem.organisation_id == again(buyer).organisation_id)).one()


def application(number: int) -> Application:
    session.rollback()
    return session.get_one(Application, number)


def count(model) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def test_the_most_urgent_comes_first_with_its_legal_day_in_full(mine, buyer):
    received(buyer, name="Tard", submitted_at=AT)
    received(buyer, name="Tôt", submitted_at=datetime(2026, 11, 6, 9, 0, tzinfo=UTC))
    received(buyer, name="Passée", submitted_at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
    page = mine.get("/achats/candidatures").text
    assert page.index("Passée") < page.index("Tôt") < page.index("Tard")
    assert "En retard de 4\u00a0jours ouvrés" in page and "Dernier jour" in page and "Reste 10\u00a0jours ouvrés" in page
    assert "lundi 23 novembre 2026" in page


def test_drafts_and_withdrawn_applications_are_not_shown(mine, buyer):
    received(buyer, "draft", name="Brouillon", submitted_at=None)
    received(buyer, "withdrawn", name="Retirée")
    page = mine.get("/achats/candidatures").text
    assert "Brouillon" not in page and "Retirée" not in page and "Aucune candidature n’attend" in page


def test_one_application_shows_answers_documents_findings_and_what_may_be_decided(mine, buyer):
    page = mine.get(f"/achats/candidatures/{received(buyer, proved=False)}").text
    assert "lundi 30 novembre 2026" in page and "R2162-45" in page
    assert "la preuve demandée par l’avis n’est pas jointe" in page and "proposition" in page
    assert "Admettre" in page and "Refuser" in page and "Ne compte pas pour l’admission" in page


def test_a_document_is_given_as_a_download_that_no_browser_runs(app, mine, buyer):
    number = received(buyer)
    with transaction():
        document = again(session.get_one(Application, number)).documents[0].document
        kept = storage.put(app.settings.data_dir, storage.CheckedFile("a.pdf", "application/pdf", b"%PDF"))
        document.storage_key = kept.key
    answer = mine.get(f"/achats/candidatures/{number}/documents/{application(number).documents[0].document_id}")
    assert answer.data == b"%PDF" and answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_document_of_another_application_does_not_come_through_this_one(mine, buyer):
    first, second = received(buyer), received(buyer)
    theirs = application(second).documents[0].document_id
    assert mine.get(f"/achats/candidatures/{first}/documents/{theirs}").status_code == 404


ACTS = {
    "admettre": ({}, "admitted", "admitted"),
    "refuser": (POINT, "refused", "refused"),
    "completer": (POINT, "completion_requested", "completion_request"),
    "entendre": ({"ground": "L2141-7", "facts": "Résiliation de 2025."}, "hearing", "hearing"),
    "prolonger": ({"reason": "Agrément à vérifier."}, "submitted", "evaluation_extended"),
}


def read(page: str) -> str:
    """What a page says, without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("act", ACTS)
def test_each_act_shows_its_letter_first_then_sends_that_very_letter(mine, buyer, act):
    form, state, kind = ACTS[act]
    number = received(buyer)
    path = f"/achats/candidatures/{number}/{act}"
    assert mine.get(path).status_code == 200
    shown = mine.post(path, data=form)
    assert shown.status_code == 200 and "Ce qui va se passer" in shown.text and "Qui sera prévenu" in shown.text
    assert application(number).state == "submitted" and count(Letter) == 0
    assert mine.post(path, data={**form, "confirm": "1"}).location == f"/achats/candidatures/{number}"
    assert application(number).state == state
    letter = session.scalars(select(Letter)).one()
    assert letter.kind == kind
    assert [line for line in letter.body.splitlines() if squeezed(line.removeprefix("- ")) not in squeezed(read(shown.text))] == []


@pytest.mark.parametrize(
    ("act", "form", "said"),
    [
        ("refuser", {}, "ADM-09"),
        ("refuser", {**POINT, "why_liability_insurance": ""}, "ADM-09"),
        ("refuser", {"exclusion": "L2141-8", "exclusion_why": "Pressions."}, "ADM-08"),
        ("completer", {}, "ADM-07"),
        ("completer", {**POINT, "why_liability_insurance": "Envoyez votre attestation fiscale."}, "ADM-05"),
        ("entendre", {"ground": "", "facts": "Faits."}, "Choisissez le motif"),
        ("entendre", {"ground": "L2141-7", "facts": ""}, "Écrivez les faits"),
        ("prolonger", {"reason": ""}, "Écrivez la raison"),
    ],
)
@pytest.mark.parametrize("confirm", [{}, {"confirm": "1"}])
def test_what_the_law_forbids_never_reaches_the_confirmation_and_what_was_typed_stays(mine, buyer, act, form, said, confirm):
    number = received(buyer)
    page = mine.post(f"/achats/candidatures/{number}/{act}", data={**form, **confirm})
    assert page.status_code == 422 and said in page.text and "Ce qui va se passer" not in page.text
    assert all(html.escape(value) in page.text for value in form.values())
    assert application(number).state == "submitted" and count(Letter) == 0


def test_a_fault_of_a_point_shows_beside_its_sentence(mine, buyer):
    page = mine.post(f"/achats/candidatures/{received(buyer)}/refuser", data={**POINT, "why_liability_insurance": " "}).text
    assert 'id="why_liability_insurance-error"' in page and 'aria-describedby="why_liability_insurance-error"' in page


def test_admitting_against_a_finding_asks_why(mine, buyer):
    number = received(buyer, proved=False)
    page = mine.post(f"/achats/candidatures/{number}/admettre", data={"note": ""})
    assert page.status_code == 422 and 'id="note-error"' in page.text
    mine.post(f"/achats/candidatures/{number}/admettre", data={"note": "Original vu.", "confirm": "1"})
    admission = session.scalars(select(Admission)).one()
    page = mine.get(f"/achats/admis/{admission.id}").text
    assert "Original vu." in page and "Claire" in page


def test_an_exclusion_is_decided_by_another_person_after_the_hearing(mine, buyer):
    number = received(buyer)
    with transaction():
        ask_hearing(session.get_one(Application, number), ground="L2141-7", facts="Faits.", by=again(buyer), at=RECEIVED)
    late = AT + timedelta(days=2)
    form = {"exclusion": "L2141-7", "exclusion_why": "Résiliation de 2025."}
    with clock.frozen(late):
        assert "une autre personne décide" in mine.post(f"/achats/candidatures/{number}/refuser", data=form).text
        with transaction():
            other = make_person(again(buyer).organisation, Role.BUYER)
        mine.post("/deconnexion")
        sign_in(mine, other)
        mine.post(f"/achats/candidatures/{number}/refuser", data={**form, "confirm": "1"})
    assert application(number).decision_reasons == [{"requirement": "L2141-7", "sentence": "Résiliation de 2025."}]


def test_what_is_decided_is_decided_once(mine, buyer):
    number = received(buyer)
    mine.post(f"/achats/candidatures/{number}/admettre", data={"confirm": "1"})
    for act, (form, _state, _kind) in ACTS.items():
        assert mine.post(f"/achats/candidatures/{number}/{act}", data={**form, "confirm": "1"}).status_code == 422
    assert count(Letter) == count(Admission) == 1
    assert "Admise" in mine.get("/achats/candidatures?etat=decidees").text


def test_a_sealed_application_shows_neither_name_nor_content_nor_acts(mine, buyer):
    number = received(buyer, name="Nom caché")
    with transaction():
        session.get_one(Application, number).system.notice_dispatched_at = AT - timedelta(days=10)
    document = application(number).documents[0].document_id
    for path in ("/achats/", "/achats/candidatures", f"/achats/candidatures/{number}"):
        page = mine.get(path)
        assert page.status_code == 200 and "Nom caché" not in page.text and "cellée" in page.text
    assert mine.get(f"/achats/candidatures/{number}/documents/{document}").status_code == 404
    for act in ACTS:
        assert mine.get(f"/achats/candidatures/{number}/{act}").status_code == 422


PATHS = ("", "/admettre", "/refuser", "/completer", "/entendre", "/prolonger")


@pytest.mark.parametrize("path", PATHS)
def test_the_application_of_another_organisation_does_not_exist(mine, buyer, path):
    with transaction():
        other = make_person(make_system().organisation, Role.BUYER)
    number = received(other)
    assert mine.get(f"/achats/candidatures/{number}{path}").status_code == 404
    assert mine.post(f"/achats/candidatures/{number}{path}", data={"confirm": "1"}).status_code in (404, 405)
    assert application(number).state == "submitted"


def test_a_draft_is_the_suppliers_alone(mine, buyer):
    number = received(buyer, "draft", submitted_at=None)
    assert mine.get(f"/achats/candidatures/{number}").status_code == 404


@pytest.mark.parametrize(
    ("role", "reads", "decides"),
    [(Role.AUDITOR, 200, 403), (Role.EVALUATOR, 403, 403), (Role.REQUESTER, 403, 403), (Role.BUYER, 200, 200)],
)
def test_an_auditor_reads_and_only_buyers_decide(client, buyer, role, reads, decides):
    number = received(buyer)
    with transaction():
        person = make_person(again(buyer).organisation, role)
    sign_in(client, person)
    assert client.get(f"/achats/candidatures/{number}").status_code == reads
    assert client.get(f"/achats/candidatures/{number}/admettre").status_code == decides


@pytest.mark.parametrize("path", ["/achats/", "/achats/candidatures", "/achats/candidatures?etat=decidees", "/achats/admis"])
@pytest.mark.parametrize("prolonged", [0, 40])
def test_long_lists_ask_the_same_number_of_statements(app, mine, buyer, path, prolonged):
    counts = []
    for number in (10, 490):
        with transaction():
            system = system_of(buyer)
            system.initial_evaluation_days = prolonged
            for _ in range(number):
                supplier = make_supplier()
                make_application(supplier, system.categories[0], submitted_at=RECEIVED)
                make_admission(supplier, system.categories[1], again(buyer))
        with statements_of(app.engine) as found:
            assert mine.get(path).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= (23 if path == "/achats/" else 14)


def test_a_supplier_for_which_nobody_acts_is_given_a_way_back_in_by_a_buyer_alone(mine, buyer):
    with transaction():
        admission = make_admission(make_supplier(), system_of(buyer).categories[0], again(buyer))
    path, sent = f"/achats/admis/{again(admission).id}", {"email": "jeanne@ferme.example"}
    assert "Plus personne" not in mine.get(path).text
    assert mine.post(f"{path}/inviter", data=sent).status_code == 404
    with transaction():
        session.query(SupplierMember).filter_by(supplier_id=again(admission).supplier_id).one().left_at = AT
    assert "Plus personne n’agit pour elle" in mine.get(path).text
    assert mine.post(f"{path}/inviter", data={"email": "jeanne"}).status_code == 422
    assert mine.post(f"{path}/inviter", data=sent).location == path
    assert session.scalars(select(Letter.to_email)).one() == "jeanne@ferme.example"


def test_the_admitted_are_listed_by_category_with_their_history(mine, buyer):
    with transaction():
        bread, catering = system_of(buyer).categories
        first = make_admission(make_supplier(name="Pain du Vercors"), bread, again(buyer))
        second = make_admission(make_supplier(name="Traiteur du Rhône"), catering, again(buyer))
        category = bread.id
    page = mine.get(f"/achats/admis?categorie={category}").text
    assert "Pain du Vercors" in page and "Traiteur du Rhône" not in page and "1 admis" in page
    assert mine.get(f"/achats/admis/{again(first).id}").status_code == 200
    with transaction():
        other = make_person(make_organisation(), Role.BUYER)
    mine.post("/deconnexion")
    sign_in(mine, other)
    assert mine.get(f"/achats/admis/{again(second).id}").status_code == 404
