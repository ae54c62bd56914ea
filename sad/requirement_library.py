"""The ready requirements offered to whoever writes a stage, read once from `config/scoring/requirement_library.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sad.domain.requirement_law import requirement_faults, requirement_warnings
from sad.domain.requirements import Nature, Requirement
from sad.domain.wording import folded
from sad.reference import product_families
from sad.settings import ROOT

FILE = ROOT / "config" / "scoring" / "requirement_library.yaml"
EFFORTS: Mapping[str, str] = {
    "paper": "un document à fournir",
    "supplier": "changer de fournisseur ou d’organisation",
    "equipment": "s’équiper",
    "certification": "se faire certifier",
}
FORMS = (Nature.CAPACITY, Nature.SPECIFICATION, Nature.AWARD_CRITERION, Nature.PERFORMANCE_CONDITION)


class LibraryError(ValueError):
    """Faults of the library, one per line, each naming its subject."""


@dataclass(frozen=True, slots=True)
class ReadyRequirement:
    """One ready form of a subject; `families` are those whose categories a capacity is for, none: all.

    `clause`: environmental or social, for a condition of performance that is one; `answered_by`: the key of a specification
    that says as much of who already answered it.
    """

    requirement: Requirement
    effort: str
    families: tuple[str, ...] = ()
    clause: str = ""
    answered_by: str = ""

    def for_categories(self, categories: Mapping[str, Any]) -> Requirement:
        """The requirement for a system with these categories, by key with the families that each buys."""
        concerned = tuple(key for key, families in categories.items() if set(families) & set(self.families))
        return replace(self.requirement, categories=concerned) if concerned and len(concerned) < len(categories) else self.requirement


@dataclass(frozen=True, slots=True)
class Subject:
    """What may be asked about one matter, in each nature in which it is lawful."""

    key: str
    group: str
    label: str
    why: str
    effort: str
    forms: Mapping[Nature, ReadyRequirement]


def effort_of(requirement_key: str) -> str | None:
    """What a requirement asks of a supplier: paper, supplier, equipment or certification; None when it is not of the library."""
    return _efforts().get(requirement_key)


def ready(subject: str, nature: str) -> ReadyRequirement | None:
    """The ready form of a subject in that nature, if there is one."""
    found = library().get(subject)
    return found.forms.get(Nature(nature)) if found and nature in list(Nature) else None


def found_by(words: str) -> list[Subject]:
    """The subjects that hold every word typed, in the order of the library; all of them when nothing is typed."""
    wanted = folded(words).split()
    return [subject for subject in library().values() if all(word in _searched(subject) for word in wanted)]


@cache
def library() -> Mapping[str, Subject]:
    """Every subject by key, in the order in which they are offered. Raises `LibraryError` with all the faults of the file."""
    return load(FILE)


@cache
def groups() -> Mapping[str, str]:
    """The groups of the library: key -> French name."""
    names: dict[str, str] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"]
    return names


def load(path: Path) -> dict[str, Subject]:
    """Read and check a library. Raises `LibraryError`."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    faults: list[str] = []
    subjects = {}
    for key, body in content["subjects"].items():
        try:
            subjects[key] = _subject(key, body)
        except (KeyError, TypeError, ValueError) as error:
            faults.append(f"{key} : {error}")
    faults += _faults(content["groups"], subjects)
    if faults:
        raise LibraryError("\n".join(faults))
    return subjects


@cache
def _efforts() -> dict[str, str]:
    return {each.requirement.key: each.effort for subject in library().values() for each in subject.forms.values()}


def _searched(subject: Subject) -> str:
    labels = " ".join(each.requirement.label for each in subject.forms.values())
    return folded(f"{subject.label} {subject.why} {labels} {groups()[subject.group]}")


def _subject(key: str, body: dict[str, Any]) -> Subject:
    given = {name: body[name] for name in ("group", "label", "why", "effort")}
    forms = {Nature(nature): _ready(Nature(nature), form, body) for nature, form in body["forms"].items()}
    return Subject(key=key, **given, forms=forms)


def _ready(nature: Nature, form: dict[str, Any], subject: dict[str, Any]) -> ReadyRequirement:
    parts = {"environmental": subject.get("environmental", False), "nature": nature, **form}
    effort, families = parts.pop("effort", subject["effort"]), tuple(parts.pop("families", ()))
    answered_by = parts.pop("answered_by", "")
    if nature is Nature.AWARD_CRITERION:
        low, high = parts.pop("range")
        parts = {"unit": "points", **parts, "weight_min": low, "weight_max": high}
    elif nature in (Nature.CAPACITY, Nature.PERFORMANCE_CONDITION):
        parts = {"unit": "yes_no", "comparison": "is_true", **parts}
        parts["environmental"] = parts["environmental"] and nature is not Nature.CAPACITY
    clause = _clause(nature, subject)
    return ReadyRequirement(Requirement.from_dict(parts), effort, families, clause, answered_by)


def _clause(nature: Nature, subject: dict[str, Any]) -> str:
    """Whether a form is a clause of the contract for people or for the environment (L2112-2); empty when it is neither."""
    if nature is not Nature.PERFORMANCE_CONDITION:
        return ""
    return "social" if subject.get("social") else "environmental" if subject.get("environmental") else ""


def _faults(groups: Mapping[str, str], subjects: Mapping[str, Subject]) -> Iterator[str]:
    known, keys = set(product_families()), set[str]()
    forms = [(subject, each) for subject in subjects.values() for each in subject.forms.values()]
    scored = {each.requirement.key for _, each in forms if each.requirement.nature is Nature.SPECIFICATION}
    for subject, each in forms:
        asked = each.requirement
        if asked.key in keys:
            yield f"{subject.key} : la clé {asked.key} sert deux fois"
        keys.add(asked.key)
        if each.effort not in EFFORTS or subject.group not in groups:
            yield f"{subject.key} : effort ou groupe inconnu"
        if not {*asked.exempt_families, *each.families} <= known:
            yield f"{subject.key} : famille de produits inconnue"
        if each.answered_by and each.answered_by not in scored:
            yield f"{subject.key} : {each.answered_by} n’est demandé à personne"
        if asked.source and asked.source not in scored:
            yield f"{subject.key} : la valeur notée {asked.source} n’est demandée par aucune exigence"
        yield from (f"{subject.key} : {fault}" for fault in (*requirement_faults(asked), *requirement_warnings(asked)))
