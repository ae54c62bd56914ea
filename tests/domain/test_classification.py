"""What may be said of an opened offer: the table that a buyer can sign."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from sad.domain.classification import WORDS, Findings, classification_faults, is_over

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "classification.yaml").read_text())


def findings(says: dict) -> Findings:
    return Findings(**{**says, "shortfalls": tuple(says.get("shortfalls", ()))})


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_rules_propose_and_forbid_what_the_table_says(case):
    found = findings(case["says"])
    assert found.proposal == case["proposal"]
    assert [word for word in WORDS if not classification_faults(word, "Une raison.", found)] == case["allowed"]


def test_every_classification_has_a_written_reason_and_one_of_four_words():
    assert [fault.field for fault in classification_faults("regular", "  ", Findings())] == ["reason"]
    assert [fault.field for fault in classification_faults("", "", Findings())] == ["classification", "reason"]


def test_a_refused_classification_names_its_rule():
    low = Findings(low_price="32 % sous la moyenne des autres")
    assert [fault.rule for fault in classification_faults("regular", "Bien.", low)] == ["ANA-03"]
    assert [fault.rule for fault in classification_faults("unacceptable", "Cher.", Findings())] == ["ANA-01"]


@pytest.mark.parametrize(("total", "budget", "over"), [("300.01", "300", True), ("300.00", "300", False), ("1", None, False)])
def test_only_a_total_above_the_budget_is_over_it(total, budget, over):
    assert is_over(Decimal(total), budget and Decimal(budget)) is over
