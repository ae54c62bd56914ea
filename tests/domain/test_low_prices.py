"""What may be decided of a very low price: the table that a buyer can sign."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from sad.domain.low_prices import LONGEST_REASON, PriceExchange, asking_faults, decision_faults

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "low_prices.yaml").read_text())
ASKED, DUE = date(2026, 12, 8), date(2026, 12, 15)
ANSWERED = PriceExchange(ASKED, DUE, date(2026, 12, 9))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_rules_allow_the_decisions_of_the_table(case):
    exchange = None if case["exchange"] is None else PriceExchange(ASKED, DUE, **case["exchange"])
    found = {word: decision_faults(word, "Une raison.", exchange, today=case["today"]) for word in ("accepted", "rejected")}
    assert [word for word, faults in found.items() if not faults] == case["allowed"]
    assert {(fault.rule, fault.field) for faults in found.values() for fault in faults} <= {("ANA-03", "decision")}


def test_a_decision_is_one_of_two_words_with_a_reason_that_fits_in_a_letter():
    assert [fault.field for fault in decision_faults("", " ", ANSWERED, today=DUE)] == ["decision", "reason"]
    assert [fault.field for fault in decision_faults("accepted", "x" * (LONGEST_REASON + 1), ANSWERED, today=DUE)] == ["reason"]
    assert not decision_faults("accepted", "x" * LONGEST_REASON, ANSWERED, today=DUE)


def test_a_price_is_asked_once_and_only_when_it_calls_for_it():
    assert asking_faults("32 % sous la moyenne des autres", is_asked=False) == []
    assert "n’appelle pas" in asking_faults("", is_asked=False)[0].message
    assert "déjà demandée" in asking_faults("32 % sous la moyenne des autres", is_asked=True)[0].message


@pytest.mark.parametrize(
    ("answered_on", "words"),
    [
        (None, "sans réponse au mardi 15 décembre 2026."),
        (DUE, "réponse reçue le mardi 15 décembre 2026."),
        (date(2026, 12, 16), "réponse reçue le mercredi 16 décembre 2026, après le dernier jour."),
    ],
)
def test_the_exchange_is_told_with_its_days_and_no_figure_of_the_others(answered_on, words):
    sentence = PriceExchange(ASKED, DUE, answered_on).sentence
    assert sentence == f"Justification demandée par écrit le mardi 8 décembre 2026 (R2152-3), {words}"
