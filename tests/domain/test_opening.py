from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from sad.domain.calendar import PARIS
from sad.domain.estimates import ProcedureLevel
from sad.domain.law import OpeningLaw
from sad.domain.opening import Opening, level_of, opening_faults, opening_warnings
from sad.domain.social_clauses import SocialSide, social_side_faults
from tests.factories.requirements import CRITERIA, a_stage

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "opening.yaml").read_text(encoding="utf-8"))
LAW = OpeningLaw(
    **CRITERIA,
    stage_notice_days=90,
    minimum_environmental_clauses=1,
    social_clause_required=True,
    formal_procedure_threshold=Decimal(216000),
)
TEXTS = {
    "title": "Alimentation durable",
    "purpose": "Pain, produits frais, buffets",
    "estimated_quantity": "150 000 € HT par an",
    "operation": "Candidature à tout moment, consultations par catégorie.",
    "equipment": "Un navigateur récent.",
}
READY = Opening(
    at=datetime(2026, 12, 1, 9, tzinfo=PARIS),
    texts=TEXTS,
    environmental_clause="Contenants repris et réemployés.",
    social=SocialSide("Une part des heures est confiée à des personnes en insertion."),
    notice_reference="26-123456",
    notice_dispatched_at=datetime(2026, 11, 30, 15, tzinfo=PARIS),
    valid_from=date(2027, 1, 4),
    valid_until=date(2031, 1, 3),
    max_value=Decimal(900000),
    categories=("pain",),
    reserved={},
    published=(),
)


def a_roadmap(numbers, case):
    """Stages announced with the notice, the first on the first day of validity, then one a year."""
    usual = a_stage()
    kept = tuple(each for each in usual.requirements if each.key not in case.get("remove", ()))
    starts = {number: date(2026 + number, 1, 4) for number in numbers}
    return tuple(a_stage(*kept, number=each, announced_on=date(2026, 11, 30), effective_on=start) for each, start in starts.items())


def situation(case):
    """The system that a case describes."""
    changes = {**case.get("opening", {}), "texts": {**TEXTS, **case.get("texts", {})}}
    if "categories" in changes:
        changes["categories"] = tuple(changes["categories"])
    if "max_value" in changes:
        changes["max_value"] = Decimal(changes["max_value"])
    if "social" in changes:
        changes["social"] = SocialSide(**changes["social"])
    published, drafts = a_roadmap(case.get("published", (1, 2)), case), a_roadmap(case.get("drafts", ()), case)
    return replace(READY, published=published, drafts=drafts, **changes), replace(LAW, **case.get("law", {}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_system_opens_or_is_refused_with_all_its_faults(case):
    faults = opening_faults(*situation(case))
    assert [fault.rule for fault in faults] == case.get("faults", []), faults
    assert case.get("message", "") in " ".join(map(str, faults))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_asks_for_a_reason_does_not_block(case):
    opening, _ = situation(case)
    assert [warning.rule for warning in opening_warnings(opening)] == case.get("warnings", ["SAD-01"])


@pytest.mark.parametrize(("value", "level"), [("216000", ProcedureLevel.FORMAL), ("215999.99", ProcedureLevel.ADAPTED)])
def test_the_maximum_value_decides_on_the_procedure(value, level):
    assert level_of(replace(READY, max_value=Decimal(value)), LAW) is level


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (SocialSide("Des heures d’insertion.", "available", "Le pain se trouve tout de suite."), "social_clause"),
        (SocialSide("Des heures d’insertion.", reason="Le pain se trouve tout de suite."), "social_clause"),
        (SocialSide("Des heures d’insertion.", "unrelated"), "social_clause"),
        (SocialSide(exception="unrelated"), "social_exception_reason"),
        (SocialSide(exception="restrictive", reason=" \n"), "social_exception_reason"),
        (SocialSide(reason="Trop difficile."), "social_exception"),
        (SocialSide(exception="expensive", reason="Trop cher."), "social_exception"),
    ],
)
def test_a_social_clause_and_the_reason_to_have_none_are_never_said_together_nor_by_half(said, field):
    assert [(fault.rule, fault.field) for fault in social_side_faults(said)] == [("CRI-07", field)]


@pytest.mark.parametrize("said", [SocialSide(), SocialSide("Des heures d’insertion."), SocialSide(exception="available", reason="Dit.")])
def test_a_draft_may_say_nothing_yet_or_one_of_both(said):
    assert list(social_side_faults(said)) == []
