"""A buyer reads a consortium, asks for an excluded member to be replaced, and another decides."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.admissions import admit
from sad.actions.consortiums import invite_partner, join_consortium
from sad.actions.replacements import ask_replacement, present_replacement
from sad.db import session, transaction
from sad.models.admissions import Admission
from sad.models.consortiums import Consortium, MemberReplacement
from sad.models.letters import Letter
from sad.models.people import Role
from tests.factories.consortiums import LINK, apply_with, make_signed, sign, write
from tests.factories.documents import make_certificate
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AFTER = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
ASKED = {"ground": "L2141-2", "facts": "Cotisations dues depuis 2025."}


class Scene:
    """An admitted group, two buyers signed in."""

    def __init__(self, app) -> None:
        with transaction():
            category = make_system(forbids_double_bidding=True).categories[1]
            self.buyers = [make_person(category.system.organisation, Role.BUYER) for _ in range(2)]
            self.group: Consortium = make_signed(category, at=AT)
            make_certificate(self.group.parties[1].supplier)
            self.application = apply_with(self.group, at=AT)
            admit(self.application, by=self.buyers[0], at=AT)
            self.brewer = self.group.parties[2].id
        session.expunge_all()
        self.clients = [app.test_client() for _ in self.buyers]
        self.page = f"/achats/groupements/{self.group.id}"
        for client, buyer in zip(self.clients, self.buyers, strict=True):
            sign_in(client, buyer)

    def ask(self) -> MemberReplacement:
        with transaction():
            brewer = again(self.group).parties[2]
            return ask_replacement(brewer, **ASKED, by=again(self.buyers[0]), at=AT)


@pytest.fixture
def scene(app, database):
    with clock.frozen(AT):
        yield Scene(app)


def test_the_buyer_reads_members_shares_signatures_and_each_ones_proofs(scene):
    for path in (f"/achats/candidatures/{scene.application.id}", scene.page):
        answer = scene.clients[0].get(path)
        check(answer.text)
        for words in ("Chèvrerie, mandataire", "Fournil", "30 %", "pain"):
            assert words in read(answer), (path, words)
    text = read(scene.clients[0].get(scene.page))
    assert "Données essentielles : Conjoint" in text and "attestation.pdf" in text and "Gérante" in text
    pdf = scene.clients[0].get(f"{scene.page}/convention.pdf")
    assert pdf.data[:5] == b"%PDF-"
    with transaction():
        admission = session.scalars(select(Admission)).one().id
    assert "Un groupement de 3 entreprises" in read(scene.clients[0].get(f"/achats/admis/{admission}"))


def test_a_group_that_has_not_applied_does_not_exist_for_the_buyer(scene):
    with transaction():
        forming = make_signed(again(scene.group).category, at=AT).id
    assert scene.clients[0].get(f"/achats/groupements/{forming}").status_code == 404


def test_the_request_is_read_before_it_goes_and_goes_once(scene):
    lead = scene.clients[0]
    data = {"member": scene.brewer, **ASKED}
    check(lead.get(f"{scene.page}/remplacer").text)
    shown = lead.post(f"{scene.page}/remplacer", data=data)
    check(shown.text)
    assert "jeudi 3 décembre 2026" in read(shown) and ASKED["facts"] in read(shown)
    assert session.scalar(select(MemberReplacement.id)) is None
    assert lead.post(f"{scene.page}/remplacer", data={**data, "confirm": "1"}).location == scene.page
    again_refused = lead.post(f"{scene.page}/remplacer", data={**data, "confirm": "1"})
    assert (again_refused.status_code, "déjà demandé" in read(again_refused)) == (422, True)
    assert len(session.scalars(select(Letter).where(Letter.kind == "replacement_asked")).all()) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"facts": ""}, "Écrivez les faits."),
        ({"ground": ""}, "Choisissez le motif."),
        ({"ground": "L2141-7"}, "d’abord être entendu"),
        ({"member": ""}, "Choisissez l’entreprise."),
    ],
)
def test_a_request_that_lacks_something_is_refused_and_keeps_its_words(scene, values, words):
    answer = scene.clients[0].post(f"{scene.page}/remplacer", data={"member": scene.brewer, **ASKED, **values})
    check(answer.text)
    assert (answer.status_code, words in read(answer)) == (422, True)
    assert values.get("facts", ASKED["facts"]) in answer.text


def test_a_member_of_another_group_is_not_found(scene):
    with transaction():
        other = make_signed(again(scene.group).category, at=AT).parties[1].id
    assert scene.clients[0].post(f"{scene.page}/remplacer", data={"member": other, **ASKED}).status_code == 404


def test_a_second_person_leaves_the_group_out_once_the_days_are_past(scene):
    scene.ask()
    first, second = scene.clients
    out = {"is_accepted": "non", "reason": "Personne n’a été présenté.", "confirm": "1"}
    assert second.post(f"{scene.page}/remplacement", data=out).status_code == 422
    with clock.frozen(AFTER):
        for client, buyer in zip(scene.clients, scene.buyers, strict=True):
            sign_in(client, buyer)
        assert "Décider" in read(first.get(scene.page))
        refused = first.post(f"{scene.page}/remplacement", data=out)
        assert (refused.status_code, "une autre personne" in read(refused)) == (422, True)
        shown = second.post(f"{scene.page}/remplacement", data=out)
        assert shown.location == scene.page
        assert "écarté" in read(second.get(scene.page))
    assert session.scalars(select(Admission.state)).one() == "removed"


def test_the_replacement_presented_is_accepted_after_its_letter_is_read(scene):
    replacement = scene.ask()
    with transaction():
        group, newcomer = again(scene.group), make_supplier(name="Cidrerie", families=["jus_compotes"])
        lead = member_of(group.lead)
        join_consortium(
            invite_partner(group, newcomer.siret, link=LINK, by=lead, at=AT), link=LINK, by=member_of(newcomer), at=AT
        )
        write(group, ("60", "25", "15"), at=AT)
        for each in group.parties:
            sign(each, at=AT)
        present_replacement(again(replacement), by=lead, at=AT)
    client, data = scene.clients[1], {"is_accepted": "oui", "reason": "Elle convient."}
    assert "Cidrerie" in read(client.get(f"{scene.page}/remplacement"))
    shown = client.post(f"{scene.page}/remplacement", data=data)
    check(shown.text)
    assert "Cidrerie prend la place de Brasserie" in read(shown)
    assert client.post(f"{scene.page}/remplacement", data={**data, "confirm": "1"}).location == scene.page
    text = read(client.get(scene.page))
    assert "Cidrerie" in text and "Remplacement accepté" in text


def test_nothing_to_decide_has_no_page(scene):
    assert scene.clients[0].get(f"{scene.page}/remplacement").status_code == 404


def test_the_public_page_says_whether_one_may_bid_alone_and_in_a_group(scene):
    system = scene.application.system_id
    assert "Interdit : une entreprise dépose une offre" in read(scene.clients[0].get(f"/systemes/{system}"))
    with transaction():
        again(scene.group).category.system.forbids_double_bidding = False
    assert "Permis : une entreprise peut répondre seule" in read(scene.clients[0].get(f"/systemes/{system}"))
