"""What a corrigendum may do to a published roadmap."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from sad.domain.corrigenda import corrigendum_faults, is_in_force, move_of
from sad.domain.publication import Notice, publication_faults
from sad.domain.requirements import Requirement
from sad.domain.stages import Stage
from tests.factories.requirements import STAGE_LAW
from tests.factories.systems import stage_value

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "corrigenda.yaml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 22)
DATES = {1: date(2026, 1, 15), 2: date(2027, 1, 15), 3: date(2028, 1, 15)}
NOTICE = Notice(date(2025, 12, 1), DATES[1], date(2030, 1, 14), ("pain", "traiteur"))


def drafted(case) -> tuple[Stage, Stage | None]:
    """The draft that a case describes, and the stage whose place it would take."""
    number = case.get("number", 2)
    known = stage_value(min(number, 3), DATES[min(number, 3)])
    changes = case.get("change", {})
    kept = [
        Requirement.from_dict({**each.to_dict(), **changes.get(each.key, {})})
        for each in known.requirements
        if each.key not in case.get("drop", ())
    ]
    added = [Requirement.from_dict(case["add"])] if "add" in case else []
    draft = replace(known, number=number, effective_on=case.get("day", DATES.get(number)), requirements=(*kept, *added))
    return (draft, known) if number in DATES else (replace(draft, announced_on=TODAY), None)


def found(case):
    stage, replaced = drafted(case)
    notice = replace(NOTICE, first_invitation_on=case.get("invited"))
    others = [stage_value(number, on) for number, on in DATES.items()]
    if replaced and not is_in_force(replaced, TODAY):
        others.remove(replaced)
    return [*publication_faults(stage, others, notice, STAGE_LAW), *corrigendum_faults(stage, replaced, notice, TODAY)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_roadmap_is_changed_or_the_change_is_refused_with_every_reason(case):
    faults = found(case)
    assert [fault.rule for fault in faults] == case.get("faults", []), list(map(str, faults))
    assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_a_draft_does_comes_from_what_it_is(case):
    assert move_of(*drafted(case)) == case["move"]


def test_a_stage_that_would_be_harder_is_named_with_what_is_published_and_what_would_be():
    case = {"change": {"direct_supply_pct": {"threshold": "45"}}}
    assert "40\u00a0% au moins → 45\u00a0% au moins" in found(case)[0].message
