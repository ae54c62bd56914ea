"""Stages: dated sets of requirements, the one in force, the gaps towards the next, the grid they give."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sad.domain.calendar import paris_day
from sad.domain.criteria import Criterion, total_faults
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.requirements import Answer, Nature, Requirement, is_met, json_safe, read_answer, shortfall
from sad.domain.sentences import decimal_text, french_date, french_number


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage (palier) of a roadmap: it starts at 00:00 Europe/Paris of `effective_on`."""

    number: int
    label: str
    announced_on: date
    effective_on: date
    requirements: tuple[Requirement, ...]

    def of_nature(self, nature: Nature, category: str | None = None, families: Collection[str] = ()) -> tuple[Requirement, ...]:
        """Its requirements of one nature that apply to the category and to these families, in published order."""
        return tuple(each for each in self.requirements if each.nature is nature and each.applies_to(category, families))

    def requirement(self, key: str) -> Requirement | None:
        """The requirement of that key, if the stage holds one."""
        return next((each for each in self.requirements if each.key == key), None)

    def scored_value(self, criterion: str) -> Requirement | None:
        """The requirement whose value a criterion scores: its source, else itself; None for a sub-criterion."""
        own = self.requirement(criterion)
        return self.requirement(own.source) if own and own.source else own


@dataclass(frozen=True, slots=True)
class Gap:
    """What separates a declared value from a requirement; `sentence` says it in French."""

    requirement: str
    has: Answer | None
    wanted: str
    sentence: str


def stage_in_force(roadmap: Iterable[Stage], at: datetime) -> Stage:
    """The stage in force at that instant (aware). Raises `Refused` (PAL-04) before the first one."""
    stages = sorted(roadmap, key=_start)
    started = [stage for stage in stages if stage.effective_on <= paris_day(at)]
    if started:
        return started[-1]
    if not stages:
        raise refuse("Aucun palier n’est publié.", "Publier le premier palier avec l’avis.", rule="PAL-01")
    raise refuse(
        "Aucun palier n’est encore en vigueur.",
        f"Le premier prend effet le {french_date(stages[0].effective_on)} à 0 h, heure de Paris.",
        rule="PAL-04",
    )


def next_stages(roadmap: Iterable[Stage], at: datetime) -> tuple[Stage, ...]:
    """The stages that are not yet in force at that instant, the nearest first."""
    return tuple(sorted((stage for stage in roadmap if stage.effective_on > paris_day(at)), key=_start))


def in_force_and_coming(roadmap: Iterable[Stage], at: datetime) -> tuple[Stage, ...]:
    """The stage in force at that instant, if one is, then those that come."""
    stages = tuple(roadmap)
    coming = next_stages(stages, at)
    return coming if len(coming) == len(stages) else (stage_in_force(stages, at), *coming)


def gaps(
    stage: Stage,
    declared: Mapping[str, object],
    families: Collection[str],
    category: str | None = None,
    *,
    nature: Nature = Nature.SPECIFICATION,
) -> list[Gap]:
    """What the declared values lack to meet the requirements of that nature; a value not said is a gap.

    `declared` goes by requirement key. A requirement that imposes nothing (`any`) never makes a gap.
    """
    return [
        Gap(each.key, read_answer(each, declared.get(each.key)), each.wanted, shortfall(each, declared.get(each.key)))
        for each in stage.of_nature(nature, category, families)
        if each.comparison != "any" and not is_met(each, declared.get(each.key))
    ]


def meets(stage: Stage, declared: Mapping[str, object], families: Collection[str], category: str | None = None) -> bool:
    """Whether offers like the declared ones meet every specification of the stage."""
    return not gaps(stage, declared, families, category)


def grid_of(stage: Stage, category: str, weights: Mapping[str, Decimal] | None = None) -> dict[str, Any]:
    """The scoring grid of a mini-tender of that category, in the shape of the scoring file's `grid`.

    `weights` goes by key of criterion or sub-criterion, in points; what it leaves out keeps the stage's weight.
    Raises `Refused` with every weight out of its announced range (SAD-20) and every sum that fails (CRI-04).
    """
    grid, chosen = unchecked_grid(stage, category, weights), weights or {}
    faults = _unknown_weights(grid["criteria"], chosen)
    for criterion, line in zip(stage.of_nature(Nature.AWARD_CRITERION, category), grid["criteria"], strict=True):
        faults += [*weight_faults(criterion, Decimal(line["weight"])), *sub_weight_faults(line)]
    faults += total_faults([Criterion.of_grid(each) for each in grid["criteria"]])
    if faults:
        raise Refused(*faults)
    return grid


