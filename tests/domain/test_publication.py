from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from sad.domain.publication import publication_faults, publication_warnings
from sad.domain.requirements import Requirement
from tests.factories.requirements import NOTICE, STAGE_LAW, a_stage

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "publication.yaml").read_text(encoding="utf-8"))


def situation(case):
    """The stage to publish, the other stages and the notice that a case describes."""
    lawful = a_stage(number=2)
    kept = [each for each in lawful.requirements if each.key not in case.get("remove", ())]
    added = [Requirement.from_dict(each) for each in case.get("add", ())]
    stage = replace(lawful, requirements=(*kept, *added), **case.get("stage", {}))
    roadmap = [a_stage(number=number) for number in case.get("roadmap", (1, 3))]
    return stage, roadmap, replace(NOTICE, **case.get("notice", {})), STAGE_LAW


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_stage_is_published_or_refused_with_all_its_faults(case):
    faults = publication_faults(*situation(case))
    assert [fault.rule for fault in faults] == case.get("faults", []), faults
    assert case.get("remedy", "") in "\n".join(fault.remedy for fault in faults)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_asks_for_a_reason_is_a_warning_and_no_fault(case):
    warnings = publication_warnings(*situation(case))
    assert [warning.rule for warning in warnings] == case.get("warnings", []), warnings


def test_the_faults_come_all_at_once():
    stage, roadmap, notice, law = situation({"remove": ["packaging", "quality"], "stage": {"effective_on": NOTICE.valid_from}})
    found = {fault.rule for fault in publication_faults(stage, roadmap, notice, law)}
    assert found == {"PAL-01", "CRI-01", "CRI-02", "CRI-04"}


def test_an_older_version_of_the_same_stage_is_no_rival():
    stage, roadmap, notice, law = situation({})
    assert publication_faults(stage, [*roadmap, stage], notice, law) == []
