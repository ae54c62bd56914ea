"""Offers: amounts to the cent, and all faults of a deposit at once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.offers import OfferContent, PricedLine, offer_faults, shortfalls, specifications_to_answer
from sad.domain.requirements import Nature, Requirement
from tests.factories.requirements import a_stage, criterion, specification

RATES = (Decimal(0), Decimal("5.5"), Decimal(10), Decimal(20))
DIRECT = Requirement(
    "direct_supply_pct", "Approvisionnement direct", Nature.SPECIFICATION, unit="percent", comparison="at_least", threshold=Decimal(40)
)
REUSABLE = Requirement("reusable_packaging", "Emballage réemployable", Nature.SPECIFICATION, comparison="any")


def line(price="2.50", vat="5.5", quantity="22", key="1") -> PricedLine:
    read = [None if text is None else Decimal(text) for text in (price, vat)]
    return PricedLine(key, "Viennoiseries", Decimal(quantity), "pièce", *read)


def offer(*lines: PricedLine, **values) -> OfferContent:
    return OfferContent(lines or (line(),), {"direct_supply_pct": "35", "reusable_packaging": True, **values}, {})


def faults(content: OfferContent, *, is_vat_exempt=False) -> list[str | None]:
    found = offer_faults(content, specifications=(DIRECT, REUSABLE), criteria=(), vat_rates=RATES, is_vat_exempt=is_vat_exempt)
    return [each.field for each in found]


def test_the_total_is_the_exact_sum_of_lines_rounded_half_up_to_the_cent():
    content = offer(line("1.11", quantity="0.5", key="1"), line("2.25", quantity="0.1", key="2"))
    assert [each.amount for each in content.lines] == [Decimal("0.56"), Decimal("0.23")]
    assert content.total == Decimal("0.79")


def test_vat_is_rounded_once_for_each_rate():
    content = offer(line("0.33", "5.5", "1", "1"), line("0.33", "5.5", "1", "2"), line("10", "20", "1", "3"))
    assert [(each.rate, each.base, each.tax) for each in content.vat] == [
        (Decimal("5.5"), Decimal("0.66"), Decimal("0.04")),
        (Decimal(20), Decimal("10.00"), Decimal("2.00")),
    ]
    assert content.total_with_vat == Decimal("12.70")


@given(st.lists(st.tuples(st.decimals("0.01", 999, places=2), st.decimals("0.001", 999, places=3)), min_size=1, max_size=8))
def test_an_offer_read_back_has_the_same_total(pairs):
    lines = tuple(PricedLine(str(number), "x", quantity, "u", price, Decimal("5.5")) for number, (price, quantity) in enumerate(pairs))
    content = offer(*lines)
    again = OfferContent.from_dict(content.to_dict(), [(each.key, each.label, each.quantity, each.unit) for each in lines])
    assert again.total == content.total == sum(each.amount for each in lines)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (offer(), []),
        (offer(line(None)), ["price-1"]),
        (offer(line("0")), ["price-1"]),
        (offer(line("-3")), ["price-1"]),
        (offer(line("1.234")), ["price-1"]),
        (offer(line(vat=None)), ["vat-1"]),
        (offer(line(vat="7")), ["vat-1"]),
        (offer(line("0", "7"), line(None, key="2")), ["price-1", "vat-1", "price-2"]),
        (offer(direct_supply_pct=None), ["value-direct_supply_pct"]),
        (offer(direct_supply_pct="101"), ["value-direct_supply_pct"]),
        (offer(direct_supply_pct="beaucoup", reusable_packaging=None), ["value-direct_supply_pct", "value-reusable_packaging"]),
    ],
)
def test_every_fault_is_said_beside_its_field(content, expected):
    assert faults(content) == expected


def test_a_supplier_exempt_from_vat_deposits_at_zero_and_at_nothing_else():
    assert faults(offer(line(vat="0")), is_vat_exempt=True) == []
    assert faults(offer(line(vat="5.5")), is_vat_exempt=True) == ["vat-1"]


def test_a_value_under_a_specification_is_told_but_is_no_fault():
    assert faults(offer()) == []
    assert shortfalls(offer(), (DIRECT, REUSABLE)) == ["35 % d’approvisionnement direct, 40 % demandés"]
    assert shortfalls(offer(direct_supply_pct="40"), (DIRECT, REUSABLE)) == []


def test_an_answer_out_of_the_published_steps_is_refused():
    steps = Requirement(
        "freshness", "Fraîcheur", Nature.AWARD_CRITERION, unit="text", weight=Decimal(10),
        method={"method": "steps", "steps": [["24h", "1"], ["48h", "0.5"]]},
    )
    content = OfferContent((line(),), {}, {"freshness": "la veille"})
    found = offer_faults(content, specifications=(), criteria=(steps,), vat_rates=RATES, is_vat_exempt=False)
    assert [each.field for each in found] == ["answer-freshness"]


def test_a_supplier_exempt_from_a_minimum_gives_the_value_that_a_criterion_scores_without_the_minimum():
    scored = criterion("direct_supply", "Circuit court", 10, source="direct_supply_pct")
    coffee, bread = {"cafe_the"}, {"pain_viennoiserie"}
    assert specifications_to_answer(a_stage(specification()), "pain", coffee) == ()
    stage = a_stage(specification(), scored)
    (exempt,) = specifications_to_answer(stage, "pain", coffee)
    assert (exempt.key, exempt.comparison, exempt.threshold) == ("direct_supply_pct", "any", None)
    assert shortfalls(offer(direct_supply_pct="0"), (exempt,)) == []
    assert specifications_to_answer(stage, "pain", bread) == (specification(),)
