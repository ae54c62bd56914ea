"""Three companies answer together through the pages: they form the group, sign, apply, bid, win and are ordered from."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.admissions import admit
from sad.actions.awards import approve_award, notify_contract, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.consortiums import invite_partner, join_consortium
from sad.actions.letters import people_of
from sad.actions.marks import give_mark, judged_criteria
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.rankings import compute_ranking
from sad.actions.ties import first_places
from sad.db import session, transaction
from sad.letters.orders import order_sent
from sad.models.admissions import Admission
from sad.models.applications import Application
from sad.models.consortiums import Consortium
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from sad.models.systems import Category
from sad.reports.order import order_content
from tests.factories.admissions import make_admission
from tests.factories.consortiums import LINK, make_consortium, make_signed, make_trio, write
from tests.factories.documents import make_certificate
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_mini_tender, make_published
from tests.factories.offers import make_opener
from tests.factories.orders import make_delivery, make_order
from tests.factories.people import make_person
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.web.counting import statements_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in
from tests.web.test_shell import check
from tests.web.test_supplier_offers import deposit

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANSWERED = CLOSES - timedelta(hours=4)
OPENED = CLOSES + timedelta(hours=1)
HOME = "/fournisseur/groupements"


@dataclass
class Scene:
    category: Category
    trio: list[Supplier]
    buyer: Person
    clients: list


@pytest.fixture
def scene(app, database) -> Scene:
    with transaction():
        category = make_system(forbids_double_bidding=True).categories[1]
        trio = make_trio()
        for company in trio:
            make_certificate(company)
        buyer = make_person(category.system.organisation, Role.BUYER)
        people = [member_of(company) for company in trio]
    session.expunge_all()
    clients = [app.test_client() for _ in trio]
    with clock.frozen(AT):
        for client, person in zip(clients, people, strict=True):
            sign_in(client, person)
    return Scene(category, trio, buyer, clients)


def group() -> Consortium:
    return session.scalars(select(Consortium).order_by(Consortium.id.desc()).limit(1)).one()


def terms(consortium: Consortium, *shares: str, **values) -> dict[str, str]:
    found = again(consortium)
    data = {"revision": str(found.revision), "form": "joint_liable_lead", "payment": "each", "on_default": "Les autres livrent.", **values}
    for each, share, task in zip(found.parties, shares, ("fromages", "pain", "boissons"), strict=True):
        data |= {f"share_{each.supplier_id}": share, f"task_{each.supplier_id}": task}
    return data


def sign_through(client, page: str):
    shown = re.search(r'name="shown"[^>]*value="([^"]*)"', client.get(f"{page}/signer").text)[1]
    return client.post(f"{page}/signer", data={"shown": shown, "is_sworn": "y"})


def form_group(scene: Scene) -> str:
    """From the first button to the three signatures; the address of the group's page."""
    lead, *others = scene.clients
    assert "Former un groupement" in read(lead.get(HOME))
    made = lead.post(f"{HOME}/nouveau/{scene.category.id}", data={"name": "Buffet du Vercors", "offered": "traiteur_buffet"})
    page = made.location
    for company in scene.trio[1:]:
        assert lead.post(f"{page}/inviter", data={"siret": company.siret}).location == page
    for client in others:
        assert "Votre réponse est attendue" in read(client.get("/fournisseur/"))
        assert client.post(f"{page}/rejoindre").location == page
    assert lead.post(f"{page}/parts", data=terms(group(), "50", "30", "20")).location == page
    for client in scene.clients:
        assert "Votre signature est attendue" in read(client.get("/fournisseur/"))
        assert sign_through(client, page).location == page
    return page


def apply_through(client, page: str) -> str:
    """From the group's page to the receipt of its application; the address of the application."""
    answers = client.post(f"{page}/candidater").location
    client.post(answers, data={"q_liability_insurance": "oui"})
    sent = client.post(answers.replace("/reponses", "/verifier"), data={"is_sworn": "y"})
    assert sent.status_code == 302, read(sent)
    return sent.location


def award_to(offer: Offer, scene: Scene, mini_tender: MiniTender) -> None:
    """Two people open, one marks and ranks, two award, the contract is notified."""
    first, second = make_opener(mini_tender), make_opener(mini_tender)
    ask_opening(mini_tender, by=first, at=OPENED)
    confirm_opening(mini_tender, seal_key=SEAL_KEY, by=second, at=OPENED)
    judge, chief = make_opener(mini_tender), make_opener(mini_tender)
    for row in session.scalars(select(Offer).where(Offer.mini_tender_id == mini_tender.id, Offer.is_opened)):
        classify_offer(row, "regular", "Complète.", by=judge, at=OPENED)
        for criterion in judged_criteria(mini_tender):
            give_mark(row, criterion.key, "9" if row.id == offer.id else "3", "Motif", by=judge, at=OPENED)
    ranking = compute_ranking(mini_tender, by=judge, at=OPENED)
    award = propose_award(first_places(ranking)[0], "La meilleure.", by=judge, at=OPENED)
    approve_award(award, by=chief, at=OPENED)
    notify_contract(prove(award, at=OPENED), by=judge, at=OPENED)
    assert award.place.offer_id == offer.id


