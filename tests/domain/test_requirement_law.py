"""What the law says of one requirement, and the rewritings that leave nothing to say."""

from pathlib import Path

import pytest
import yaml

from sad.domain.mending import mends_of
from sad.domain.requirement_law import requirement_faults, requirement_warnings
from sad.domain.requirements import Nature, Requirement

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "bad_requirements.yaml").read_text(encoding="utf-8"))
UNLAWFUL = [case for case in CASES if case.get("mends")]


def requirement_of(case) -> Requirement:
    return Requirement.from_dict({"nature": "capacity", **case["requirement"]})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_fault_and_each_warning_is_found_with_what_to_do(case):
    requirement = requirement_of(case)
    faults, warnings = requirement_faults(requirement), requirement_warnings(requirement)
    assert [each.rule for each in faults] == case.get("faults", []), faults
    assert [each.rule for each in warnings] == case.get("warnings", []), warnings
    assert all(each.message and each.remedy and each.field == requirement.key for each in (*faults, *warnings))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_rewritings_are_those_that_leave_no_fault(case):
    requirement = requirement_of(case)
    mends = mends_of(requirement)
    assert [each.key for each in mends] == case.get("mends", [])
    assert [fault for each in mends for fault in requirement_faults(each.requirement)] == []
    assert all(each.requirement.key == requirement.key and each.requirement != requirement for each in mends)


@pytest.mark.parametrize("case", [case for case in UNLAWFUL if "ADM-01" in case["faults"]], ids=lambda case: case["name"])
def test_a_product_under_admission_is_moved_where_it_belongs(case):
    moved = {each.key: each.requirement for each in mends_of(requirement_of(case))}
    assert [moved[nature].nature for nature in ("specification", "award_criterion", "performance_condition")] == [
        Nature.SPECIFICATION, Nature.AWARD_CRITERION, Nature.PERFORMANCE_CONDITION
    ]  # fmt: skip
    assert moved["specification"].proof and not moved["specification"].document_required
    assert "capacity" not in moved or moved["capacity"].nature is Nature.CAPACITY
