"""What the detector of faulty grids says when something is published: CRI-13 of what a stage announced, CRI-14 of the weights of a need."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sad.domain.errors import Refusal
from sad.domain.grid_play import plausible_values
from sad.domain.grid_watch import Finding, watch
from sad.domain.law import CriteriaLaw
from sad.domain.stages import Stage, unchecked_grid

SCORING, WEIGHING = "CRI-13", "CRI-14"
UNREADABLE = "unreadable"
# What the rules of publication say themselves.
SAID_BY_OTHERS = ("CRI-01", "CRI-02", "CRI-03", "CRI-04", "CRI-08", "CRI-11")


def stage_findings(stage: Stage, categories: Sequence[str], law: CriteriaLaw) -> list[Finding]:
    """All that is found in the grid that a stage announces, once, with the categories concerned when they are not all.

    A method that cannot be read is left to the rules on each requirement.
    """
    found: dict[Finding, list[str]] = {}
    for category in categories or ("",):
        for each in _found(stage, category, unchecked_grid(stage, category), law):
            if each.code != UNREADABLE:
                found.setdefault(_under(SCORING, each), []).append(category)
    return [each if len(named) == max(len(categories), 1) else _about(each, named) for each, named in found.items()]


def launch_findings(stage: Stage, category: str, grid: Mapping[str, Any], law: CriteriaLaw) -> list[Finding]:
    """All that is found in the grid of a need: what its stage announced so, then what the weights chosen for it add."""
    announced = {_place(each) for each in _found(stage, category, unchecked_grid(stage, category), law)}
    found = _found(stage, category, grid, law)
    return [_under(SCORING, each) if each.blocks or _place(each) in announced else _under(WEIGHING, each, "weights") for each in found]


def _found(stage: Stage, category: str, grid: Mapping[str, Any], law: CriteriaLaw) -> list[Finding]:
    """What others do not say; while they refuse the weights, which will change, only what blocks."""
    findings = watch(grid, law, plausible=plausible_values(stage, category)) if grid.get("criteria") else ()
    is_weighed = not any(each.blocks and each.code in SAID_BY_OTHERS for each in findings)
    return [each for each in findings if each.code not in SAID_BY_OTHERS and (is_weighed or each.blocks)]


def _under(rule: str, finding: Finding, field: str | None = None) -> Finding:
    return replace(finding, refusal=replace(finding.refusal, rule=rule, field=field or finding.refusal.field))


def _about(finding: Finding, categories: Sequence[str]) -> Finding:
    named = ", ".join(f"« {each} »" for each in categories)
    end = f"{'la catégorie' if len(categories) == 1 else 'les catégories'} {named}"
    message = f"{finding.refusal.message.removesuffix('.')}, pour {end}."
    return replace(finding, refusal=replace(finding.refusal, message=message))


def _place(finding: Finding) -> tuple[str, str | None]:
    return finding.code, finding.refusal.field


def refusals_of(findings: Sequence[Finding], *, blocking: bool) -> list[Refusal]:
    """Those that forbid publishing, or those that ask for a reason."""
    return [each.refusal for each in findings if each.blocks is blocking]
