from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.calendar import PARIS, earliest_deadline, paris_day
from sad.domain.launch import Launch, PendingApplication, launch_faults, launch_warnings, unjustified
from sad.domain.stages import grid_of
from tests.factories.requirements import LAUNCH_LAW, a_stage

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "launch.yaml").read_text(encoding="utf-8"))
SENT = datetime(2026, 11, 25, 10, tzinfo=PARIS)
LAWFUL = Launch(
    at=SENT,
    closes_at=datetime(2026, 12, 8, 12, tzinfo=PARIS),
    notice_sent_on=date(2025, 12, 1),
    valid_from=date(2026, 1, 15),
    valid_until=date(2030, 1, 14),
    object="Cocktail des vœux, 80 personnes",
    category="traiteur",
    categories=("pain", "traiteur"),
    category_families=("traiteur_cocktail", "traiteur_buffet"),
    stage=a_stage(),
    grid=grid_of(a_stage(), "traiteur"),
    admitted=8,
    lines=2,
    budget=Decimal("2080.00"),
    budget_fixed_at=SENT,
    service_on=date(2027, 1, 14),
)


def launch_of(case) -> Launch:
    """The lawful launch with what the case changes."""
    stage = a_stage()
    removed = case.get("stage", {}).get("remove", ())
    stage = replace(stage, requirements=tuple(each for each in stage.requirements if each.key not in removed))
    pending = tuple(PendingApplication(name, limit) for name, limit in case.get("pending", ()))
    parts = {name: read(name, value) for name, value in case.get("launch", {}).items()}
    return replace(LAWFUL, stage=stage, grid=grid_for(case), pending=pending, **parts)


def grid_for(case) -> dict:
    weights = case.get("weights", {})
    kept = [each for each in LAWFUL.grid["criteria"] if each["key"] not in case.get("remove", ())]
    criteria = [{**each, "weight": weights.get(each["key"], each["weight"])} for each in (*kept, *case.get("criteria", ()))]
    return {**LAWFUL.grid, "criteria": criteria, "tie_rule": case.get("tie_rule", LAWFUL.grid["tie_rule"])}


def read(name: str, value):
    if name in ("closes_at", "budget_fixed_at") and value is not None:
        return datetime.fromisoformat(value).replace(tzinfo=PARIS)
    if name == "budget" and value is not None:
        return Decimal(value)
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_mini_tender_leaves_or_is_refused_with_all_its_faults(case):
    faults = launch_faults(launch_of(case), LAUNCH_LAW)
    assert [fault.rule for fault in faults] == case.get("faults", []), faults
    assert case.get("remedy", "") in "\n".join(fault.remedy for fault in faults)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_asks_for_a_reason_is_a_warning_until_the_reason_is_written(case):
    launch = launch_of(case)
    warnings = [warning.rule for warning in launch_warnings(launch, LAUNCH_LAW)]
    assert warnings == case.get("warnings", [])
    assert [warning.rule for warning in unjustified(launch, LAUNCH_LAW)] == case.get("unjustified", warnings)


@pytest.mark.parametrize("case", [case for case in CASES if case.get("faults")], ids=lambda case: case["name"])
def test_every_fault_names_its_field_and_says_what_to_do(case):
    for fault in launch_faults(launch_of(case), LAUNCH_LAW):
        assert fault.field
        assert fault.remedy.endswith(".")


def test_a_forbidden_word_is_reported_beside_its_field():
    (warning,) = launch_warnings(replace(LAWFUL, texts={"constraints": "À moins de 20 km"}), LAUNCH_LAW)
    assert warning.field == "constraints"
    assert "«\u00a0km\u00a0»" in warning.message


@given(st.integers(0, 3000).map(lambda hours: SENT.timestamp() + hours * 3600))
def test_the_first_date_given_as_remedy_is_accepted(sent):
    at = datetime.fromtimestamp(sent, PARIS)
    first = earliest_deadline(paris_day(at), LAUNCH_LAW.tender_period_days)
    launch = replace(LAWFUL, at=at, closes_at=first, service_on=date(2029, 1, 1))
    assert launch_faults(launch, LAUNCH_LAW) == []
    early = replace(launch, closes_at=datetime.fromtimestamp(first.timestamp() - 1, PARIS))
    assert [fault.rule for fault in launch_faults(early, LAUNCH_LAW)] == ["SAD-17"]


def test_before_the_law_asked_for_it_a_grid_could_do_without_environment():
    older = replace(LAUNCH_LAW, minimum_environmental_criteria=0, price_only_allowed=True, minimum_environmental_clauses=0)
    case = next(case for case in CASES if case["name"] == "le prix seul")
    assert [fault.rule for fault in launch_faults(launch_of(case), older)] == ["SAD-20"]
