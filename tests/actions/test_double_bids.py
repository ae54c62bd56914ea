"""Bidding alone and in a group: only as the documents say, and nobody learns of a rival's offer (ADM-11, ADM-12)."""

import threading

import pytest
from sqlalchemy import func, select

from sad import db
from sad.actions.admissions import admit
from sad.actions.offers import live_offer, withdraw_offer
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferState
from sad.models.people import Role
from sad.models.suppliers import Supplier, SupplierMember
from tests.factories.admissions import ADMITTED, make_admission
from tests.factories.consortiums import apply_with, make_signed, make_trio
from tests.factories.mini_tenders import CLOSES, make_mini_tender, make_published
from tests.factories.offers import IN_TIME, make_deposit
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system


class Scene:
    """A group of three, its baker and a stranger admitted in one category, with a mini-tender out to all."""

    def __init__(self, *, forbids: bool) -> None:
        self.system = make_system(forbids_double_bidding=forbids)
        self.category = self.system.categories[1]
        self.trio, self.stranger = make_trio(), make_supplier(name="Rivale", families=["traiteur_buffet"])
        self.buyer = make_person(self.system.organisation, Role.BUYER)
        self.group = make_signed(self.category, self.trio)
        admit(apply_with(self.group), note="Preuves lues.", by=self.buyer, at=ADMITTED)
        for company in (self.trio[1], self.stranger):
            make_admission(company, self.category, self.buyer)
        self.mini_tender = self.publish()
        session.commit()

    def publish(self) -> MiniTender:
        draft = make_mini_tender(system=self.system, category_id=self.category.id)
        return make_published(draft, suppliers=0, by=self.buyer)

    def deposit(self, supplier: Supplier, **values) -> Offer:
        with transaction():
            return make_deposit(self.mini_tender, supplier, **values)


@pytest.fixture
def forbidden(database) -> Scene:
    return Scene(forbids=True)


@pytest.fixture
def allowed(database) -> Scene:
    return Scene(forbids=False)


def refused_of(act) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def live(mini_tender: MiniTender) -> int:
    return session.scalar(select(func.count(Offer.id)).where(Offer.mini_tender_id == mini_tender.id, Offer.state == OfferState.DEPOSITED))


def test_the_documents_may_let_a_member_answer_alone_too(allowed):
    allowed.deposit(allowed.group.supplier)
    allowed.deposit(allowed.trio[1])
    assert live(allowed.mini_tender) == 2


def test_the_documents_may_forbid_it_whoever_comes_second(forbidden):
    forbidden.deposit(forbidden.group.supplier)
    refused = refused_of(lambda: forbidden.deposit(forbidden.trio[1]))
    assert [each.rule for each in refused.refusals] == ["ADM-12"]
    assert "R2151-7" in str(refused) and "groupement dont vous êtes membre" in str(refused)
    assert live(forbidden.mini_tender) == 1


def test_a_group_comes_second_to_its_own_member_without_a_name(forbidden):
    forbidden.deposit(forbidden.trio[1])
    refused = refused_of(lambda: forbidden.deposit(forbidden.group.supplier))
    assert [each.rule for each in refused.refusals] == ["ADM-12"]
    assert not any(each.name in str(refused) for each in (*forbidden.trio, forbidden.stranger))


def test_a_withdrawn_offer_leaves_the_place_and_ones_own_offer_is_replaced(forbidden):
    offer = forbidden.deposit(forbidden.trio[1])
    forbidden.deposit(forbidden.trio[1], prices=("3.00", "3.00"))
    with transaction():
        withdraw_offer(live_offer(forbidden.mini_tender, forbidden.trio[1]), link="x", by=member_of(forbidden.trio[1]), at=IN_TIME)
    forbidden.deposit(forbidden.group.supplier)
    assert offer.state != OfferState.DEPOSITED and live(forbidden.mini_tender) == 1


def test_a_stranger_is_never_told_anything(forbidden):
    forbidden.deposit(forbidden.group.supplier)
    forbidden.deposit(forbidden.stranger)
    assert live(forbidden.mini_tender) == 2


def test_a_company_in_two_groups_bids_in_one(forbidden):
    with transaction():
        newcomer = make_supplier(name="Fromagerie", families=["fromages"])
        other = make_signed(forbidden.category, [newcomer, forbidden.trio[1], make_supplier(name="Verger", families=["fruits"])])
        admit(apply_with(other), note="Preuves lues.", by=forbidden.buyer, at=ADMITTED)
        mini_tender = forbidden.publish()
    with transaction():
        make_deposit(mini_tender, forbidden.group.supplier)
    with pytest.raises(Refused, match="ADM-12"), transaction():
        make_deposit(mini_tender, other.supplier)


def test_one_person_never_deposits_for_two_candidates(allowed):
    lead = member_of(allowed.trio[0])
    with transaction():
        make_admission(allowed.trio[0], allowed.category, allowed.buyer)
        mini_tender = allowed.publish()
        colleague = make_person()
        session.add(SupplierMember(supplier_id=allowed.trio[0].id, person_id=colleague.id, joined_at=ADMITTED))
    with transaction():
        make_deposit(mini_tender, allowed.trio[0])
    with pytest.raises(Refused, match="R2142-4") as refused, transaction():
        make_deposit(mini_tender, allowed.group.supplier)
    assert [each.rule for each in refused.value.refusals] == ["ADM-11"]
    with transaction():
        make_deposit(mini_tender, allowed.group.supplier, by=colleague)
    assert lead.id != colleague.id


def test_a_late_offer_stops_nobody_and_is_stopped_by_the_rule_alone(forbidden):
    late = CLOSES.replace(hour=23)
    forbidden.deposit(forbidden.trio[1], at=late)
    forbidden.deposit(forbidden.group.supplier, at=late)
    assert live(forbidden.mini_tender) == 2


def test_two_deposits_in_the_same_second_do_not_both_pass(forbidden):
    number, results = forbidden.mini_tender.id, []
    candidates = (forbidden.group.supplier.id, forbidden.trio[1].id)
    barrier = threading.Barrier(2)

    def deposit(supplier_id: int) -> None:
        barrier.wait()
        try:
            with transaction():
                make_deposit(session.get(MiniTender, number), session.get(Supplier, supplier_id), key=f"race-{supplier_id}")
            results.append("in")
        except Refused:
            results.append("told")
        finally:
            db.session.remove()

    threads = [threading.Thread(target=deposit, args=(each,)) for each in candidates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in", "told"]
