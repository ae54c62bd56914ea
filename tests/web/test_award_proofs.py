"""The pages of the proofs of an awardee: sent on a phone without JavaScript, read by the buyers, until the contract is notified."""

import html
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.awards import approve_award, cancel_award, propose_award
from sad.actions.proof_decisions import decide_proof, reject_unproved
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.models.awards import Award
from sad.models.people import Person, Role
from sad.models.proofs import AwaitedProof, GivenProof
from tests.factories.evaluations import Tender, make_evaluator
from tests.factories.offers import PDF
from tests.factories.orders import DECIDED, make_awarded
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.proofs import asked_for, give, prove
from tests.factories.suppliers import make_supplier, member_of
from tests.web.rows import again

DEAR = {"budget": Decimal("20000.00")}
DAY = paris_day(DECIDED)
AT = DECIDED + timedelta(hours=1)


@pytest.fixture
def award(client) -> Award:
    with transaction():
        return make_awarded(Tender(("120.00", "4.00")), Tender(("118.00", "4.20"), marks={"quality": "6"}), **DEAR)


@pytest.fixture(autouse=True)
def that_day():
    with clock.frozen(AT):
        yield


def sign_in(client, person: Person) -> None:
    session.remove()
    client.post("/deconnexion")
    assert client.post("/connexion", data={"email": again(person).email, "password": PASSWORD}).status_code == 302


def as_holder(client, award) -> AwaitedProof:
    sign_in(client, member_of(again(award).place.offer.supplier))
    return asked_for(again(award)).awaited[0]


def as_buyer(client, award) -> str:
    sign_in(client, again(award).proposer)
    return f"/achats/consultations/{again(award).mini_tender_id}"


def read(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u202f", " "))


def paper(siret: str, **said) -> dict:
    return {"files": (io.BytesIO(PDF.body), "attestation.pdf"), "siret": siret, "issued_on": DAY.isoformat(), **said}


def kind_of(award, kind: str) -> AwaitedProof:
    return next(each for each in asked_for(again(award)).awaited if each.kind == kind)


def test_from_the_home_of_the_awardee_to_the_notified_contract(client, award):
    first = as_holder(client, award)
    number = asked_for(again(award)).id
    siret = first.supplier.siret
    assert f"/fournisseur/attestations/{number}" in client.get("/fournisseur/").text
    page = read(client.get(f"/fournisseur/attestations/{number}"))
    assert "À envoyer au plus tard le" in page and "vous n’avez rien à envoyer" in page
    for each in asked_for(again(award)).awaited[:2]:
        sent = client.post(f"/fournisseur/attestations/envoyer/{each.id}", data=paper(siret))
        assert (sent.status_code, sent.location) == (302, f"/fournisseur/attestations/{number}")
    workers = kind_of(award, "foreign_workers").id
    assert client.post(f"/fournisseur/attestations/envoyer/{workers}", data={"declares_none": "y"}).status_code == 302
    assert "Tout est envoyé" in read(client.get(f"/fournisseur/attestations/{number}"))
    assert f"/fournisseur/attestations/{number}" not in client.get("/fournisseur/").text

    need = as_buyer(client, award)
    page = client.get(f"{need}/attestations")
    assert "ne se notifie pas encore" in read(page)
    refused = client.post(f"{need}/attribution/{again(award).id}/notifier", data={"contract_reference": "2026-1"})
    assert refused.status_code == 422 and "restent à vérifier" in read(refused)
    for given in session.scalars(select(GivenProof.id)).all():
        assert client.get(f"{need}/attestations/{given}").status_code == 200
        assert client.post(f"{need}/attestations/{given}", data={"decision": "accepted"}).status_code == 302
    register = kind_of(award, "registration").id
    assert client.get(f"{need}/attestations/registre/{register}").status_code == 200
    seen = {"siret": siret, "issued_on": DAY.isoformat(), "source": "Annuaire des entreprises.", "decision": "accepted"}
    assert client.post(f"{need}/attestations/registre/{register}", data=seen).status_code == 302
    assert "Toutes les attestations sont acceptées" in read(client.get(f"{need}/attestations"))
    assert client.post(f"{need}/attribution/{again(award).id}/notifier", data={"contract_reference": "2026-1"}).status_code == 302


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"siret": "73282932000074"}, "d’une autre entreprise"),
        ({"siret": "12345678901234"}, "faute de frappe"),
        ({"issued_on": (DAY - timedelta(days=400)).isoformat()}, "n’est plus valable"),
        ({"issued_on": ""}, "a été établi manque"),
        ({"files": (io.BytesIO(b"MZ"), "attestation.exe")}, "n’est pas accepté"),
        ({"files": (io.BytesIO(b""), "")}, "Le document manque"),
    ],
)
def test_what_does_not_do_is_refused_beside_its_field_and_what_was_typed_stays(client, award, said, words):
    first = as_holder(client, award)
    typed = {**paper(first.supplier.siret), "expires_on": "2027-03-01", **said}
    answer = client.post(f"/fournisseur/attestations/envoyer/{first.id}", data=typed)
    assert answer.status_code == 422 and words in read(answer)
    assert 'value="2027-03-01"' in answer.text
    assert session.scalars(select(GivenProof)).all() == []


