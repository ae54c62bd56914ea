"""The pages of an order: from « Commander » to the delivery accepted in three taps, the supplier's, the buyers', and the amounts."""

import html
import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from sad import clock
from sad.clause_library import chosen_clauses
from sad.db import session, transaction
from sad.letters.wording import money
from sad.models.litigation import LitigationHold
from sad.models.orders import Delivery, Order
from sad.models.people import Person, Role
from sad.reports.order import order_content
from tests.factories.evaluations import make_evaluator
from tests.factories.mini_tenders import SERVED
from tests.factories.orders import ORDERED, make_awarded, make_delivery, make_notified, make_order
from tests.factories.people import PASSWORD
from tests.factories.suppliers import member_of
from tests.web.rows import again

MORNING = SERVED - timedelta(minutes=10)
SLOT = {"begins": "07:30", "ends": "08:00"}


@pytest.fixture
def need(client):
    with transaction():
        return make_notified().mini_tender


@pytest.fixture
def order(client):
    with transaction():
        return make_order()


def sign_in(client, person: Person) -> None:
    session.remove()
    client.post("/deconnexion")
    assert client.post("/connexion", data={"email": again(person).email, "password": PASSWORD}).status_code == 302


def as_requester(client, need) -> str:
    """Signed in as whoever wrote the need; the address of its pages."""
    sign_in(client, again(need).creator)
    return f"/service/besoins/{again(need).id}"


