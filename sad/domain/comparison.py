"""Stages side by side, line by line: what each asks, and what changes from one to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import french_number
from sad.domain.stages import Stage, announced_range

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one stage asks on one line, in French; whether it differs from the stage before; who is exempt."""

    text: str
    has_changed: bool = False
    exempt_families: tuple[str, ...] = ()


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
    """What a requirement imposes, in French: « 40 % au moins », « demandé », « 50 points (de 30 à 50) »."""
    if requirement is None:
        return NOTHING
    if requirement.nature is Nature.AWARD_CRITERION:
        return _weight(requirement)
    if requirement.comparison == "is_true":
        return "demandé"
    if requirement.threshold is None or (requirement.comparison == "at_least" and not requirement.threshold):
        return "à indiquer"
    return requirement.wanted


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
        cell = Cell(asked(there), exempt_families=there.exempt_families if there else ())
        before = cells[-1] if cells else None
        has_changed = before is not None and (before.text, before.exempt_families) != (cell.text, cell.exempt_families)
        cells.append(Cell(cell.text, has_changed, cell.exempt_families))
    return Line(requirement.nature, requirement.key, requirement.label, requirement.categories, tuple(cells))


def _weight(criterion: Requirement) -> str:
    low, high = announced_range(criterion)
    points = f"{french_number(criterion.weight or low)} points"
    return points if low == high else f"{points} (de {french_number(low)} à {french_number(high)})"


def _number(value: Any) -> str:
    return str(value).replace(".", ",")
