"""Stages side by side, line by line: what each asks, and what changes from one to the next."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import french_number
from sad.domain.stages import Stage, announced_range

NOTHING = "–"
SEPARATOR = " ; "


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


class Kind(StrEnum):
    """What becomes of one line from a stage to another."""

    ADDED = "added"
    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    REMOVED = "removed"
    WEIGHS_MORE = "weighs_more"
    WEIGHS_LESS = "weighs_less"
    CHANGED = "changed"  # neither harder nor softer: another wording, another method, or some of both
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of two stages; `before` and `after` say in French what each asks, « – » where it does not hold the line.

    `categories_before` and `categories` are those concerned, empty for all.
    """

    kind: Kind
    nature: Nature
    key: str
    label: str
    categories_before: tuple[str, ...]
    categories: tuple[str, ...]
    before: str
    after: str
    exempt_families: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The line in French: « Approvisionnement direct : 40 % au moins (avant : à indiquer). »"""
        earlier = "" if self.before in (NOTHING, self.after) else f" (avant : {self.before})"
        now = "n’est plus demandé" if self.kind is Kind.REMOVED else self.after
        return f"{self.label} : {now}{earlier}."

    def freed(self, known: Collection[str]) -> list[str]:
        """The categories, among those of the system, in which the line is asked no more."""
        return [key for key in known if key in (self.categories_before or known) and key not in (self.categories or known)]

    def bound(self, known: Collection[str]) -> list[str]:
        """The categories, among those of the system, in which the line is asked and was not."""
        return [key for key in known if key in (self.categories or known) and key not in (self.categories_before or known)]


def differences(before: Stage, after: Stage) -> list[Difference]:
    """What becomes of every line from one stage to another, by nature then in published order."""
    return [_difference(line, before, after) for line in compare_stages((before, after))]


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
    if method.get("steps"):
        said = (f"{limit or 'au-delà'}, {french_number(Decimal(str(share)) * 100)} %" for limit, share in method["steps"])
        return f"Une part des points par marche : {SEPARATOR.join(said)}."
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
_MEASURED = {"key", "nature", "comparison", "threshold", "exempt_families", "categories", "document_required", "weight"}
_WORDING = tuple(each.name for each in fields(Requirement) if each.name not in _MEASURED)


def _line(requirement: Requirement, stages: Sequence[Stage]) -> Line:
    cells: list[Cell] = []
    for stage in stages:
        there = next((each for each in stage.of_nature(requirement.nature) if each.key == requirement.key), None)
        cell = Cell(asked(there), announced(there), there.exempt_families if there else ())
        cells.append(replace(cell, has_changed=bool(cells) and replace(cells[-1], has_changed=False) != cell))
    return Line(requirement.nature, requirement.key, requirement.label, requirement.categories, tuple(cells))


def _difference(line: Line, before: Stage, after: Stage) -> Difference:
    old, new = (_held(stage, line) for stage in (before, after))
    first, last = old or new, new or old
    assert first is not None and last is not None
    return Difference(
        kind=_kind(old, new),
        nature=line.nature,
        key=line.key,
        label=last.label,
        categories_before=first.categories,
        categories=last.categories,
        before=line.cells[0].text,
        after=line.cells[1].text,
        exempt_families=last.exempt_families,
    )


def _held(stage: Stage, line: Line) -> Requirement | None:
    return next((each for each in stage.of_nature(line.nature) if each.key == line.key), None)


def _kind(old: Requirement | None, new: Requirement | None) -> Kind:
    if old is None or new is None:
        return Kind.ADDED if old is None else Kind.REMOVED
    moves = set(_moves(old, new))
    if not moves:
        return Kind.UNCHANGED
    return moves.pop() if len(moves) == 1 else Kind.CHANGED


def _moves(old: Requirement, new: Requirement) -> Iterator[Kind]:
    """Each way in which a requirement moved."""
    if (old.comparison, old.threshold) != (new.comparison, new.threshold):
        yield _bound_move(old, new)
    if old.exempt_families != new.exempt_families:
        yield _set_move(set(new.exempt_families), set(old.exempt_families))
    if old.categories != new.categories:
        yield _concerned_move(old.categories, new.categories)
    if old.document_required != new.document_required:
        yield Kind.TIGHTENED if new.document_required else Kind.LOOSENED
    if old.weight != new.weight:
        yield Kind.WEIGHS_MORE if (new.weight or 0) > (old.weight or 0) else Kind.WEIGHS_LESS
    if any(getattr(old, name) != getattr(new, name) for name in _WORDING):
        yield Kind.CHANGED


def _bound_move(old: Requirement, new: Requirement) -> Kind:
    """A bound that appears or moves inwards is harder to meet."""
    if old.comparison != new.comparison:
        imposes = (old.comparison != "any", new.comparison != "any")
        return {(False, True): Kind.TIGHTENED, (True, False): Kind.LOOSENED}.get(imposes, Kind.CHANGED)
    assert old.threshold is not None and new.threshold is not None
    is_higher = new.threshold > old.threshold
    return Kind.TIGHTENED if is_higher == (new.comparison == "at_least") else Kind.LOOSENED


def _set_move(fewer: set[str], more: set[str]) -> Kind:
    """Harder when what is in `fewer` is only a part of `more`, softer the other way round."""
    if fewer < more:
        return Kind.TIGHTENED
    return Kind.LOOSENED if fewer > more else Kind.CHANGED


def _concerned_move(old: tuple[str, ...], new: tuple[str, ...]) -> Kind:
    """Harder when more categories are concerned; none named means all."""
    if not old or not new:
        return Kind.LOOSENED if new else Kind.TIGHTENED
    return _set_move(set(old), set(new))


def _number(value: Any) -> str:
    return str(value).replace(".", ",")
