"""The environmental and social clauses offered to whoever writes a need: those conditions of performance of the library."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sad.requirement_library import ReadyRequirement, library


@dataclass(frozen=True, slots=True)
class Clause:
    """A lawful clause: what it obliges to, of which kind, and what shows at delivery that it was honoured."""

    key: str
    kind: str
    label: str
    proof: str


@cache
def clauses() -> Mapping[str, Clause]:
    """Every clause by key, in the order of the library."""
    found = ((each.clause, each.requirement) for each in _forms())
    return {asked.key: Clause(asked.key, kind, asked.label, asked.proof) for kind, asked in found}


def chosen_clauses(keys: Collection[str]) -> list[dict[str, Any]]:
    """The clauses of these keys with their words, as a need keeps them: the library may change, what was sent does not."""
    return [asdict(each) for each in clauses().values() if each.key in keys]


def can_honour(usual: Mapping[str, Any], key: str) -> bool:
    """Whether a supplier that declared this of its usual offer can honour the clause of that key today."""
    return usual.get(key) is True or usual.get(_answers()[key]) is True


@cache
def _answers() -> dict[str, str]:
    return {each.requirement.key: each.answered_by for each in _forms()}


def _forms() -> Iterator[ReadyRequirement]:
    return (each for subject in library().values() for each in subject.forms.values() if each.clause)
