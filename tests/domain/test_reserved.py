"""Categories reserved to adapted companies, ESAT and structures of insertion: what the stages then ask, and of whom."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sad.domain.admission.decision import examine
from sad.domain.admission.values import ApplicationFile
from sad.domain.publication import publication_faults
from sad.domain.requirement_law import requirement_faults, requirement_warnings
from sad.domain.requirements import Nature
from sad.domain.reserved import ReservedFor, status_faults, with_status
from tests.factories.requirements import NOTICE, STAGE_LAW, a_stage

HALF = Decimal(50)
DAY = date(2026, 3, 2)
KEYS = ("reserved_ea_esat", "reserved_siae", "reserved_both")


def reserved(**categories):
    return with_status(a_stage(), categories, HALF)


@pytest.mark.parametrize("kind", ReservedFor)
def test_the_status_is_a_lawful_capacity_with_its_proof_and_the_share_of_the_law(kind):
    (status,) = (each for each in reserved(pain=kind).requirements if each.key == f"reserved_{kind}")
    assert status.nature is Nature.CAPACITY and status.document_required and status.categories == ("pain",)
    assert "50 %" in status.label.replace("\u00a0", " ") and "équivalent" in status.proof
    assert requirement_faults(status) == [] and requirement_warnings(status) == []


def test_two_categories_reserved_alike_share_one_condition_and_an_open_one_has_none():
    stage = reserved(pain="siae", traiteur="siae")
    assert [(each.key, each.categories) for each in stage.requirements if each.key in KEYS] == [("reserved_siae", ("pain", "traiteur"))]
    assert with_status(stage, {}, HALF) == a_stage()


def test_asking_for_the_status_again_changes_nothing():
    stage = reserved(pain="both", traiteur="ea_esat")
    assert with_status(stage, {"pain": "both", "traiteur": "ea_esat"}, HALF) == stage


@pytest.mark.parametrize(
    "mend",
    [
        lambda status: None,
        lambda status: replace(status, document_required=False),
        lambda status: replace(status, comparison="any"),
        lambda status: replace(status, categories=("traiteur",)),
        lambda status: replace(status, nature=Nature.INFORMATION),
        lambda status: replace(status, exempt_families=("pain_viennoiserie",)),
    ],
    ids=["taken out", "without proof", "imposes nothing", "moved elsewhere", "told only", "with an exemption"],
)
def test_a_stage_that_no_longer_asks_for_the_proof_is_not_published(mend):
    stage = reserved(pain="siae")
    kept = (mend(each) if each.key in KEYS else each for each in stage.requirements)
    softened = replace(stage, requirements=tuple(each for each in kept if each))
    notice = replace(NOTICE, reserved={"pain": "siae"})
    assert publication_faults(stage, [], notice, STAGE_LAW) == []
    assert "RES-01" in {fault.rule for fault in publication_faults(softened, [], notice, STAGE_LAW)}


@pytest.mark.parametrize("told", [{}, {"pain": "both"}, {"traiteur": "siae"}])
def test_the_status_is_not_asked_where_the_notice_does_not_reserve_the_category_so(told):
    assert "reserved_siae" in {fault.field for fault in status_faults(reserved(pain="siae"), told)}


def test_a_status_asked_everywhere_is_refused_since_no_notice_says_so():
    stage = reserved(pain="siae")
    everywhere = replace(stage, requirements=tuple(replace(e, categories=()) if e.key in KEYS else e for e in stage.requirements))
    assert [fault.rule for fault in status_faults(everywhere, {"pain": "siae"})] == ["RES-01", "RES-01"]


def an_application(category="pain", status=None, document=False, expires_on=None):
    stage = reserved(pain="siae")
    capacities = [each.key for each in stage.of_nature(Nature.CAPACITY, category) if each.key not in KEYS]
    return ApplicationFile(
        category=category,
        category_families=("pain_viennoiserie",),
        families=("pain_viennoiserie",),
        answers={**dict.fromkeys(capacities, True), **({} if status is None else {"reserved_siae": status})},
        documents={**dict.fromkeys(capacities), **({"reserved_siae": expires_on} if document else {})},
        sworn_statement=True,
        name="Le Fournil",
        siret="73282932000074",
    )


@pytest.mark.parametrize(
    ("said", "outcome", "rules"),
    [
        ({}, "to_complete", ["RES-01"]),
        ({"status": False}, "not_admissible", ["RES-01"]),
        ({"status": False, "document": True}, "not_admissible", ["RES-01"]),
        ({"status": True}, "to_complete", ["RES-01"]),
        ({"status": True, "document": True, "expires_on": date(2026, 3, 1)}, "to_complete", ["ADM-07"]),
        ({"status": True, "document": True, "expires_on": DAY}, "admissible", []),
        ({"status": True, "document": True}, "admissible", []),
        ({"category": "traiteur"}, "admissible", []),
    ],
    ids=["silent", "says no", "says no with a paper", "no proof", "proof expired", "proof ends that day", "proof held", "open category"],
)
def test_only_who_proves_its_status_is_admissible_in_a_reserved_category(said, outcome, rules):
    found = examine(an_application(**said), reserved(pain="siae"), DAY)
    assert (found.outcome, [each.rule for each in found.findings]) == (outcome, rules), found