def test_three_companies_form_a_group_sign_apply_bid_win_and_share(scene):
    lead, baker, _ = scene.clients
    with clock.frozen(AT):
        page = form_group(scene)
        application = apply_through(lead, page)
        check(lead.get(application).text)
        check(baker.get(page).text)
    with transaction():
        row = session.scalars(select(Application)).one()
        assert {each.document.supplier_id for each in row.documents} == {each.id for each in scene.trio}
        admit(row, by=again(scene.buyer), at=AT + timedelta(days=1))
        rival = make_supplier(name="Rivale", families=["traiteur_buffet"])
        assert session.scalars(select(Admission)).one().supplier.name == "Groupement Buffet du Vercors"
    with transaction():
        draft = make_mini_tender(system=again(scene.category).system, category_id=scene.category.id)
        need = make_published(draft, suppliers=1, by=again(scene.buyer))
        assert (need.lines, need.system, need.service, need.organisation) and rival
    session.expunge_all()
    with clock.frozen(ANSWERED):
        assert "Groupement Buffet du Vercors" in read(lead.get("/fournisseur/"))
        receipt = deposit(lead, need)
        assert "accuse-de-reception" in receipt.location
    with transaction():
        offer = session.scalars(select(Offer)).one()
        assert offer.supplier.kind == "groupement"
        award_to(offer, scene, session.get_one(MiniTender, need.id))
    letters = {letter.kind: letter for letter in session.scalars(select(Letter).where(Letter.kind.like("%contract%")))}
    body = letters["contract_notification"].body.replace("\u00a0", " ")
    for words in ("Chèvrerie, mandataire", "50 % du prix hors taxe", "Fournil", "30 %", "Brasserie", "20 %"):
        assert words in body, words
    shared = session.scalars(select(Letter).where(Letter.kind == "consortium_contract").order_by(Letter.supplier_id)).all()
    assert [letter.supplier_id for letter in shared] == [each.id for each in scene.trio[1:]]
    with transaction():
        delivery = make_delivery(make_order(session.get_one(MiniTender, need.id), at=OPENED))
        assert delivery.order.award.place.offer.supplier.name == "Groupement Buffet du Vercors"
        members = order_content(delivery.order)["members"]
        assert len(members) == 3 and all(name in order_sent(delivery.order, link="").body for name, _, _ in members)


def test_a_member_who_also_answers_alone_is_refused_when_the_documents_say_so(scene):
    lead, baker, _ = scene.clients
    with clock.frozen(AT):
        apply_through(lead, form_group(scene))
    with transaction():
        admit(session.scalars(select(Application)).one(), by=again(scene.buyer), at=AT)
        make_admission(again(scene.trio[1]), again(scene.category), again(scene.buyer))
        draft = make_mini_tender(system=again(scene.category).system, category_id=scene.category.id)
        need = make_published(draft, suppliers=0, by=again(scene.buyer))
        assert need.lines and need.system and need.service and need.organisation
    session.expunge_all()
    with clock.frozen(ANSWERED):
        assert "R2151-7" in read(baker.get(f"/fournisseur/consultations/{need.id}/offre"))
        deposit(lead, need)
        refused = deposit(baker, need)
    assert refused.status_code == 422
    assert "groupement dont vous êtes membre" in read(refused)
    assert session.scalars(select(Offer)).one().supplier.kind == "groupement"


def test_what_was_typed_stays_when_shares_do_not_make_a_whole(scene):
    lead = scene.clients[0]
    with transaction():
        made = make_consortium(again(scene.category), [again(each) for each in scene.trio])
    session.expunge_all()
    with clock.frozen(AT):
        answer = lead.post(f"{HOME}/{made.id}/parts", data=terms(made, "50", "30", "19,5", on_default="Mot à mot."))
    check(answer.text)
    assert answer.status_code == 422
    assert "Il manque 0,5 %" in read(answer)
    assert "Mot à mot." in answer.text and 'value="19,5"' in answer.text and 'value="boissons"' in answer.text


