"""A supplier confirms its admission: what is held is there, only the rest is asked, then the decision and the way back."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.admissions import admit
from sad.actions.campaign_decisions import KEPT, SUSPENDED, decide_request
from sad.actions.campaigns import close_campaign, proposal_for
from sad.db import session, transaction
from sad.models.applications import Application
from sad.models.campaigns import CampaignRequest
from sad.models.certificates import Certificate
from sad.models.letters import Letter
from sad.models.people import Person
from tests.factories.admissions import make_admission
from tests.factories.campaigns import AFTER, ANSWERED, ENDING, INSURANCE, LASTING, Field, make_field
from tests.factories.documents import make_certificate
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_supplier_account import PDF

SWORN = {"is_sworn": "y"}


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(ANSWERED):
        yield


@pytest.fixture
def field(database) -> Field:
    """Noyers has an insurance that lasts, the one of Tilleuls ends before the last day."""
    with transaction():
        made = make_field()
        made.of = {name: made.request(name).id for name in made.suppliers}
        made.emails = {name: made.person(name).email for name in made.suppliers}
        return made


def as_supplier(app, field: Field, name: str):
    """A client signed in for that supplier, and the address of its confirmation."""
    client = app.test_client()
    sign_in(client, session.scalars(select(Person).where(Person.email == field.emails[name])).one())
    return client, f"/fournisseur/confirmations/{field.of[name]}"


def one(field: Field, name: str) -> CampaignRequest:
    session.rollback()
    return session.get_one(CampaignRequest, field.of[name])


def decide(field: Field, name: str, decision, **parts) -> None:
    with transaction():
        request = session.get_one(CampaignRequest, field.of[name])
        reasons = proposal_for(request, AFTER).reasons if decision == SUSPENDED else ()
        decide_request(request, decision, reasons=reasons, by=again(field.buyer), at=AFTER, **parts)


def proof(expires_on: date | None = LASTING) -> dict[str, object]:
    return {"files": (io.BytesIO(PDF), "attestation.pdf"), "expires_on": expires_on.isoformat() if expires_on else ""}


def test_the_home_page_says_until_when_and_leads_there(app, field):
    client, address = as_supplier(app, field, "Noyers")
    page = client.get("/fournisseur/")
    assert "Au plus tard le mardi 8 décembre 2026 Confirmer votre admission : Boulangerie et viennoiserie" in read(page)
    assert address in page.get_data(as_text=True)


def test_what_is_held_is_shown_and_not_asked(app, field):
    client, address = as_supplier(app, field, "Noyers")
    text = read(client.get(address))
    assert "Il ne manque rien" in text and "Ce qu’il nous manque" not in text and "Preuve à joindre" not in text
    assert "déjà donné, valable jusqu’au 30 juin 2027" in text


def test_only_what_ended_is_asked(app, field):
    client, address = as_supplier(app, field, "Tilleuls")
    text = read(client.get(address))
    assert "Ce qu’il nous manque" in text and "Preuve à joindre" in text
    assert "valable au moins jusqu’au mardi 8 décembre 2026" in text


def test_one_click_confirms_when_nothing_is_missing(app, field):
    client, address = as_supplier(app, field, "Noyers")
    assert client.post(address, data=SWORN).status_code == 302
    assert one(field, "Noyers").answered_at == ANSWERED
    assert "Votre confirmation est envoyée" in read(client.get(address))
    assert "Au plus tard" not in read(client.get("/fournisseur/"))
    (receipt,) = session.scalars(select(Letter).where(Letter.kind == "campaign_received")).all()
    assert "accusé de réception" in read(client.get(f"/fournisseur/courriers/{receipt.id}"))


def test_without_the_sworn_statement_it_is_said_beside_the_box(app, field):
    client, address = as_supplier(app, field, "Noyers")
    page = client.post(address, data={})
    assert page.status_code == 422 and "La déclaration sur l’honneur n’est pas renouvelée" in read(page)
    assert 'href="#is_sworn"' in page.get_data(as_text=True)
    assert one(field, "Noyers").answered_at is None


def test_a_draft_is_kept_and_is_not_sent(app, field):
    client, address = as_supplier(app, field, "Noyers")
    assert client.post(address, data={f"q_{INSURANCE}": "non", "brouillon": "1"}).status_code == 302
    assert (one(field, "Noyers").answers, one(field, "Noyers").answered_at) == ({INSURANCE: False}, None)
    assert "Ce qu’il nous manque" in read(client.get(address)), "a « non » is asked again"


def test_the_missing_proof_is_joined_and_what_was_typed_is_kept(app, field):
    client, address = as_supplier(app, field, "Tilleuls")
    there = client.post(address, data={"joindre": INSURANCE, f"q_{INSURANCE}": "oui"})
    assert there.location.endswith(f"/preuves/{INSURANCE}")
    assert client.post(there.location, data=proof()).status_code == 302
    assert "Il ne manque rien" in read(client.get(address))
    assert session.scalars(select(Certificate).where(Certificate.kind == INSURANCE, Certificate.withdrawn_at.is_(None))).one()
    client.post(address, data=SWORN)
    assert proposal_for(one(field, "Tilleuls"), AFTER).outcome == "kept"


def test_a_proof_that_ends_before_the_last_day_is_refused_beside_its_date(app, field):
    client, address = as_supplier(app, field, "Tilleuls")
    page = client.post(f"{address}/preuves/{INSURANCE}", data=proof(ENDING))
    assert page.status_code == 422 and "Ce document prend fin avant le mardi 8 décembre 2026" in read(page)


def test_a_proof_of_the_vault_is_joined_without_sending_it_again(app, field):
    with transaction():
        kept = make_certificate(again(field.suppliers["Tilleuls"]), "other", expires_on=LASTING, label="Mon assurance")
        gone = make_certificate(again(field.suppliers["Tilleuls"]), "other", expires_on=ENDING, label="L’ancienne")
        numbers = kept.id, gone.id
    client, address = as_supplier(app, field, "Tilleuls")
    text = read(client.get(f"{address}/preuves/{INSURANCE}"))
    assert "Mon assurance" in text and "L’ancienne" not in text
    assert client.post(f"{address}/preuves/{INSURANCE}/coffre/{numbers[0]}").status_code == 302
    assert "Il ne manque rien" in read(client.get(address))


def test_it_may_be_sent_without_the_proof_which_is_joined_afterwards(app, field):
    client, address = as_supplier(app, field, "Tilleuls")
    client.post(address, data=SWORN)
    assert proposal_for(one(field, "Tilleuls"), ANSWERED).outcome == "wait"
    client.post(f"{address}/preuves/{INSURANCE}", data=proof())
    assert proposal_for(one(field, "Tilleuls"), ANSWERED).outcome == "kept"


def test_an_answer_sent_may_be_corrected_while_nothing_is_decided(app, field):
    client, address = as_supplier(app, field, "Noyers")
    client.post(address, data=SWORN)
    assert "Envoyer à nouveau" in read(client.get(address)) and "Garder le brouillon" not in read(client.get(address))
    client.post(address, data={**SWORN, f"q_{INSURANCE}": "non"})
    assert one(field, "Noyers").answers == {INSURANCE: False}


def test_after_the_last_day_an_answer_is_still_taken(app, field):
    with clock.frozen(AFTER):
        client, address = as_supplier(app, field, "Noyers")
        assert "répondez quand même" in read(client.get("/fournisseur/")) and "Le dernier jour est passé" in read(client.get(address))
        assert client.post(address, data=SWORN).status_code == 302
    assert one(field, "Noyers").answered_at == AFTER


def test_one_declaration_confirms_every_category_that_lacks_nothing(app, field):
    with transaction():
        supplier = again(field.suppliers["Vignes"])
        supplier.families = ["pain_viennoiserie", "traiteur_buffet"]
        admission = make_admission(supplier, again(field.system).categories[1], again(field.buyer))
        campaign = again(field.campaign)
        request = CampaignRequest(organisation_id=campaign.organisation_id, admission=admission, answers={INSURANCE: True})
        campaign.requests.append(request)
        session.flush()
        number = request.id
    client, address = as_supplier(app, field, "Vignes")
    assert "Confirmer en même temps" in read(client.get(address))
    client.post(address, data={**SWORN, "others": [number]})
    assert one(field, "Vignes").answered_at == session.get_one(CampaignRequest, number).answered_at == ANSWERED
    client, address = as_supplier(app, field, "Noyers")
    assert "Confirmer en même temps" not in read(client.get(address))


def test_another_suppliers_confirmation_does_not_exist(app, field):
    client, _ = as_supplier(app, field, "Noyers")
    address = f"/fournisseur/confirmations/{field.of['Tilleuls']}"
    with transaction():
        other = make_certificate(again(field.suppliers["Tilleuls"])).id
    assert client.get(address).status_code == client.post(address, data=SWORN).status_code == 404
    assert client.get(f"{address}/preuves/{INSURANCE}").status_code == 404
    own = f"/fournisseur/confirmations/{field.of['Noyers']}/preuves"
    assert client.post(f"{own}/{INSURANCE}/coffre/{other}").status_code == 404
    assert client.get(f"{own}/kbis").status_code == 404


def test_once_kept_there_is_nothing_left_to_do(app, field):
    decide(field, "Noyers", KEPT, note="Vu sur place.")
    client, address = as_supplier(app, field, "Noyers")
    text = read(client.get(address))
    assert "Votre admission continue" in text and "Envoyer" not in text
    assert client.post(address, data=SWORN).status_code == 422
    assert client.get(f"{address}/preuves/{INSURANCE}").status_code == 422


def test_a_closed_request_leaves_the_supplier_admitted(app, field):
    with transaction():
        close_campaign(again(field.campaign), reason="Report.", by=again(field.buyer), at=AFTER)
    client, address = as_supplier(app, field, "Noyers")
    assert "Vous restez admis" in read(client.get(address))


def test_a_suspended_supplier_reads_why_and_comes_back(app, field):
    decide(field, "Noyers", SUSPENDED, effective_on=date(2027, 1, 15))
    with clock.frozen(AFTER):
        client, address = as_supplier(app, field, "Noyers")
        text = read(client.get(address))
        assert "suspendue à partir du vendredi 15 janvier 2027" in text and "Aucune réponse" in text
        assert "Suspendu à partir du vendredi 15 janvier 2027" in read(client.get("/fournisseur/"))
        category = again(field.system).categories[0].id
        assert client.post(f"/fournisseur/candidatures/categorie/{category}").status_code == 302
        session.rollback()
        draft = session.scalars(select(Application).where(Application.state == "draft")).one()
        assert client.post(f"/fournisseur/candidatures/{draft.id}/verifier", data=SWORN).status_code == 302
    with transaction():
        admission = admit(again(draft), note="Complet.", by=again(field.buyer), at=AFTER)
    assert (again(admission).state, again(admission).suspended_from) == ("admitted", None)
