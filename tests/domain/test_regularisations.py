"""Which irregular offers may be put right, how, and what may be decided: tables that a buyer can sign."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.classification import Findings, classification_faults
from sad.domain.offers import OfferContent, regularised
from sad.domain.regularisations import LONGEST_REASON, Candidate, Exchange, Period, answer_faults, decision_faults, round_faults
from sad.domain.requirements import Nature, Requirement

TABLES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "regularisations.yaml").read_text())
ASKED, DUE = date(2026, 12, 8), date(2026, 12, 15)
PERIOD = Period(2, 15)
DIRECT = Requirement(
    "direct", "Approvisionnement direct", Nature.SPECIFICATION, unit="percent", comparison="at_least", threshold=Decimal(40)
)
REUSED = Requirement("reused", "Contenants réemployables", Nature.SPECIFICATION, comparison="is_true")
TEXTS = st.text(max_size=5) | st.integers() | st.none() | st.booleans()


def candidate(number: int, offer: dict[str, object]) -> Candidate:
    """One line of the table."""
    findings = Findings(
        shortfalls=("35 % d’approvisionnement direct, 40 % demandés",) if offer.get("short") else (),
        is_over_budget=bool(offer.get("is_over")),
        low_price="32 % sous la moyenne" if offer.get("low") else "",
        low_if_regular="32 % sous la moyenne" if offer.get("low_if_regular") else "",
        is_justified=bool(offer.get("is_justified")),
    )
    return Candidate(number, "ABC"[number], findings, offer.get("said"), bool(offer.get("pending")))  # type: ignore[arg-type]


@pytest.mark.parametrize("case", TABLES["rounds"], ids=lambda case: case["case"])
def test_a_round_takes_in_all_that_is_irregular_or_says_why_not(case):
    candidates = [candidate(number, offer) for number, offer in enumerate(case["offers"])]
    left_out = {key: "x" * (LONGEST_REASON + 1) if words == "LONG" else words for key, words in case.get("left_out", {}).items()}
    faults = round_faults(candidates, left_out, case.get("days", 5), PERIOD, is_held=case.get("is_held", False))
    assert [[fault.rule, fault.field] for fault in faults] == case["faults"]


@pytest.mark.parametrize("case", TABLES["decisions"], ids=lambda case: case["case"])
def test_rules_allow_the_decisions_of_the_table(case):
    exchange, allowed = Exchange(ASKED, DUE, case["answered_on"]), []
    for word in ("accepted", "rejected"):
        asked = {"today": case["today"], "have_all_answered": case["have_all"], "shortfalls": case.get("lacking", [])}
        faults = decision_faults(word, "Une raison.", exchange, **asked)
        assert {(fault.rule, fault.field) for fault in faults} <= {("ANA-02", "decision")}
        allowed += [] if faults else [word]
    assert allowed == case["allowed"]


def test_a_decision_is_one_of_two_words_with_a_reason_that_fits_in_a_letter():
    known = {"today": date(2026, 12, 16), "have_all_answered": True, "shortfalls": []}
    exchange = Exchange(ASKED, DUE, DUE)
    assert [fault.field for fault in decision_faults("regular", " ", exchange, **known)] == ["decision", "reason"]
    assert [fault.field for fault in decision_faults("accepted", "x" * (LONGEST_REASON + 1), exchange, **known)] == ["reason"]
    assert not decision_faults("accepted", "x" * LONGEST_REASON, exchange, **known)


@pytest.mark.parametrize(
    ("asked", "values", "text", "has_files", "expected"),
    [
        ([DIRECT], {"direct": "45"}, "", False, []),
        ([DIRECT], {"direct": "38"}, "", False, []),
        ([DIRECT, REUSED], {"direct": "45", "reused": False}, "", False, []),
        ([DIRECT], {}, "Voici la facture.", True, ["value-direct"]),
        ([DIRECT], {"direct": "beaucoup"}, "", False, ["value-direct"]),
        ([DIRECT], {"direct": "-1"}, "", False, ["value-direct"]),
        ([DIRECT], {"direct": "101"}, "", False, ["value-direct"]),
        ([DIRECT], {"direct": "45", "price-1": "0.01"}, "", False, [None]),
        ([DIRECT], {"direct": "45", "prices": {"1": "0.01"}}, "", False, [None]),
        ([DIRECT], {"direct": "45", "reused": True}, "", False, [None]),
        ([], {}, "Voici la fiche.", False, []),
        ([], {}, "", True, []),
        ([], {}, "  ", False, ["text"]),
        ([], {"direct": "45"}, "Bonjour.", False, [None]),
    ],
)
def test_only_what_was_asked_may_be_answered_and_all_of_it(asked, values, text, has_files, expected):
    assert [fault.field for fault in answer_faults(asked, values, text, has_files=has_files)] == expected


@given(values=st.dictionaries(st.sampled_from(["direct", "prices", "vat", "quantity", "total", "answers", "note", "1"]), TEXTS))
def test_whatever_is_answered_prices_quantities_and_other_answers_never_move(values):
    content = {"prices": {"1": "3.40"}, "vat": {"1": "5.5"}, "values": {"direct": "35"}, "answers": {"menu": "A"}, "note": "Bio"}
    lines = [("1", "Pain", Decimal(44), "pièce")]
    before, after = OfferContent.from_dict(content, lines), OfferContent.from_dict(regularised(content, values), lines)
    assert (after.lines, after.total, after.vat, after.answers, after.note) == (
        before.lines, before.total, before.vat, before.answers, before.note,
    )
    assert content["values"] == {"direct": "35"} and after.values == {"direct": "35", **values}


def test_an_offer_that_was_never_put_right_reads_as_it_was_opened():
    content = {"prices": {}, "values": {"direct": "35"}}
    assert regularised(content, None) == regularised(content, {}) == content


@pytest.mark.parametrize(
    ("answered_on", "words"),
    [
        (None, "sans réponse au mardi 15 décembre 2026."),
        (DUE, "réponse reçue le mardi 15 décembre 2026."),
        (date(2026, 12, 16), "réponse reçue le mercredi 16 décembre 2026, après le dernier jour."),
    ],
)
def test_the_exchange_is_told_with_its_days(answered_on, words):
    sentence = Exchange(ASKED, DUE, answered_on).sentence
    assert sentence == f"Régularisation demandée par écrit le mardi 8 décembre 2026 (R2152-2), {words}"


@pytest.mark.parametrize(("standing", "expected"), [("", []), ("open", ["ANA-02"]), ("rejected", ["ANA-02"]), ("accepted", [])])
def test_an_offer_to_put_right_is_classified_once_its_answer_is_decided(standing, expected):
    faults = classification_faults("regular", "Complète.", Findings(regularisation=standing))
    assert [fault.rule for fault in faults] == expected
