"""What a tenderer that is not retained is owed, and what an answer never says."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.replies import LONGEST, Owed, amounts_in, answer_faults, asking_faults, owed_to

DAY = date(2026, 12, 9)


@pytest.mark.parametrize(
    ("classification", "is_opened", "owed"),
    [
        ("regular", True, Owed.COMPARISON),
        ("abnormally_low", True, Owed.COMPARISON),
        ("irregular", True, Owed.REASONS),
        ("unacceptable", True, Owed.REASONS),
        ("inappropriate", True, Owed.REASONS),
        (None, False, Owed.REASONS),
        (None, True, Owed.COMPARISON),
    ],
)
def test_an_offer_that_was_not_admissible_is_told_its_own_rejection_alone(classification, is_opened, owed):
    assert owed_to(classification, is_opened=is_opened) is owed


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"is_decided": False, "is_retained": False, "asked_on": None}, "Rien n’est encore décidé"),
        ({"is_decided": True, "is_retained": True, "asked_on": None}, "Votre offre est retenue"),
        ({"is_decided": True, "is_retained": False, "asked_on": DAY}, "mercredi 9 décembre 2026"),
    ],
)
def test_who_may_not_ask_reads_why(said, words):
    (fault,) = asking_faults(**said)
    assert words in fault.message and fault.rule == "AWD-04" and fault.remedy


def test_a_tenderer_that_is_not_retained_asks():
    assert list(asking_faults(is_decided=True, is_retained=False, asked_on=None)) == []


@pytest.mark.parametrize("written", ["4,20 €", "4,20\u00a0€", "4.2 euros", "4,20 EUR", "4,200 €", "4,20€ la pièce"])
def test_a_unit_price_of_the_retained_offer_never_leaves_however_it_is_written(written):
    (fault,) = answer_faults(f"Son prix est de {written}.", stands=True, answered_on=None, secret={Decimal("4.2")})
    assert (fault.rule, fault.field) == ("SEC-01", "text")


@pytest.mark.parametrize("written", ["4,20 points", "14,20 €", "4,21 €", "à 4 h 20", "20 %"])
def test_what_is_no_price_of_the_retained_offer_may_be_written(written):
    assert list(answer_faults(f"Elle a {written}.", stands=True, answered_on=None, secret={Decimal("4.2")})) == []


@given(st.decimals(min_value="0.01", max_value="999999", places=2))
def test_any_amount_written_the_french_way_is_read(amount):
    whole, cents = f"{amount:.2f}".split(".")
    grouped = "\u202f".join(part[::-1] for part in reversed([whole[::-1][k : k + 3] for k in range(0, len(whole), 3)]))
    assert [read for _, read in amounts_in(f"soit {grouped},{cents}\u00a0€ hors taxe")] == [amount]


def test_every_fault_of_an_answer_is_said_at_once():
    faults = list(answer_faults(" ", stands=False, answered_on=DAY, secret=set()))
    assert len(faults) == 3 and {each.rule for each in faults} == {"AWD-04"}
    assert [each.field for each in answer_faults("x" * (LONGEST + 1), stands=True, answered_on=None, secret=set())] == ["text"]
