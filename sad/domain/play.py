"""A stage played on the suppliers that are admitted: who meets what, from what each declares of its usual offer (PAL-06)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sad.domain.errors import Refusal
from sad.domain.requirements import Nature, Requirement, is_met
from sad.domain.stages import Gap, Stage, gaps


@dataclass(frozen=True, slots=True)
class AdmittedSupplier:
    """One supplier with the keys of the categories that admit it; `declared` goes by requirement key."""

    id: int
    siret: str
    name: str
    families: tuple[str, ...]
    declared: Mapping[str, Any]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequirementPlay:
    """Who meets one requirement, who falls short of it, who has not said; those that it does not concern are in none."""

    requirement: Requirement
    meeting: tuple[AdmittedSupplier, ...]
    short: tuple[AdmittedSupplier, ...]
    silent: tuple[AdmittedSupplier, ...]


@dataclass(frozen=True, slots=True)
class CategoryPlay:
    """How many are admitted to a category, and how many of them could still offer."""

    category: str
    admitted: int
    meeting: int


@dataclass(frozen=True, slots=True)
class SupplierPlay:
    """A stage held against the admitted suppliers. Each is counted once, and in each of its categories."""

    admitted: int
    meeting: int
    categories: tuple[CategoryPlay, ...]
    requirements: tuple[RequirementPlay, ...]


def play_suppliers(stage: Stage, suppliers: Sequence[AdmittedSupplier], categories: Sequence[str]) -> SupplierPlay:
    """Hold the specifications of a stage against what these suppliers declare; `categories` are the keys to count, in order."""
    lacking = {each.id: gaps_of(stage, each) for each in suppliers}
    return SupplierPlay(
        admitted=len(suppliers),
        meeting=sum(not any(found.values()) for found in lacking.values()),
        categories=tuple(_category(key, suppliers, lacking) for key in categories),
        requirements=tuple(_requirement(each, suppliers) for each in stage.of_nature(Nature.SPECIFICATION) if each.comparison != "any"),
    )


def gaps_of(stage: Stage, supplier: AdmittedSupplier) -> dict[str, list[Gap]]:
    """What the supplier's usual offer lacks to meet the stage, by key of the categories that admit it."""
    return {key: gaps(stage, supplier.declared, supplier.families, key) for key in supplier.categories}


def distinct_gaps(found: Mapping[str, Sequence[Gap]]) -> list[Gap]:
    """The gaps of several categories, each requirement once."""
    return list({gap.requirement: gap for each in found.values() for gap in each}.values())


def competition_warnings(play: SupplierPlay, labels: Mapping[str, str], *, fewest: int) -> list[Refusal]:
    """PAL-06: the categories in which fewer than `fewest` suppliers could still offer; `labels` goes by category key."""
    return [_few(each, labels.get(each.category, each.category), fewest) for each in play.categories if each.meeting < fewest]


def _few(count: CategoryPlay, label: str, fewest: int) -> Refusal:
    remedy = f"Il en faut au moins {fewest} pour une vraie concurrence : repousser, exempter, ou écrire pourquoi le palier est maintenu."
    return Refusal(f"« {label} » : {_left(count)}.", remedy, "PAL-06", count.category)


def _left(count: CategoryPlay) -> str:
    if not count.admitted:
        return "aucun fournisseur n’y est admis"
    if not count.meeting:
        return "aucun fournisseur admis ne pourrait encore offrir"
    verb = "pourrait" if count.meeting == 1 else "pourraient"
    if count.meeting == count.admitted:
        return f"il n’y a que {count.admitted} admis, qui {verb} encore offrir"
    return f"{count.meeting} seulement sur {count.admitted} {verb} encore offrir"


def _category(key: str, suppliers: Sequence[AdmittedSupplier], lacking: Mapping[int, Mapping[str, list[Gap]]]) -> CategoryPlay:
    there = [each for each in suppliers if key in each.categories]
    return CategoryPlay(key, len(there), sum(not lacking[each.id][key] for each in there))


def _requirement(requirement: Requirement, suppliers: Sequence[AdmittedSupplier]) -> RequirementPlay:
    concerned = [each for each in suppliers if any(requirement.applies_to(key, each.families) for key in each.categories)]
    said = [(each, is_met(requirement, each.declared.get(requirement.key))) for each in concerned]
    return RequirementPlay(
        requirement,
        meeting=tuple(each for each, answer in said if answer),
        short=tuple(each for each, answer in said if answer is False),
        silent=tuple(each for each, answer in said if answer is None),
    )
