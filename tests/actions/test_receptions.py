"""Deliveries: accepted once, on their day, whole or with reserves that have a reason; the supplier is told what it may invoice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from sad.actions.receptions import accept_delivery
from sad.clause_library import chosen_clauses
from sad.db import session, transaction
from sad.domain.deliveries import Delivered
from sad.domain.errors import Refused
from sad.letters.follow_up import follow_up
from sad.models.letters import Letter
from sad.models.orders import Delivery, Order
from sad.models.people import Person
from tests.factories.mini_tenders import SERVED
from tests.factories.orders import ALL_WELL, make_delivery, make_order, order_link

COLUMNS = "organisation_id, order_id, conformity, on_time, packaging, remark, unmet_clauses, accepted_total, accepted_by, accepted_at"
PARTIAL = Delivered(conformity="partial", on_time=False, packaging="left", remark="Quatre viennoiseries manquaient.")


@pytest.fixture
def order(database) -> Order:
    return make_order()


def faults(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(one.rule, one.field) for one in refused.value.refusals]


def pieces(order: Order, quantity: str) -> dict[str, Decimal]:
    return {str(order.lines[0].id): Decimal(quantity)}


def told(order: Order) -> Letter:
    return session.scalars(select(Letter).where(Letter.kind == "delivery_accepted", Letter.supplier_id == order.supplier.id)).one()


def test_all_is_well_in_one_act(order):
    delivery = make_delivery(order)
    assert (delivery.accepted_total, delivery.accepted_by, delivery.remark) == (order.total, order.ordered_by, "")
    assert [line.accepted_quantity for line in order.lines] == [line.quantity for line in order.lines]
    assert told(order).subject.startswith("Livraison réceptionnée\u00a0:")


def test_a_reserve_takes_out_what_did_not_come_and_its_reason_is_told(order):
    delivery = make_delivery(order, said=replace(PARTIAL, quantities=pieces(order, "40")))
    assert delivery.accepted_total == order.total - 4 * order.lines[0].unit_price
    letter = told(order)
    assert letter.subject.startswith("Livraison réceptionnée avec réserves")
    for words in ("Quatre viennoiseries manquaient.", "40\u00a0pièces", "ne compte dans aucune note"):
        assert words in letter.body


def test_a_reserve_on_quality_alone_leaves_the_amount(order):
    assert make_delivery(order, said=PARTIAL).accepted_total == order.total


def test_a_refused_delivery_is_worth_nothing_whatever_quantities_were_typed(order):
    refused = replace(PARTIAL, conformity="refused", quantities=pieces(order, "40"))
    assert make_delivery(order, said=refused).accepted_total == 0
    assert [line.accepted_quantity for line in order.lines] == [0, 0]
    assert "aucune ligne n’est acceptée" in told(order).body


def test_a_clause_that_was_not_honoured_is_kept_told_and_shown_beside_what_was_promised(order):
    order.mini_tender.clauses = chosen_clauses(["staff_break", "grouped_delivery"])
    session.flush()
    unmet = ("staff_break", "apprentices")
    said = Delivered(conformity="full", on_time=True, packaging="none", remark="Ni pause ni repas.", unmet_clauses=unmet)
    delivery = make_delivery(order, said=said)
    assert (delivery.unmet_clauses, delivery.accepted_total) == (["staff_break"], order.total)
    assert "Clause non tenue\u00a0: Les personnes qui servent ont une pause" in told(order).body
    kept = {each.promised: each.is_kept for each in follow_up(order) if each.label == "Clause"}
    assert [kept[each["label"]] for each in order.mini_tender.clauses] == [True, False]


def test_a_clause_that_was_not_honoured_is_said_with_its_reason(order):
    order.mini_tender.clauses = chosen_clauses(["staff_break"])
    session.flush()
    silent = Delivered(conformity="full", on_time=True, packaging="none", remark=" ", unmet_clauses=("staff_break",))
    with pytest.raises(Refused, match="Une clause n’est pas tenue") as refused:
        make_delivery(order, said=silent)
    assert [(fault.rule, fault.field) for fault in refused.value.refusals] == [("ORD-04", "remark")]


def test_a_delivery_is_accepted_once(order):
    make_delivery(order)
    with pytest.raises(Refused, match="déjà réceptionnée") as refused:
        make_delivery(order, said=PARTIAL)
    assert [one.rule for one in refused.value.refusals] == ["ORD-04"]
    assert order.delivery.conformity == "full"


def test_a_delivery_is_not_accepted_before_its_day_and_is_from_its_first_minute(order):
    before = SERVED.replace(hour=0) - timedelta(minutes=1)
    assert faults(lambda: make_delivery(order, at=before)) == [("ORD-04", None)]
    assert make_delivery(order, at=SERVED.replace(hour=0)).accepted_at == SERVED.replace(hour=0)


@pytest.mark.parametrize("conformity", ["partial", "refused"])
def test_a_reserve_without_its_reason_is_refused(order, conformity):
    assert faults(lambda: make_delivery(order, said=replace(PARTIAL, conformity=conformity, remark=" "))) == [("ORD-04", "remark")]


def test_all_is_said_at_once_of_what_contradicts_itself(order):
    line = str(order.lines[0].id)
    too_much = replace(ALL_WELL, quantities={line: Decimal(45)})
    assert faults(lambda: make_delivery(order, said=too_much)) == [("ORD-04", "conformity"), ("ORD-03", f"quantity-{line}")]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE deliveries SET conformity = 'partial'",
        "UPDATE deliveries SET conformity = 'refused', remark = 'x'",
        "UPDATE order_lines SET accepted_quantity = quantity + 1",
        "UPDATE deliveries SET packaging = 'perhaps'",
        f"INSERT INTO deliveries ({COLUMNS}) SELECT {COLUMNS} FROM deliveries",
    ],
)
def test_the_database_itself_refuses_what_makes_no_sense(order, change):
    make_delivery(order)
    with pytest.raises(IntegrityError):
        session.execute(text(change))
    session.rollback()


def test_of_two_people_who_accept_at_once_one_does_and_the_other_is_told(database):
    with transaction():
        order = make_order()
        number, person = order.id, order.ordered_by
    barrier = Barrier(2)

    def accept(_index: int) -> str:
        barrier.wait()
        try:
            with transaction():
                found = session.get_one(Order, number)
                accept_delivery(found, ALL_WELL, link=order_link, by=session.get_one(Person, person), at=SERVED)
        except Refused as refused:
            return str(refused.refusals[0].rule)
        finally:
            session.remove()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, range(2))) == ["ORD-04", "done"]
    assert len(session.scalars(select(Delivery.id)).all()) == 1
