"""Re-confirmation of admissions: the time given, what is not asked again, what is proposed, when the silent are reminded."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sad.domain.admission.decision import Reason
from sad.domain.admission.values import ApplicationFile
from sad.domain.calendar import PARIS
from sad.domain.campaigns import (
    RenewalLaw,
    due_faults,
    first_due_day,
    new_capacities,
    points_of,
    proposal_of,
    proposed_due_day,
    proposed_suspension_day,
    reminder_due,
    suspension_faults,
)
from tests.factories.requirements import a_stage, capacity, criteria, specification

LAW = RenewalLaw(renewal_working_days=5, renewal_policy_days=30)
MONDAY = date(2026, 11, 30)
DUE = date(2026, 12, 8)
END = date(2030, 1, 14)
DURING, AFTER = datetime(2026, 12, 8, 22, 30, tzinfo=UTC), datetime(2026, 12, 8, 23, 0, tzinfo=UTC)
COLD = capacity("cold_chain", "Transport réfrigéré", document_required=False)
STAGE = a_stage(capacity(), COLD, specification(), *criteria(), number=1, effective_on=date(2027, 1, 15))
SILENCE = [Reason("sworn_statement", "Aucune réponse.")]
ASKED = datetime(2026, 11, 30, 10, 0, tzinfo=PARIS)


def a_file(**parts) -> ApplicationFile:
    given = {
        "category": "pain",
        "category_families": ("pain_viennoiserie",),
        "families": ("pain_viennoiserie",),
        "answers": {"liability_insurance": True, "cold_chain": True},
        "documents": {"liability_insurance": date(2027, 6, 30)},
        "sworn_statement": True,
        "name": "Ferme des Noyers",
        "siret": "90000001900019",
    }
    return ApplicationFile(**{**given, **parts})


def proposed(file: ApplicationFile, *, is_answered: bool = True, at: datetime = AFTER):
    return proposal_of(file, STAGE, due_on=DUE, is_answered=is_answered, at=at)


@pytest.mark.parametrize(
    "asked_on, first",
    [
        (MONDAY, date(2026, 12, 7)),  # Tuesday to Friday, then Monday
        (date(2026, 12, 18), date(2026, 12, 28)),  # Christmas is not counted
        (date(2026, 12, 5), date(2026, 12, 11)),  # a Saturday begins no working day
    ],
)
def test_five_working_days_from_monday_to_friday_are_the_least(asked_on, first):
    assert first_due_day(asked_on, LAW) == first
    assert due_faults(asked_on, first, END, LAW) == []
    (fault,) = due_faults(asked_on, first - timedelta(days=1), END, LAW)
    assert (fault.rule, fault.field) == ("SAD-13", "due_on")
    assert "Premier jour possible" in fault.remedy


def test_the_policy_proposes_thirty_days_that_end_on_a_working_day():
    assert proposed_due_day(MONDAY, LAW) == date(2026, 12, 30)
    assert proposed_due_day(date(2026, 12, 3), LAW) == date(2027, 1, 4), "2 January is a Saturday"


def test_a_last_day_is_worked_and_before_the_end_of_the_system():
    assert [each.rule for each in due_faults(MONDAY, date(2026, 12, 25), END, LAW)] == ["TIM-01"]
    assert [each.field for each in due_faults(MONDAY, DUE, date(2026, 12, 7), LAW)] == ["due_on"]
    assert due_faults(MONDAY, DUE, DUE, LAW) == []


def test_what_is_held_and_still_valid_on_the_last_day_is_not_asked_again():
    assert [point.is_held for point in points_of(a_file(), STAGE, DUE)] == [True, True]


@pytest.mark.parametrize("expires_on, asked", [(DUE, False), (DUE - timedelta(days=1), True), (None, False)])
def test_a_document_is_asked_again_when_it_ends_before_the_last_day(expires_on, asked):
    insurance, _ = points_of(a_file(documents={"liability_insurance": expires_on}), STAGE, DUE)
    assert (insurance.needs_document, insurance.needs_answer) == (asked, False)


def test_only_what_is_missing_is_asked():
    insurance, cold = points_of(a_file(answers={"liability_insurance": True}, documents={}), STAGE, DUE)
    assert (insurance.needs_document, insurance.needs_answer) == (True, False)
    assert (cold.needs_document, cold.needs_answer) == (False, True), "the notice asks no document for it"


def test_what_offers_must_be_is_never_part_of_a_confirmation():
    assert {point.requirement.key for point in points_of(a_file(), STAGE, DUE)} == {"liability_insurance", "cold_chain"}


def test_references_and_exclusion_proofs_are_never_asked():
    asked = a_stage(capacity("past", "Références de moins de trois ans"), capacity("tax", "Attestation fiscale"), *criteria())
    assert points_of(a_file(), asked, DUE) == ()


def test_a_complete_answer_is_proposed_to_be_kept_at_once():
    assert (proposed(a_file(), at=DURING).outcome, proposed(a_file()).case) == ("kept", "kept")


def test_nothing_is_proposed_against_a_supplier_that_still_has_time():
    lacking = a_file(documents={})
    assert proposed(lacking, at=DURING).outcome == "wait"
    assert proposed(lacking, at=AFTER).outcome == "suspended"
    assert proposed(a_file(sworn_statement=False), is_answered=False, at=DURING).outcome == "wait"


def test_silence_is_a_reason_of_its_own_and_names_the_last_day():
    found = proposed(a_file(sworn_statement=False, documents={}), is_answered=False)
    assert [reason.requirement for reason in found.reasons] == ["sworn_statement"]
    assert "mardi 8 décembre 2026" in found.reasons[0].sentence
    assert {finding.requirement for finding in found.findings} == {"sworn_statement", "liability_insurance"}


def test_each_reason_cites_its_requirement_in_a_sentence_without_its_name():
    found = proposed(a_file(answers={"liability_insurance": True, "cold_chain": False}, documents={}))
    assert found.case == "suspended-cold_chain-liability_insurance"
    said = [reason.sentence for reason in found.reasons]
    assert said == ["La preuve demandée par l’avis n’est pas jointe.", "Non, alors que c’est demandé."]


def test_cases_are_alike_when_they_lack_the_same_points():
    one, other = proposed(a_file(documents={})), proposed(a_file(documents={}, name="Ferme des Tilleuls"))
    assert one.case == other.case != proposed(a_file()).case


def test_a_suspension_cites_published_capacities_and_begins_with_their_stage():
    def rules(reasons, **parts):
        given = {"due_on": DUE, "effective_on": date(2027, 1, 15), "at": AFTER, **parts}
        return [fault.rule for fault in suspension_faults(reasons, STAGE, "pain", **given)]

    assert rules(SILENCE) == []
    assert rules([]) == ["ADM-09"]
    assert rules([Reason("sworn_statement", " ")]) == ["ADM-09"]
    assert rules([Reason("unknown", "Non.")]) == ["ADM-09"]
    assert rules([Reason("L2141-2", "Impôts.")]) == ["ADM-09"], "an exclusion has its own way"
    assert rules([Reason("direct_supply_pct", "35 %.")]) == ["ADM-01"]
    assert rules(SILENCE, at=DURING) == ["SAD-13"]
    assert rules(SILENCE, effective_on=None) == ["PAL-05"]
    assert rules(SILENCE, effective_on=date(2026, 12, 8)) == ["PAL-05"]
    assert rules(SILENCE, effective_on=date(2027, 1, 14)) == ["PAL-04"]


def test_a_suspension_is_proposed_from_the_stage_or_from_the_next_day():
    assert proposed_suspension_day(STAGE, date(2026, 12, 9)) == date(2027, 1, 15)
    assert proposed_suspension_day(STAGE, date(2027, 3, 1)) == date(2027, 3, 2)


@pytest.mark.parametrize(
    "at, kind",
    [
        (datetime(2026, 12, 23, 7, 59, tzinfo=PARIS), None),
        (datetime(2026, 12, 23, 8, 0, tzinfo=PARIS), "seven_days"),
        (datetime(2026, 12, 28, 7, 59, tzinfo=PARIS), "seven_days"),
        (datetime(2026, 12, 28, 8, 0, tzinfo=PARIS), "two_days"),
        (datetime(2026, 12, 30, 23, 59, tzinfo=PARIS), "two_days"),
        (datetime(2026, 12, 31, 0, 0, tzinfo=PARIS), None),
    ],
)
def test_the_silent_are_reminded_seven_days_before_then_two(at, kind):
    found = reminder_due(ASKED, date(2026, 12, 30), at)
    assert (found.kind if found else None) == kind


def test_a_reminder_leaves_on_the_working_day_before_when_its_own_is_not_worked():
    morning = datetime(2026, 12, 31, 8, 0, tzinfo=PARIS)
    two_days, week = reminder_due(ASKED, date(2027, 1, 4), morning), reminder_due(ASKED, date(2027, 1, 8), morning)
    assert (two_days.kind, two_days.since) == ("two_days", morning), "2 January is a Saturday, the 1st a holiday"
    assert (week.kind, week.since) == ("seven_days", morning)


def test_who_was_asked_after_the_time_of_a_reminder_does_not_get_it():
    asked = datetime(2026, 12, 23, 8, 0, tzinfo=PARIS)
    assert reminder_due(asked, date(2026, 12, 30), datetime(2026, 12, 24, 8, 0, tzinfo=PARIS)) is None


def test_the_capacities_that_a_stage_adds_or_changes_are_named():
    before = a_stage(capacity(), *criteria())
    harder = a_stage(capacity(proof="Attestation de l’année"), *criteria())
    assert [each.key for each in new_capacities(STAGE, before)] == ["cold_chain"]
    assert [each.key for each in new_capacities(harder, before)] == ["liability_insurance"]
    assert new_capacities(before, before) == ()
    assert len(new_capacities(STAGE, None)) == 2


def test_a_number_is_confirmed_against_the_threshold_of_the_stage():
    asked = a_stage(
        capacity("capacity_meals", "Repas par jour", unit="count", comparison="at_least", threshold=Decimal(50), document_required=False),
        *criteria(),
    )
    below, enough = (points_of(a_file(answers={"capacity_meals": said}), asked, DUE)[0] for said in ("40", "50"))
    assert (below.needs_answer, enough.needs_answer) == (True, False)