def test_another_supplier_finds_nothing(client, award):
    first, number = as_holder(client, award).id, asked_for(again(award)).id
    with transaction():
        stranger = member_of(make_supplier())
    sign_in(client, stranger)
    assert client.get(f"/fournisseur/attestations/{number}").status_code == 404
    assert client.post(f"/fournisseur/attestations/envoyer/{first}", data=paper("73282932000074")).status_code == 404


def test_a_refused_paper_is_asked_again_with_its_reason(client, award):
    with transaction():
        given = give(kind_of(award, "tax_certificate"), at=DECIDED)
    need = as_buyer(client, award)
    page = client.post(f"{need}/attestations/{again(given).id}", data={"decision": "refused"})
    assert page.status_code == 422 and "Le motif du refus" in read(page)
    client.post(f"{need}/attestations/{again(given).id}", data={"decision": "refused", "reason": "Il manque une page."})
    first = as_holder(client, award)
    page = client.get(f"/fournisseur/attestations/{first.request_id}")
    assert "Il manque une page." in read(page) and f"/fournisseur/attestations/envoyer/{first.id}" in page.text


@pytest.mark.parametrize(("role", "status"), [(Role.BUYER, 200), (Role.AWARD_AUTHORITY, 200), (Role.EVALUATOR, 404), (Role.AUDITOR, 404)])
def test_the_list_of_foreign_workers_is_for_two_roles_alone(client, award, settings, role, status):
    first = as_holder(client, award)
    workers = kind_of(award, "foreign_workers")
    client.post(f"/fournisseur/attestations/envoyer/{workers.id}", data=paper(first.supplier.siret))
    with transaction():
        need = again(award).mini_tender
        person = make_person(need.organisation, role) if role is Role.AUDITOR else make_evaluator(need, role)
    sign_in(client, person)
    given = session.scalars(select(GivenProof)).one()
    base = f"/achats/consultations/{again(award).mini_tender_id}/attestations"
    assert client.get(f"{base}/{given.id}/document").status_code == status
    assert (f"{base}/{given.id}/document" in client.get(base).text) is (status == 200)


def test_that_it_cannot_prove_is_confirmed_on_a_page_that_names_what_lacks(client, award):
    need = as_buyer(client, award)
    with clock.frozen(DECIDED + timedelta(days=11)):
        need = as_buyer(client, award)
        page = client.get(f"{need}/attestations/impossible")
        assert "Attestation de vigilance" in read(page) and "L’offre suivante du classement" in read(page)
        assert client.post(f"{need}/attestations/impossible", data={"reason": " "}).status_code == 422
        done = client.post(f"{need}/attestations/impossible", data={"reason": "La vigilance n’est pas venue."})
        assert (done.status_code, done.location) == (302, f"{need}/attribution")
        page = read(client.get(f"{need}/attribution/proposer"))
        assert "Offre classée 2e" in page, page
        number = asked_for(again(award)).id
        as_holder(client, award)
        assert "Plus rien n’est à envoyer" in read(client.get(f"/fournisseur/attestations/{number}"))


def test_while_only_the_register_is_unread_the_page_says_to_read_it_first(client, award):
    late = DECIDED + timedelta(days=11)
    with transaction():
        for each in asked_for(again(award)).awaited[:3]:
            decide_proof(give(each, at=DECIDED), "accepted", "", by=again(award).proposer, at=DECIDED)
    with clock.frozen(late):
        need = as_buyer(client, award)
        assert "Lire le registre d’abord" in read(client.get(f"{need}/attestations/impossible"))
        refused = client.post(f"{need}/attestations/impossible", data={"reason": "Le registre."})
        assert refused.status_code == 422 and "Lire le registre d’abord" in read(refused) and "Le registre.</textarea>" in refused.text
        seen = {"siret": again(award).place.offer.supplier.siret, "issued_on": paris_day(late).isoformat(), "decision": "refused"}
        register = kind_of(award, "registration").id
        done = client.post(f"{need}/attestations/registre/{register}", data=seen | {"source": "Radiée le 2 octobre."})
        assert done.status_code == 302
        assert "Radiée le 2 octobre." in read(client.get(f"{need}/attestations"))
        assert client.post(f"{need}/attestations/impossible", data={"reason": "Plus inscrite."}).status_code == 302


