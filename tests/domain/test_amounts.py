"""Engaged, ordered, accepted and remaining add up to the cent, however they are cut."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.amounts import Account, Amounts, Contract, by_category, by_service, by_year, total_of

CENTS = st.integers(0, 10**8).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def contracts(draw) -> Contract:
    """One contract, at any step of its life."""
    ordered = draw(st.none() | CENTS)
    shares = st.integers(0, int((ordered or 0) * 100)).map(lambda cents: Decimal(cents).scaleb(-2))
    accepted = None if ordered is None else draw(st.none() | shares)
    service, category, year = draw(st.sampled_from("abc")), draw(st.sampled_from("xy")), draw(st.integers(2026, 2029))
    return Contract(service, category, year, draw(CENTS), ordered, accepted)


@pytest.mark.parametrize(
    ("ordered", "accepted", "wanted"),
    [
        (None, None, ("100.00", "0.00", "0.00", "0.00", "100.00", "0.00")),
        ("110.00", None, ("110.00", "110.00", "0.00", "0.00", "0.00", "110.00")),
        ("90.00", "90.00", ("90.00", "90.00", "90.00", "0.00", "0.00", "0.00")),
        ("90.00", "71.50", ("90.00", "90.00", "71.50", "18.50", "0.00", "0.00")),
        ("90.00", "0.00", ("90.00", "90.00", "0.00", "90.00", "0.00", "0.00")),
    ],
)
def test_an_order_takes_the_place_of_its_award_and_a_reserve_is_set_apart(ordered, accepted, wanted):
    one = Contract("a", "x", 2026, Decimal("100.00"), ordered and Decimal(ordered), accepted and Decimal(accepted)).amounts
    assert (one.engaged, one.ordered, one.accepted, one.withheld, one.to_order, one.to_accept) == tuple(map(Decimal, wanted))


@given(st.lists(contracts()), CENTS, CENTS)
def test_every_cut_adds_up_to_the_same_cents(found, maximum, expected):
    account = Account(maximum, expected, tuple(found))
    total = account.total
    for cut in (by_service(found), by_category(found), by_year(found)):
        assert sum(cut.values(), Amounts()) == total
    assert total.to_order + total.to_accept + total.accepted + total.withheld == total.engaged
    assert total.to_accept + total.accepted + total.withheld == total.ordered <= total.engaged
    assert account.remaining + account.expected + total.engaged == maximum
    assert min(total.to_order, total.to_accept, total.accepted, total.withheld) >= 0


@given(st.lists(contracts(), min_size=1), CENTS)
def test_what_each_year_leaves_is_what_the_year_before_left_less_its_own(found, maximum):
    account, left = Account(maximum, Decimal(0), tuple(found)), maximum
    for year, amounts in by_year(found).items():
        left -= amounts.engaged
        assert account.left_after(year) == left
    assert left == account.remaining


@given(st.lists(contracts()))
def test_a_cut_within_a_cut_loses_no_cent(found):
    for service, amounts in by_service(found).items():
        own = [each for each in found if each.service == service]
        assert sum(by_category(own).values(), Amounts()) == sum(by_year(own).values(), Amounts()) == amounts == total_of(own)
