"""The amounts read from rows: the same cents as the ceiling watch, at every step of a contract's life."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from sad.actions.amounts import account_of, contracts_of
from sad.actions.ceilings import ceiling_law, ceiling_of
from sad.actions.orders import confirm_headcount
from sad.db import session
from sad.domain.amounts import by_category, by_service, by_year
from sad.domain.calendar import PARIS
from tests.factories.evaluations import EXAMINED
from tests.factories.mini_tenders import make_mini_tender, make_published
from tests.factories.orders import ALL_WELL, ORDERED, make_awarded, make_delivery, make_notified, make_order, order_link
from tests.factories.organisations import make_service
from tests.factories.systems import make_system
from tests.web.counting import statements_of


@pytest.fixture
def system(database):
    return make_system()


def check(system) -> None:
    """The account and the ceiling watch say the same, to the cent."""
    account, ceiling = account_of(system), ceiling_of(system, EXAMINED)
    assert account.total.engaged + account.expected == ceiling.awarded + ceiling.expected
    assert account.remaining == ceiling.engagement(ceiling_law(EXAMINED)).remaining
    for cut in (by_service, by_category, by_year):
        assert sum((each.engaged for each in cut(account.contracts).values()), Decimal(0)) == account.total.engaged


def test_a_contract_is_counted_from_its_sending_to_its_delivery_and_never_twice(system):
    sent = make_published(make_mini_tender(system=system))
    assert (account_of(system).expected, account_of(system).contracts) == (sent.budget, ())
    awarded = make_awarded(system=system)
    total = awarded.place.offer.total
    assert account_of(system).expected == sent.budget + total
    notified = make_notified(system=system).mini_tender
    assert account_of(system).total.to_order == total
    check(system)
    order = make_order(notified)
    assert account_of(system).total.to_accept == total
    confirm_headcount(order, 24, version=order.version, link=order_link, by=order.orderer, at=ORDERED)
    assert account_of(system).total.engaged == order.total > total
    check(system)
    missing = {str(order.lines[0].id): order.lines[0].quantity - 8}
    make_delivery(order, said=replace(ALL_WELL, conformity="partial", remark="Huit de moins.", quantities=missing))
    amounts = account_of(system).total
    assert (amounts.withheld, amounts.accepted) == (8 * order.lines[0].unit_price, order.total - 8 * order.lines[0].unit_price)
    assert (amounts.to_order, amounts.to_accept, amounts.contracts) == (0, 0, 1)
    check(system)


def test_a_service_reads_its_own_contracts_and_no_other(system):
    mine, theirs = (make_service(system.organisation, name=name) for name in ("Mien", "Leur"))
    make_notified(system=system, service=mine)
    make_notified(system=system, service=theirs)
    assert [each.service for each in contracts_of([mine.id])] == ["Mien"]
    assert set(by_service(account_of(system).contracts)) == {"Mien", "Leur"}
    assert contracts_of([]) == ()


def test_the_year_of_a_contract_is_the_one_of_its_notification_in_paris(system):
    make_notified(system=system, at=datetime(2027, 1, 1, 0, 30, tzinfo=PARIS))
    make_notified(system=system, at=datetime(2026, 12, 31, 23, 30, tzinfo=PARIS))
    assert list(by_year(account_of(system).contracts)) == [2026, 2027]


def test_amounts_are_read_in_one_statement_whatever_their_number(system, database):
    for _ in range(3):
        make_notified(system=system)
    session.flush()
    with statements_of(database) as seen:
        account_of(system)
    assert len(seen) == 1
