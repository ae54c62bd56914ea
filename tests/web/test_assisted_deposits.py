"""Entering an offer for a supplier, through the pages: the agreement, the offer, and what the supplier then finds."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad import clock, db
from sad.actions.publications import invitees_of
from sad.models.assisted_deposits import AssistedDeposit
from sad.models.offers import DepositAttempt, Offer
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.offers import PDF, make_deposit, make_opener
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.web.reading import read
from tests.web.test_login import sign_in

AT = CLOSES - timedelta(hours=1)


class Case:
    """A mini-tender with two openers, a buyer who is asked for help, and a supplier who asks."""

    def __init__(self) -> None:
        need = make_published(suppliers=2)
        self.openers = [make_opener(need) for _ in range(2)]
        self.buyer = make_person(need.organisation, Role.BUYER, name="Claire Fontaine")
        self.supplier = invitees_of(need)[0]
        self.member = member_of(self.supplier)
        self.need, self.lines = need.id, [line.id for line in need.lines]
        self.supplier_id, self.supplier_name = self.supplier.id, self.supplier.name
        make_deposit(need, self.supplier, at=CLOSES - timedelta(days=1), prices=("77.70", "88.80"))
        for person in (self.buyer, self.member):
            db.session.expunge(person)

    def path(self, end: str = "") -> str:
        return f"/achats/consultations/{self.need}/depot-assiste{end}"

    def agreement(self, **changed) -> dict:
        return {
            "supplier": self.supplier_id, "means": "phone", "agreed_by": "Karim Benali, gérant",
            "agreed_at": ["2026-12-07", "10:30"], "aside": "y", **changed,
        }  # fmt: skip

    def offer(self, **changed) -> dict:
        prices = {f"price-{line}": price for line, price in zip(self.lines, ("3,10", "4"), strict=True)}
        rates = {f"vat-{line}": "5.5" for line in self.lines}
        values = {"intermediaries": "0", "direct_supply_pct": "80", "organic_or_siqo_pct": "40", "reusable_packaging": "oui"}
        named = {f"{kind}-{name}": value for kind in ("value", "answer") for name, value in values.items()}
        return {"key": "une-cle", **prices, **rates, **named, "note": "Livré tiède.", **changed}


@pytest.fixture
def case(database):
    with clock.frozen(CLOSES - timedelta(days=1)), db.transaction():
        return Case()


@pytest.fixture
def buyer(app, case):
    with clock.frozen(AT):
        client = app.test_client()
        sign_in(client, case.buyer)
        yield client


def rows(model):
    db.session.rollback()
    return db.session.scalars(select(model).order_by(model.id)).all()


def test_the_page_says_what_it_costs_and_the_offer_goes_sealed_to_the_supplier(app, buyer, case):
    assert "Saisir une offre pour un fournisseur" in buyer.get(f"/achats/consultations/{case.need}").text
    page = read(buyer.get(case.path()))
    assert "Vous verrez ses prix" in page and "Vous ne pourrez plus ouvrir les offres" in page
    assert buyer.post(case.path(), data=case.agreement()).location == case.path("/offre")
    page = read(buyer.get(case.path("/offre")))
    assert case.supplier_name in page and "77,70" not in page and "77.70" not in page, "what it deposited itself is not shown"
    sent = {**case.offer(), "files": (io.BytesIO(PDF.body), "menu.pdf")}
    answer = buyer.post(case.path("/offre"), data=sent)
    assert answer.location == f"/achats/consultations/{case.need}", read(answer)
    before, offer = rows(Offer)
    assert (before.state, offer.state, offer.deposited_by) == ("replaced", "deposited", case.buyer.id)
    assert [attempt.offer_id for attempt in rows(DepositAttempt)] == [offer.id]
    number = offer.id
    theirs = app.test_client()
    sign_in(theirs, case.member)
    receipt = read(theirs.get(f"/fournisseur/consultations/offres/{number}/accuse-de-reception"))
    assert "Saisie pour vous par un agent" in receipt and "menu.pdf" in receipt and "Karim Benali, gérant" in receipt
    assert buyer.get(f"/fournisseur/consultations/offres/{number}/accuse-de-reception").status_code == 403


def test_the_same_sending_twice_is_one_offer(buyer, case):
    buyer.post(case.path(), data=case.agreement())
    for _ in range(3):
        assert buyer.post(case.path("/offre"), data=case.offer()).status_code == 302
    assert len(rows(Offer)) == 2


def test_faults_are_shown_beside_their_fields_and_what_was_typed_stays(buyer, case):
    refused = buyer.post(case.path(), data=case.agreement(agreed_by="", aside=None, agreed_at=["2026-12-07", "25:30"]))
    assert refused.status_code == 422 and rows(AssistedDeposit) == []
    refused = buyer.post(case.path(), data=case.agreement(agreed_at=["2026-12-07", "11:30"]))
    assert "dans l’avenir" in read(refused) and 'value="Karim Benali, gérant"' in refused.text
    buyer.post(case.path(), data=case.agreement())
    refused = buyer.post(case.path("/offre"), data=case.offer(**{f"price-{case.lines[0]}": ""}))
    assert refused.status_code == 422 and "Livré tiède." in refused.text
    assert len(rows(Offer)) == 1 and rows(DepositAttempt)[0].refused_because


@pytest.mark.parametrize("chosen", [0, 999999, "x", ""])
def test_only_an_invitee_is_chosen(buyer, case, chosen):
    assert buyer.post(case.path(), data=case.agreement(supplier=chosen)).status_code == 422
    assert rows(AssistedDeposit) == []


def test_without_an_agreement_there_is_no_offer_to_enter(buyer, case):
    assert buyer.get(case.path("/offre")).location == f"/achats/consultations/{case.need}"
    assert buyer.post(case.path("/offre"), data=case.offer()).status_code == 302
    assert len(rows(Offer)) == 1


def test_after_the_hour_the_page_says_why_nobody_is_helped(buyer, case):
    with clock.frozen(CLOSES + timedelta(seconds=1)):
        assert "Nul ne saisit plus pour un autre" in read(buyer.get(case.path()))
        assert buyer.post(case.path(), data=case.agreement()).status_code == 422


def test_who_entered_is_led_away_from_the_opening(buyer, case):
    buyer.post(case.path(), data=case.agreement())
    with clock.frozen(CLOSES + timedelta(minutes=1)):
        assert "A saisi l’offre d’un fournisseur, avec son accord." in read(buyer.get(f"/achats/consultations/{case.need}/liens"))
