"""The proofs of an awardee, from the tables a buyer can sign: which, until when, what they stop."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad import parameters
from sad.domain.proofs import (
    Given,
    Paper,
    ProofKind,
    ProofLaw,
    Standing,
    decision_faults,
    failure_faults,
    holds_until,
    is_asked,
    needs_renewal,
    notification_faults,
    paper_faults,
    proofs_for,
    standing,
    standstill_end,
    standstill_faults,
)

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "proofs.yaml").read_text(encoding="utf-8"))
TODAY = date(2026, 12, 1)
LAW = ProofLaw.on(TODAY, parameters.value)
SIRET, NAME = "12345678900012", "Le Moulin de Jeanne"
DAYS = st.dates(date(2020, 3, 1), date(2090, 1, 1))


def said(faults) -> str:
    return " ".join(map(str, faults)).replace("\u00a0", " ")


def check(text: str, case: dict) -> None:
    assert bool(text) is bool(case.get("says_too")), text
    for words in case.get("says_too", ()):
        assert words in text


@pytest.mark.parametrize("case", CASES["asked"], ids=lambda case: case["says"])
def test_what_is_asked_depends_on_the_amount_alone(case):
    assert [kind.value for kind in proofs_for(Decimal(case["amount"]), LAW)] == case["kinds"]


@pytest.mark.parametrize("case", CASES["papers"], ids=lambda case: case["says"])
def test_a_paper_does_or_says_all_that_is_wrong_with_it(case):
    paper = Paper(ProofKind(case["kind"]), case.get("issued_on"), case.get("expires_on"), case.get("siret", ""))
    check(said(paper_faults(paper, SIRET, NAME, case["today"], LAW)), case)


@pytest.mark.parametrize("case", CASES["standings"], ids=lambda case: case["says"])
def test_where_a_proof_stands_comes_from_all_that_was_given(case):
    assert standing([Given(*each) for each in case["given"]], TODAY) == case["is"]


@pytest.mark.parametrize("case", CASES["failures"], ids=lambda case: case["says"])
def test_that_an_awardee_cannot_prove_is_recorded_only_once_its_time_is_over(case):
    standings = [(ProofKind(kind), Standing(each)) for kind, each in case["standings"].items()]
    check(said(failure_faults(date(2026, 12, 10), standings, case.get("reason", "Rien reçu."), case["today"])), case)


@given(DAYS, st.sampled_from(ProofKind), st.none() | st.integers(0, 900))
def test_a_paper_holds_until_its_last_day_and_not_the_day_after(issued_on, kind, lasts):
    expires_on = None if lasts is None else issued_on + timedelta(days=lasts)
    last = holds_until(kind, issued_on, expires_on, LAW)
    assert issued_on <= last and (expires_on is None or last <= expires_on)
    assert not list(paper_faults(Paper(kind, issued_on, expires_on), SIRET, NAME, last, LAW))
    assert list(paper_faults(Paper(kind, issued_on, expires_on), SIRET, NAME, last + timedelta(days=1), LAW))


def test_every_proof_that_is_not_accepted_stops_the_notification_and_is_named():
    text = said(notification_faults([("A", Standing.AWAITED), ("B", Standing.AWAITED), ("C", Standing.TO_CHECK), ("D", Standing.ACCEPTED)]))
    assert "« A » et « B » manquent." in text and "« C » reste à vérifier." in text and "« D »" not in text
    assert notification_faults([("D", Standing.ACCEPTED)]) == []


def test_a_refusal_has_its_reason_and_an_acceptance_needs_none():
    assert [one.field for one in decision_faults("refused", "  ")] == ["reason"]
    assert [one.field for one in decision_faults("", "")] == ["decision"]
    assert list(decision_faults("accepted", "")) == []


def test_what_the_buyer_can_read_by_itself_is_not_asked_of_the_company():
    assert [kind for kind in ProofKind if not is_asked(kind)] == [ProofKind.REGISTRATION]


def test_eleven_days_count_that_of_the_sending_and_are_signed_after_on_the_eleventh_day_that_follows():
    until = standstill_end(date(2026, 12, 28), 16)
    assert until == date(2027, 1, 12), "sent on 28 December, sixteen days: signed on 13 January (CE 347526)"
    assert [one.rule for one in standstill_faults(until, until)] == ["AWD-05"]
    assert list(standstill_faults(until, date(2027, 1, 13))) == [] == list(standstill_faults(None, TODAY))


@pytest.mark.parametrize(
    ("kind", "given_", "today", "is_due"),
    [
        ("vigilance_certificate", [(date(2026, 12, 20), "accepted")], date(2026, 12, 5), True),
        ("vigilance_certificate", [(date(2026, 12, 20), "accepted")], date(2026, 12, 4), False),
        ("vigilance_certificate", [(date(2026, 12, 20), "accepted")], date(2027, 1, 5), True),
        ("vigilance_certificate", [(date(2026, 12, 20), "accepted")], date(2027, 2, 2), False),
        ("vigilance_certificate", [(date(2026, 12, 20), "accepted"), (date(2027, 6, 1), "accepted")], date(2026, 12, 15), False),
        ("vigilance_certificate", [(date(2026, 12, 20), "accepted"), (date(2027, 6, 1), None)], date(2026, 12, 15), False),
        ("vigilance_certificate", [(date(2026, 12, 20), "accepted"), (date(2027, 6, 1), "refused")], date(2026, 12, 15), True),
        ("foreign_workers", [(date(2026, 12, 20), "accepted")], date(2026, 12, 15), True),
        ("tax_certificate", [(date(2026, 12, 20), "accepted")], date(2026, 12, 15), False),
        ("vigilance_certificate", [], date(2026, 12, 15), False),
    ],
)
def test_only_what_ends_before_the_contract_does_is_renewed(kind, given_, today, is_due):
    held = [Given(*each) for each in given_]
    assert needs_renewal(ProofKind(kind), held, today, date(2027, 2, 1), LAW) is is_due