def unchecked_grid(stage: Stage, category: str, weights: Mapping[str, Decimal] | None = None) -> dict[str, Any]:
    """The same grid whatever the weights: for a draft, and for a launch whose faults are said all at once."""
    chosen = {key: Decimal(str(weight)) for key, weight in (weights or {}).items()}
    criteria = stage.of_nature(Nature.AWARD_CRITERION, category)
    lines = [_grid_criterion(each, chosen) for each in criteria]
    return {"criteria": lines, "decimals": 2, "tie_rule": proposed_tie_rule(criteria, chosen), "minimum_total": None}


def weight_faults(criterion: Requirement, weight: Decimal) -> list[Refusal]:
    """SAD-20: a weight out of the range that the notice announced (R2152-12)."""
    low, high = announced_range(criterion)
    if low <= weight <= high and weight > 0:
        return []
    announced = f"de {french_number(low)} à {french_number(high)}" if low != high else f"de {french_number(low)}"
    return [
        Refusal(
            f"Le critère « {criterion.label} » pèse {french_number(weight)} : l’avis annonce un poids {announced}.",
            "Choisir un poids dans ce qui est annoncé.",
            "SAD-20",
            criterion.key,
        )
    ]


def sub_weight_faults(criterion: Mapping[str, Any]) -> list[Refusal]:
    """CRI-04: sub-criteria are published with weights that add up to their criterion's."""
    subs = criterion.get("sub_criteria") or []
    total = sum((Decimal(str(sub["weight"])) for sub in subs), Decimal(0))
    if not subs or total == Decimal(str(criterion["weight"])):
        return []
    asked = french_number(Decimal(str(criterion["weight"])))
    message = f"Les sous-critères de « {criterion['label']} » font {french_number(total)}, et le critère {asked}."
    return [Refusal(message, "Ajuster leurs poids pour que la somme soit la même.", "CRI-04", criterion["key"])]


def announced_range(criterion: Requirement) -> tuple[Decimal, Decimal]:
    """The least and the greatest weight announced, in points; without a range, the weight itself."""
    weight = criterion.weight or Decimal(0)
    low, high = criterion.weight_min, criterion.weight_max
    return weight if low is None else low, weight if high is None else high


def proposed_tie_rule(criteria: Sequence[Requirement], weights: Mapping[str, Decimal] | None = None) -> list[str]:
    """The tie rule proposed: the environmental criterion, then the heaviest (CRI-11)."""
    heaviest_first = sorted(criteria, key=lambda each: -_weight(each, weights or {}))
    environmental = [each.key for each in heaviest_first if each.environmental]
    return list(dict.fromkeys([*environmental[:1], *[each.key for each in heaviest_first[:1]]]))


def fingerprint(stage: Stage) -> str:
    """SHA-256 of the canonical JSON of the stage, in hexadecimal."""
    return hashlib.sha256(canonical_json(stage_to_dict(stage))).hexdigest()


def canonical_json(content: Mapping[str, Any]) -> bytes:
    """One text for equal contents: sorted keys, no spaces, UTF-8."""
    return json.dumps(json_safe(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def stage_to_dict(stage: Stage) -> dict[str, Any]:
    """The whole stage with JSON values only."""
    return {
        "number": stage.number,
        "label": stage.label,
        "announced_on": stage.announced_on.isoformat(),
        "effective_on": stage.effective_on.isoformat(),
        "requirements": [each.to_dict() for each in stage.requirements],
    }


def stage_from_dict(content: Mapping[str, Any]) -> Stage:
    """The stage that `stage_to_dict` gave. Raises ValueError or KeyError on another content."""
    return Stage(
        number=content["number"],
        label=content["label"],
        announced_on=date.fromisoformat(content["announced_on"]),
        effective_on=date.fromisoformat(content["effective_on"]),
        requirements=tuple(Requirement.from_dict(each) for each in content["requirements"]),
    )


def _start(stage: Stage) -> tuple[date, int]:
    return stage.effective_on, stage.number


def _weight(criterion: Requirement, chosen: Mapping[str, Decimal]) -> Decimal:
    return chosen.get(criterion.key, criterion.weight or Decimal(0))


def _grid_criterion(criterion: Requirement, chosen: Mapping[str, Decimal]) -> dict[str, Any]:
    line = {"key": criterion.key, "label": criterion.label, "weight": decimal_text(_weight(criterion, chosen)), **criterion.method}
    if criterion.price:
        line["price"] = True
    if criterion.environmental:
        line["environmental"] = True
    if "sub_criteria" in line:
        line["sub_criteria"] = [
            {**sub, "weight": decimal_text(chosen[sub["key"]])} if sub["key"] in chosen else sub for sub in line["sub_criteria"]
        ]
    return line


def _unknown_weights(grid: Sequence[Mapping[str, Any]], chosen: Mapping[str, Decimal]) -> list[Refusal]:
    known = {each["key"] for criterion in grid for each in (criterion, *criterion.get("sub_criteria", ()))}
    return [
        Refusal(f"« {key} » n’est pas un critère de ce palier.", "Garder les critères de l’avis.", "SAD-20", key)
        for key in chosen
        if key not in known
    ]