def read(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u202f", " "))


def amount(value) -> str:
    return re.sub(r"\s+", " ", money(value).replace("\u202f", " "))


def test_the_clauses_of_the_need_are_to_be_checked_by_whoever_receives_and_stand_on_the_order(client, need):
    with transaction():
        again(need).clauses = chosen_clauses(["staff_break"])
    with clock.frozen(ORDERED):
        pages = as_requester(client, need)
        client.post(f"{pages}/commander", data=SLOT)
        [found] = session.scalars(select(Order)).all()
        facts = order_content(found)["facts"]
        assert [said for name, said in facts if name == "Clause à respecter" and "une pause et un repas" in said]
    with clock.frozen(MORNING):
        pages = as_requester(client, need)
        assert "ont une pause et un repas" in read(client.get(f"{pages}/commande/reception"))
        said = {"conformity": "full", "on_time": "yes", "packaging": "none", "unmet_clauses": ["staff_break"]}
        refused = client.post(f"{pages}/commande/reception", data=said)
        assert refused.status_code == 422 and "Une clause n’est pas tenue" in read(refused)
        assert re.search(r'checked[^>]*value="staff_break"', refused.text)
        assert client.post(f"{pages}/commande/reception", data={**said, "remark": "Ni pause ni repas."}).status_code == 302
        assert "Non tenue" in read(client.get(f"{pages}/commande"))


def test_from_the_order_to_the_delivery_and_the_amounts_of_the_service(client, need):
    with clock.frozen(ORDERED):
        pages = as_requester(client, need)
        assert f"{pages}/commander" in client.get("/service/").text and "À commander" in read(client.get(pages))
        sent = client.post(f"{pages}/commander", data={**SLOT, "note": "Sonner.", "engagement_number": "EJ-118", "service_code": "DGA"})
        assert (sent.status_code, sent.location) == (302, f"{pages}/commande")
        assert "Confirmer le nombre de convives" in read(client.get("/service/"))
        page = client.get(f"{pages}/commande/convives").text
        version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
        assert client.post(f"{pages}/commande/convives", data={"headcount": "24", "version": version}).status_code == 302
    with clock.frozen(MORNING):
        pages = as_requester(client, need)
        assert f"{pages}/commande/reception" in client.get("/service/").text  # first tap, from the home page
        form = client.get(f"{pages}/commande/reception").text
        assert re.findall(r'checked[^>]*value="(\w+)"', form) == ["full", "yes", "taken_back"]
        done = client.post(f"{pages}/commande/reception", data={"conformity": "full", "on_time": "yes", "packaging": "taken_back"})
        assert done.status_code == 302  # second tap: what the page proposes is sent as it is
        [found] = session.scalars(select(Order)).all()
        assert (found.headcount, found.delivery.accepted_total) == (24, found.total)
        said = read(client.get("/service/montants"))
        assert said.count(amount(found.total)) >= 3 and "0,00 €" in said
        assert "Réceptionnée" in read(client.get(f"{pages}/commande"))


def test_an_order_before_the_notification_says_why_and_what_to_do(client):
    with transaction():
        need = make_awarded().mini_tender
    with clock.frozen(ORDERED):
        pages = as_requester(client, need)
        said = read(client.get(f"{pages}/commander"))
        refused = client.post(f"{pages}/commander", data=SLOT)
    assert "pas encore notifié" in said and "ORD-01" in said and "Attendre la notification" in said
    assert refused.status_code == 422 and "ORD-01" in read(refused) and session.scalars(select(Order)).all() == []


def test_what_was_typed_stays_when_the_order_is_refused(client, need):
    with clock.frozen(ORDERED):
        pages = as_requester(client, need)
        answer = client.post(f"{pages}/commander", data={"begins": "09:00", "ends": "08:00", "note": "Par la cour.", "service_code": "A B"})
    assert answer.status_code == 422
    for words in ("vient avant son début", "sans espace", "Par la cour.", 'value="09:00"', 'value="A B"'):
        assert words in html.unescape(answer.text)


@pytest.mark.parametrize("hours", [{"begins": "25:00", "ends": "08:00"}, {"begins": "", "ends": ""}, {"begins": "matin", "ends": "08:00"}])
def test_an_hour_that_is_none_is_a_fault_of_its_field(client, need, hours):
    with clock.frozen(ORDERED):
        answer = client.post(f"{as_requester(client, need)}/commander", data=hours)
    assert answer.status_code == 422 and session.scalars(select(Order)).all() == []


def test_a_second_order_is_refused_and_leads_to_the_first(client, order):
    with clock.frozen(ORDERED):
        pages = as_requester(client, again(order).mini_tender)
        assert client.get(f"{pages}/commander").location == f"{pages}/commande"
        answer = client.post(f"{pages}/commander", data={**SLOT, "note": "Encore."})
    assert answer.status_code == 422 and "BC-2026-0001" in read(answer) and "ORD-03" in read(answer) and "Encore." in answer.text


def test_a_headcount_beyond_the_limit_stays_on_the_screen_with_its_rule(client, order):
    with clock.frozen(ORDERED):
        pages = as_requester(client, again(order).mini_tender)
        answer = client.post(f"{pages}/commande/convives", data={"headcount": "40", "version": "1"})
    assert answer.status_code == 422 and 'value="40"' in answer.text
    assert "ORD-02" in read(answer) and "de 20 à 24 convives" in read(answer)


def test_a_reserve_without_its_reason_stays_on_the_screen_then_goes(client, order):
    with clock.frozen(MORNING):
        pages = as_requester(client, again(order).mini_tender)
        line = again(order).lines[0].id
        said = {"conformity": "partial", "on_time": "no", "packaging": "left", f"quantity-{line}": "40"}
        refused = client.post(f"{pages}/commande/reception", data=said)
        assert refused.status_code == 422 and "Une réserve a sa raison" in read(refused) and 'value="40"' in refused.text
        assert client.post(f"{pages}/commande/reception", data={**said, "remark": "Quatre de moins."}).status_code == 302
        page = read(client.get(f"{pages}/commande"))
    assert "Quatre de moins." in page and "Écart" in page and "ne compte dans aucune note" in page
    assert session.scalars(select(Delivery)).one().accepted_total < again(order).total


def test_a_delivery_accepted_twice_is_refused_with_who_did_it(client, order):
    with clock.frozen(MORNING):
        pages = as_requester(client, again(order).mini_tender)
        whole = {"conformity": "full", "on_time": "yes", "packaging": "none"}
        assert client.post(f"{pages}/commande/reception", data=whole).status_code == 302
        again_ = client.post(f"{pages}/commande/reception", data={**whole, "remark": "Deux fois."})
    assert again_.status_code == 422 and "déjà réceptionnée" in read(again_) and "Deux fois." in again_.text


def test_references_are_written_later(client, order):
    with clock.frozen(ORDERED):
        pages = as_requester(client, again(order).mini_tender)
        refused = client.post(f"{pages}/commande/references", data={"engagement_number": "E" * 60, "service_code": "", "version": "1"})
        assert refused.status_code == 422 and "ORD-06" in read(refused)
        data = {"engagement_number": "EJ-2026-7", "service_code": "", "version": "1"}
        assert client.post(f"{pages}/commande/references", data=data).status_code == 302
        assert "EJ-2026-7" in read(client.get(f"{pages}/commande"))
        old = client.post(f"{pages}/commande/references", data={**data, "engagement_number": "EJ-8"})
    assert old.status_code == 422 and "Une autre personne" in read(old) and "EJ-8" in old.text


def test_the_pdf_of_the_order_is_read_back_with_its_amounts_and_references(client, order):
    with clock.frozen(ORDERED):
        pages = as_requester(client, again(order).mini_tender)
        answer = client.get(f"{pages}/commande/bon-de-commande.pdf")
    reader = PdfReader(io.BytesIO(answer.data))
    text = re.sub(r"\s+", " ", "".join(page.extract_text() for page in reader.pages).replace("\u202f", " "))
    found = again(order)
    for words in ("Bon de commande BC-2026-0001", found.supplier.name, amount(found.total), "TVA à 5,5 %", "Chorus Pro", "44 pièces"):
        assert words in text
    assert amount(found.as_content().total_with_vat) in text and "non communiqué" in text
    assert reader.metadata.title == "Bon de commande BC-2026-0001" and "/StructTreeRoot" in reader.trailer["/Root"]


def test_a_supplier_reads_its_order_says_it_has_it_and_reads_what_was_accepted(client, order):
    with clock.frozen(ORDERED):
        sign_in(client, member_of(again(order).supplier))
        page = f"/fournisseur/commandes/{again(order).id}"
        assert "BC-2026-0001" in read(client.get("/fournisseur/")) and page in client.get("/fournisseur/commandes").text
        assert client.post(f"{page}/bien-recu").status_code == 302
        assert "BC-2026-0001" not in read(client.get("/fournisseur/")) and ">Bien reçu<" not in client.get(page).text
        assert client.get(f"{page}/bon-de-commande.pdf").mimetype == "application/pdf"
    with clock.frozen(MORNING), transaction():
        make_delivery(again(order))
    with clock.frozen(MORNING):
        sign_in(client, member_of(again(order).supplier))
        assert "Promis et livré" in read(client.get(page))


def test_buyers_read_the_order_and_record_a_court_action(client, order):
    with transaction():
        buyer = make_evaluator(again(order).mini_tender, Role.BUYER)
        pages = f"/achats/consultations/{again(order).mini_tender.id}"
    with clock.frozen(ORDERED):
        sign_in(client, buyer)
        assert "BC-2026-0001" in read(client.get(f"{pages}/commande"))
        assert client.post(f"{pages}/recours", data={"reason": " "}).status_code == 422
        assert client.post(f"{pages}/recours", data={"reason": "TA de Grenoble, n° 26123."}).status_code == 302
        assert "Un recours est en cours" in read(client.get(f"{pages}/recours"))
        assert client.post(f"{pages}/recours", data={"reason": "Rejeté."}).status_code == 302
        assert "TA de Grenoble" in read(client.get(f"{pages}/recours"))
        assert session.scalars(select(LitigationHold)).one().lifted_reason == "Rejeté."
        amounts = read(client.get(f"/achats/systemes/{again(order).mini_tender.system_id}/montants"))
    assert amount(again(order).total) in amounts and "les trois font le maximum annoncé" in amounts