@pytest.mark.parametrize(("role", "sees"), [(Role.BUYER, True), (Role.AUDITOR, True), (Role.AWARD_AUTHORITY, False)])
def test_papers_that_wait_to_be_read_are_on_the_home_until_they_are_read(client, award, role, sees):
    with transaction():
        given = [give(each, at=DECIDED) for each in asked_for(again(award)).awaited[:2]]
        person = make_person(again(award).mini_tender.organisation, role)
    link = f"/achats/consultations/{again(award).mini_tender_id}/attestations"
    sign_in(client, person)
    page = client.get("/achats/")
    assert (link in page.text and "2 documents reçus" in read(page)) is sees
    with transaction():
        decide_proof(again(given[0]), "accepted", "", by=again(award).proposer, at=DECIDED)
    assert ("1 document reçu" in read(client.get("/achats/"))) is sees
    with transaction():
        decide_proof(again(given[1]), "refused", "Illisible.", by=again(award).proposer, at=DECIDED)
    assert link not in client.get("/achats/").text


def test_papers_of_an_award_taken_back_or_of_another_house_wait_for_nobody(client, award):
    with transaction():
        give(asked_for(again(award)).awaited[0], at=DECIDED)
        stranger = make_person(make_organisation(), Role.BUYER)
    sign_in(client, stranger)
    assert "Attestations à vérifier" not in client.get("/achats/").text
    with transaction():
        cancel_award(again(award), "À refaire.", by=again(award).proposer, at=DECIDED)
    as_buyer(client, award)
    assert "Attestations à vérifier" not in client.get("/achats/").text


def test_the_ranking_says_who_could_not_prove_and_who_is_next(client, award):
    need = as_buyer(client, award)
    names = [place.offer.supplier.name for place in sorted(again(award).place.ranking.places, key=lambda place: place.rank)]
    page = f"{need}/classement"
    assert "sans attestations" not in read(client.get(page))
    with transaction():
        late = DECIDED + timedelta(days=11)
        reject_unproved(asked_for(again(award)), "Rien n’est venu.", by=again(award).proposer, at=late)
    said = read(client.get(page))
    assert said.count("Rejetée, sans attestations") == 1 and said.count("Offre régulière") == 1
    assert f"La suivante est {names[1]} , rang 2" in said or f"La suivante est {names[1]}, rang 2" in said
    assert "Rien n’est venu." not in said


def test_the_period_without_signature_is_chosen_at_the_decision_and_shown(client, award):
    with transaction():
        found = again(award)
        cancel_award(found, "À refaire.", by=found.proposer, at=DECIDED)
        proposed = propose_award(found.place, "La première.", by=found.proposer, at=DECIDED)
        chief = found.decider
    sign_in(client, chief)
    need = f"/achats/consultations/{again(award).mini_tender_id}"
    page = client.get(f"{need}/attribution/{again(proposed).id}/decider")
    assert "Attendre avant de signer" in read(page) and "18 décembre 2026" in read(page)
    assert client.post(f"{need}/attribution/{again(proposed).id}/decider", data={"waits": "y"}).status_code == 302
    with transaction():
        prove(again(proposed))
    as_buyer(client, award)
    assert "Pas avant la fin du vendredi 18 décembre 2026" in read(client.get(f"{need}/attribution"))
    refused = client.post(f"{need}/attribution/{again(proposed).id}/notifier", data={"contract_reference": "2026-1"})
    assert refused.status_code == 422 and "AWD-05" in read(refused)


def test_a_proof_put_in_the_vault_beforehand_is_taken_at_the_decision_and_not_asked(client):
    with transaction():
        award = make_awarded()
        cancel_award(award, "À refaire.", by=award.proposer, at=DECIDED)
    sign_in(client, member_of(again(award).place.offer.supplier))
    sent = {"kind": "vigilance_certificate", "files": (io.BytesIO(PDF.body), "vigilance.pdf"), "expires_on": ""}
    refused = client.post("/fournisseur/documents", data=sent)
    assert refused.status_code == 422 and "a été établi manque" in read(refused)
    sent |= {"files": (io.BytesIO(PDF.body), "vigilance.pdf"), "issued_on": (DAY - timedelta(days=20)).isoformat()}
    assert client.post("/fournisseur/documents", data=sent).status_code == 302
    page = read(client.get("/fournisseur/documents"))
    assert "Attestation de vigilance" in page and "Valable jusqu’au" in page
    with transaction():
        found = again(award)
        again_proposed = propose_award(found.place, "La première.", by=found.proposer, at=AT)
        approve_award(again_proposed, by=found.decider, at=AT)
    assert kind_of(again_proposed, "social_certificate").standing(DAY) == "to_check"
