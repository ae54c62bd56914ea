"""Stages side by side, line by line: what each asks, and what changes from one to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import french_number
from sad.domain.stages import Stage, announced_range

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one stage asks on one line, in French; the range announced; who is exempt; whether it differs from the stage before."""

    text: str
    announced: str = ""
    exempt_families: tuple[str, ...] = ()
    has_changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement through the stages; `categories` empty means all."""

    nature: Nature
    key: str
    label: str
    categories: tuple[str, ...]
    cells: tuple[Cell, ...]


def compare_stages(stages: Sequence[Stage]) -> list[Line]:
    """A line for each requirement that a stage holds, by nature then in published order, with a cell for each stage given."""
    found = {(each.nature, each.key): each for stage in stages for each in stage.requirements}
    first_seen = {pair: place for place, pair in enumerate(dict.fromkeys(found))}
    natures = list(Nature)
    ordered = sorted(found, key=lambda pair: (natures.index(pair[0]), first_seen[pair]))
    return [_line(found[pair], stages) for pair in ordered]


def asked(requirement: Requirement | None) -> str:
    """What a requirement imposes, in French: « 40 % au moins », « demandé », « 50 points »."""
    if requirement is None:
        return NOTHING
    if requirement.nature is Nature.AWARD_CRITERION:
        return f"{french_number(requirement.weight or Decimal(0))} points"
    if requirement.comparison == "is_true":
        return "demandé"
    if requirement.threshold is None or (requirement.comparison == "at_least" and not requirement.threshold):
        return "à indiquer"
    return requirement.wanted


def announced(requirement: Requirement | None) -> str:
    """Within what the weight of a criterion may be chosen, in French: « de 30 à 50 »; empty when it is fixed."""
    if requirement is None or requirement.nature is not Nature.AWARD_CRITERION:
        return ""
    low, high = announced_range(requirement)
    return f"de {french_number(low)} à {french_number(high)}" if low != high else ""


def method_in_words(method: Mapping[str, Any]) -> str:
    """How a criterion is scored, in French, from the options that the scoring file holds."""
    if "sub_criteria" in method:
        return "La somme de ses sous-critères."
    name = method.get("method", "")
    better = "le plus haut" if method.get("better") == "higher" else "le plus bas"
    return METHODS.get(name, "").format(better=better, **{key: _number(value) for key, value in method.items() if key in OPTIONS})


METHODS = {
    "lowest_ratio": "Le plus bas a tous les points, les autres en proportion.",
    "highest_ratio": "Le plus haut a tous les points, les autres en proportion.",
    "scale": "Une note sur {scale}, donnée avec une raison écrite.",
    "linear_excess": "Le plus bas a tous les points ; les autres en perdent autant qu’ils le dépassent.",
    "linear_bounds": "Tous les points à {best}, aucun à {worst}, en proportion entre les deux.",
    "linear_minmax": "Tous les points pour {better}, aucun pour l’autre extrême, en proportion entre les deux.",
    "steps": "Une part des points par marche.",
    "yes_no": "Tous les points pour oui, aucun pour non.",
}
OPTIONS = ("scale", "best", "worst")


def _line(requirement: Requirement, stages: Sequence[Stage]) -> Line:
    cells: list[Cell] = []
    for stage in stages:
        there = next((each for each in stage.of_nature(requirement.nature) if each.key == requirement.key), None)
        cell = Cell(asked(there), announced(there), there.exempt_families if there else ())
        cells.append(replace(cell, has_changed=bool(cells) and replace(cells[-1], has_changed=False) != cell))
    return Line(requirement.nature, requirement.key, requirement.label, requirement.categories, tuple(cells))


def _number(value: Any) -> str:
    return str(value).replace(".", ",")
