"""Orders: only of a notified contract, once, at its prices; the headcount within what was announced; references; two people at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from sad.actions.awards import notify_contract
from sad.actions.litigation import lift_hold, place_hold
from sad.actions.orders import acknowledge_order, confirm_headcount, order_of, place_order, set_invoice_references
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.domain.orders import OrderTerms, Slot
from sad.letters.wording import money
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.orders import Order
from sad.models.people import Person
from tests.factories.evaluations import Tender
from tests.factories.mini_tenders import SERVED, make_mini_tender
from tests.factories.orders import NOTIFIED, ORDERED, SLOT, make_awarded, make_delivery, make_notified, make_order, order_link
from tests.factories.proofs import prove
from tests.factories.suppliers import member_of

LAST_DAY = datetime(2026, 12, 12, 23, 59, tzinfo=PARIS)


@pytest.fixture
def order(database) -> Order:
    return make_order()


def rules(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(one.rule, one.field) for one in refused.value.refusals]


def letters(*kinds: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind.in_(kinds)).order_by(Letter.id)))


def confirm(order: Order, headcount: int, *, version: int | None = None, at: datetime = ORDERED) -> Order:
    return confirm_headcount(order, headcount, version=version or order.version, link=order_link, by=order.orderer, at=at)


def test_an_order_takes_the_lines_prices_and_vat_of_the_award(order):
    content, offered = order.as_content(), order.award.place.offer.as_content()
    assert [(line.label, line.quantity, line.unit_price, line.vat_rate) for line in content.lines] == [
        (line.label, line.quantity, line.unit_price, line.vat_rate) for line in offered.lines
    ]
    assert (order.total, content.total_with_vat) == (offered.total, offered.total_with_vat)
    assert (order.reference, order.headcount, order.lowest_headcount, order.highest_headcount) == ("BC-2026-0001", 22, 20, 24)
    assert order.headcount_until == date(2026, 12, 12)


def test_the_holder_is_told_with_amounts_slot_headcount_and_where_the_order_waits(order):
    [letter] = letters("order_sent")
    assert letter.supplier_id == order.supplier.id
    told = ("BC-2026-0001", money(order.total), "TVA à 5,5", "entre 7\u00a0h\u00a030 et 8\u00a0h", "de 20 à 24 convives")
    assert [words for words in told if words not in letter.body + letter.subject] == []
    assert order_link(order.id) in letter.body


def test_nothing_is_ordered_before_the_contract_is_notified(database):
    award = make_awarded()
    assert rules(lambda: make_order(award.mini_tender)) == [("ORD-01", None)]
    assert order_of(award.mini_tender) is None


def test_nothing_is_ordered_before_any_award(database):
    draft = make_mini_tender()
    assert rules(lambda: make_order(draft)) == [("ORD-01", None)]


def test_a_court_action_stops_the_signature_then_the_order_until_it_is_lifted(database):
    award = prove(make_awarded())
    mini_tender, buyer = award.mini_tender, award.proposer
    place_hold(mini_tender, "Tribunal administratif de Grenoble, n° 2612345.", by=buyer, at=NOTIFIED)
    assert rules(lambda: notify_contract(award, contract_reference="2026-41", by=buyer, at=NOTIFIED)) == [("AWD-07", None)]
    assert rules(lambda: place_hold(mini_tender, "Encore.", by=buyer, at=NOTIFIED)) == [("AWD-07", None)]
    lift_hold(mini_tender, "Requête rejetée le 9 décembre.", by=buyer, at=NOTIFIED)
    notify_contract(award, contract_reference="2026-41", by=buyer, at=NOTIFIED)
    place_hold(mini_tender, "Référé contractuel, n° 2612399.", by=buyer, at=NOTIFIED)
    assert rules(lambda: make_order(mini_tender)) == [("AWD-07", None)]
    lift_hold(mini_tender, "Désistement.", by=buyer, at=NOTIFIED)
    assert make_order(mini_tender).reference == "BC-2026-0001"
    assert rules(lambda: lift_hold(mini_tender, "Rien.", by=buyer, at=NOTIFIED)) == [("AWD-07", None)]


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_court_action_is_described_when_it_is_placed_and_when_it_is_lifted(database, reason):
    award = make_awarded()
    assert rules(lambda: place_hold(award.mini_tender, reason, by=award.proposer, at=NOTIFIED)) == [("AWD-07", "reason")]
    place_hold(award.mini_tender, "Référé.", by=award.proposer, at=NOTIFIED)
    assert rules(lambda: lift_hold(award.mini_tender, reason, by=award.proposer, at=NOTIFIED)) == [("AWD-07", "reason")]


def test_a_contract_is_ordered_once_since_more_would_pass_what_was_awarded(order):
    assert rules(lambda: make_order(order.mini_tender)) == [("ORD-03", None)]
    with pytest.raises(Refused, match="BC-2026-0001, envoyée par"):
        make_order(order.mini_tender)


def test_the_database_itself_holds_one_order_for_an_award_and_a_headcount_in_its_limit(order):
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE orders SET headcount = 40"))
    session.rollback()


@pytest.mark.parametrize(
    ("begins", "ends", "fault"),
    [
        (SERVED, SERVED, (None, "ends")),
        (SERVED, SERVED - timedelta(minutes=5), (None, "ends")),
        (SERVED + timedelta(days=1), SERVED + timedelta(days=1, hours=1), ("ORD-03", "begins")),
        (SERVED, SERVED + timedelta(days=1), ("ORD-03", "begins")),
    ],
)
def test_the_slot_is_on_the_day_of_the_contract_and_runs_forward(database, begins, ends, fault):
    mini_tender = make_notified().mini_tender
    assert rules(lambda: make_order(mini_tender, slot=Slot(begins, ends))) == [fault]


def test_nothing_is_ordered_once_its_day_has_passed(database):
    mini_tender = make_notified().mini_tender
    assert rules(lambda: make_order(mini_tender, at=SERVED + timedelta(days=1))) == [("ORD-01", None), (None, "begins")]
    assert rules(lambda: make_order(mini_tender, at=SERVED)) == [(None, "begins")]


@pytest.mark.parametrize(
    ("engagement", "code", "field"),
    [("E" * 51, "", "engagement_number"), ("", "C" * 101, "service_code"), ("EJ 12", "", "engagement_number")],
)
def test_references_that_chorus_pro_would_not_take_are_refused(order, engagement, code, field):
    def act():
        set_invoice_references(
            order, engagement_number=engagement, service_code=code, version=order.version, link=order_link, by=order.orderer, at=ORDERED
        )

    assert rules(act) == [("ORD-06", field)]


def test_references_come_later_and_the_holder_is_told(order):
    set_invoice_references(
        order, engagement_number=" EJ-2026-118 ", service_code="DRH", version=1, link=order_link, by=order.orderer, at=ORDERED
    )
    [letter] = letters("order_changed")
    assert (order.engagement_number, order.service_code, order.version) == ("EJ-2026-118", "DRH", 2)
    assert "EJ-2026-118" in letter.body and "DRH" in letter.body


@pytest.mark.parametrize(("headcount", "pieces", "litres"), [(20, "40", "4.0"), (21, "42", "4.2"), (22, "44", "4.4"), (24, "48", "4.8")])
def test_quantities_follow_the_headcount_at_the_prices_of_the_award(order, headcount, pieces, litres):
    confirm(order, headcount, at=LAST_DAY)
    assert [line.quantity for line in order.lines] == [Decimal(pieces), Decimal(litres)]
    assert order.total == sum((line.quantity * line.unit_price for line in order.lines), Decimal(0))
    assert (order.headcount, order.confirmed_by) == (headcount, order.ordered_by)
    assert len(letters("order_changed")) == 1


def test_a_headcount_is_always_counted_from_the_announced_one(order):
    for headcount in (24, 20, 23, 22):
        confirm(order, headcount)
    assert [line.quantity for line in order.lines] == [line.awarded_quantity for line in order.lines]


@pytest.mark.parametrize("headcount", [19, 25, 44, 0])
def test_a_headcount_beyond_the_announced_limit_is_refused_with_what_to_do(order, headcount):
    with pytest.raises(Refused, match="de 20 à 24 convives") as refused:
        confirm(order, headcount)
    assert [(one.rule, one.field) for one in refused.value.refusals] == [("ORD-02", "headcount")]


def test_a_headcount_is_confirmed_until_the_end_of_the_announced_day(order):
    assert rules(lambda: confirm(order, 23, at=LAST_DAY + timedelta(minutes=1))) == [("ORD-02", "headcount")]
    assert confirm(order, 23, at=LAST_DAY).headcount == 23


def test_whoever_changes_an_order_that_another_changed_meanwhile_is_told(order):
    seen = order.version
    confirm(order, 23)
    with pytest.raises(Refused, match="Une autre personne"):
        confirm(order, 21, version=seen)
    assert order.headcount == 23


def test_an_order_does_not_change_once_it_is_delivered(order):
    make_delivery(order)
    assert rules(lambda: confirm(order, 23)) == [("ORD-04", None)]


def test_a_supplier_acknowledges_once(order):
    person = member_of(order.supplier)
    acknowledge_order(order, by=person, at=ORDERED)
    acknowledge_order(order, by=person, at=ORDERED + timedelta(hours=1))
    assert (order.acknowledged_at, order.acknowledged_by) == (ORDERED, person.id)
    said = session.scalars(select(JournalEntry.action).where(JournalEntry.action == "acknowledge_order")).all()
    assert len(said) == 1


def test_orders_are_numbered_without_a_gap_by_organisation_and_year(database):
    first = make_order()
    second_award = make_notified(system=first.mini_tender.system)
    with pytest.raises(Refused):
        make_order(second_award.mini_tender, slot=Slot(SERVED, SERVED))
    second, elsewhere = make_order(second_award.mini_tender), make_order()
    january = datetime(2027, 1, 14, 8, 0, tzinfo=PARIS)
    third = make_notified(system=first.mini_tender.system, happens_at=january).mini_tender
    in_paris = datetime(2027, 1, 1, 0, 30, tzinfo=PARIS)
    new_year = make_order(third, at=in_paris, slot=Slot(january - timedelta(hours=1), january))
    assert [each.reference for each in (first, second, elsewhere, new_year)] == [
        "BC-2026-0001", "BC-2026-0002", "BC-2026-0001", "BC-2027-0001"
    ]


def test_of_two_people_who_order_at_once_one_does_and_the_other_is_told(database):
    with transaction():
        mini_tender = make_notified().mini_tender
        number, person = mini_tender.id, mini_tender.created_by
    barrier = Barrier(2)

    def order_it(_index: int) -> str:
        barrier.wait()
        try:
            with transaction():
                need = session.get_one(MiniTender, number)
                place_order(need, OrderTerms(SLOT), link=order_link, by=session.get_one(Person, person), at=ORDERED)
        except Refused as refused:
            return str(refused.refusals[0].rule)
        finally:
            session.remove()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(order_it, range(2))) == ["ORD-03", "done"]
    assert session.scalars(select(Order.number)).all() == [1]


def test_of_orders_drawn_at_once_for_several_contracts_none_has_the_number_of_another(database):
    with transaction():
        first = make_notified().mini_tender
        needs = [first, *(make_notified(Tender(), system=first.system).mini_tender for _ in range(2))]
        numbers = [(need.id, need.created_by) for need in needs]
    barrier = Barrier(3)

    def order_it(place: int) -> None:
        barrier.wait()
        with transaction():
            need, person = numbers[place]
            by = session.get_one(Person, person)
            place_order(session.get_one(MiniTender, need), OrderTerms(SLOT), link=order_link, by=by, at=ORDERED)
        session.remove()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(order_it, range(3)))
    assert sorted(session.scalars(select(Order.number))) == [1, 2, 3]