def test_a_second_writer_is_told_keeps_its_words_and_may_send_again(scene):
    lead = scene.clients[0]
    with transaction():
        made = make_consortium(again(scene.category), [again(each) for each in scene.trio])
    session.expunge_all()
    page = f"{HOME}/{made.id}/parts"
    stale = terms(made, "40", "40", "20", on_default="Ma version.")
    with clock.frozen(AT):
        with transaction():
            write(again(made), at=AT)
        answer = lead.post(page, data=stale)
        assert answer.status_code == 422
        assert "une autre personne" in read(answer) and "Ma version." in answer.text
        fresh = re.search(r'name="revision"[^>]*value="(\d+)"', answer.text)[1]
        assert lead.post(page, data={**stale, "revision": fresh}).status_code == 302


def test_a_text_that_changed_since_it_was_shown_is_shown_again_unsigned(scene):
    lead, baker, _ = scene.clients
    with transaction():
        made = write(make_consortium(again(scene.category), [again(each) for each in scene.trio]))
    session.expunge_all()
    page = f"{HOME}/{made.id}"
    with clock.frozen(AT):
        old = re.search(r'name="shown"[^>]*value="([^"]*)"', baker.get(f"{page}/signer").text)[1]
        lead.post(f"{page}/parts", data=terms(made, "40", "40", "20"))
        answer = baker.post(f"{page}/signer", data={"shown": old, "is_sworn": "y"})
        assert answer.status_code == 422
        assert "Le texte a changé" in read(answer) and "Fournil : 40 %" in read(answer)
        assert baker.post(f"{page}/signer", data={"shown": "", "is_sworn": ""}).status_code == 422
        assert sign_through(baker, page).status_code == 302


@pytest.mark.parametrize(("data", "words"), [({}, "14 chiffres"), ({"siret": "123"}, "14 chiffres"), ({"named": "nobody"}, "14 chiffres")])
def test_a_partner_that_is_not_one_is_refused(scene, data, words):
    with transaction():
        made = make_consortium(again(scene.category), [again(scene.trio[0])])
    session.expunge_all()
    with clock.frozen(AT):
        answer = scene.clients[0].post(f"{HOME}/{made.id}/inviter", data=data)
    check(answer.text)
    assert (answer.status_code, words in read(answer)) == (422, True)


def test_a_named_supplier_may_be_chosen_from_the_list(scene):
    with transaction():
        known = make_supplier(name="Verger connu", is_shown_publicly=True)
        make_admission(known, again(scene.category), again(scene.buyer))
        made = make_consortium(again(scene.category), [again(scene.trio[0])])
    session.expunge_all()
    with clock.frozen(AT):
        page = scene.clients[0].get(f"{HOME}/{made.id}/inviter")
        assert "Verger connu" in read(page)
        assert scene.clients[0].post(f"{HOME}/{made.id}/inviter", data={"named": known.siret}).status_code == 302


def test_strangers_and_members_find_only_what_is_theirs(scene):
    with transaction():
        made = make_consortium(again(scene.category), [again(each) for each in scene.trio[:2]])
        members = [each.id for each in made.members]
    session.expunge_all()
    lead, baker, stranger = scene.clients
    with clock.frozen(AT):
        for end in ("", "/signer", "/convention.pdf", "/rejoindre", "/parts", "/inviter", "/abandonner", f"/membres/{members[1]}/partir"):
            assert stranger.get(f"{HOME}/{made.id}{end}").status_code == 404, end
        for end in ("/parts", "/inviter", "/abandonner", f"/membres/{members[0]}/partir"):
            assert baker.get(f"{HOME}/{made.id}{end}").status_code == 404, end
        for end in ("/candidater", "/agir", "/remplacement"):
            assert baker.post(f"{HOME}/{made.id}{end}").status_code == 404, end
        assert lead.post(f"{HOME}/{made.id}/remplacement").status_code == 404


def test_the_agreement_is_a_pdf_for_each_member(scene):
    with transaction():
        made = make_signed(again(scene.category), [again(each) for each in scene.trio])
    session.expunge_all()
    with clock.frozen(AT):
        for client in scene.clients:
            answer = client.get(f"{HOME}/{made.id}/convention.pdf")
            assert (answer.status_code, answer.data[:5]) == (200, b"%PDF-")


def test_a_page_asks_as_much_of_the_database_for_nine_members_as_for_three(scene, app):
    with transaction():
        small = make_signed(again(scene.category), [again(each) for each in scene.trio])
        lead = people_of(again(scene.trio[0]))[0]
    session.expunge_all()
    with clock.frozen(AT):
        with statements_of(app.engine) as few:
            assert scene.clients[0].get(f"{HOME}/{small.id}").status_code == 200
        with transaction():
            for number in range(6):
                company = make_supplier(name=f"Ferme {number}")
                member = invite_partner(again(small), company.siret, link=LINK, by=again(lead), at=AT)
                join_consortium(member, link=LINK, by=member_of(company), at=AT)
        session.expunge_all()
        with statements_of(app.engine) as many:
            assert scene.clients[0].get(f"{HOME}/{small.id}").status_code == 200
    assert len(many) <= len(few)
