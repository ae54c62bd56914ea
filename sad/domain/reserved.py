"""Categories reserved to those who employ people with disabilities or far from work (L2113-12, L2113-13, L2113-14, R2113-7).

The status is a capacity like the others: asked at admission, with its proof, in the reserved categories alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from sad.domain.errors import Refusal
from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import french_number
from sad.domain.stages import Stage

RULE = "RES-01"


class ReservedFor(StrEnum):
    """To whom a category is reserved."""

    EA_ESAT = "ea_esat"  # entreprises adaptées, ESAT (L2113-12)
    SIAE = "siae"  # insertion through work (L2113-13)
    BOTH = "both"  # L2113-14


@dataclass(frozen=True, slots=True)
class _Words:
    """How a reservation is said: to whom, what must be held, whom it employs, how it is proved."""

    to: str
    holds: str
    employs: str
    proof: str


_WORDS: Mapping[str, _Words] = {
    ReservedFor.EA_ESAT: _Words(
        "Réservée aux entreprises adaptées et aux ESAT",
        "Détient l’agrément d’entreprise adaptée ou l’autorisation d’ESAT, ou l’équivalent",
        "de personnes en situation de handicap",
        "Contrat qui vaut agrément (entreprise adaptée), arrêté d’autorisation (ESAT), ou preuve équivalente",
    ),
    ReservedFor.SIAE: _Words(
        "Réservée aux structures d’insertion (SIAE)",
        "Détient une convention d’insertion par l’activité économique (SIAE), ou l’équivalent",
        "de personnes éloignées de l’emploi",
        "Convention conclue avec l’État en cours de validité, ou preuve équivalente",
    ),
    ReservedFor.BOTH: _Words(
        "Réservée aux entreprises adaptées, aux ESAT et aux structures d’insertion (SIAE)",
        "Détient l’agrément d’entreprise adaptée, l’autorisation d’ESAT ou une convention d’insertion (SIAE), ou l’équivalent",
        "de personnes en situation de handicap ou éloignées de l’emploi",
        "Contrat qui vaut agrément, arrêté d’autorisation, convention conclue avec l’État, ou preuve équivalente",
    ),
}


def reserved_to(kind: str) -> str:
    """To whom, in French: « Réservée aux structures d’insertion (SIAE) »."""
    return _WORDS[kind].to


def is_status(key: str) -> bool:
    """Whether a requirement is the status that a reserved category asks for."""
    return key in _KEYS


def with_status(stage: Stage, reserved: Mapping[str, str], percent: Decimal) -> Stage:
    """The stage with, first among its capacities, the status that each reserved category asks for, and no other.

    `reserved`: category key -> to whom; `percent`: the least share of the workers concerned (R2113-7).
    """
    asked = tuple(_status(kind, percent, reserved) for kind in ReservedFor if kind in reserved.values())
    return replace(stage, requirements=(*asked, *(each for each in stage.requirements if not is_status(each.key))))


def status_faults(stage: Stage, reserved: Mapping[str, str]) -> Iterator[Refusal]:
    """RES-01: a reserved category asks for the status and its proof, and another category does not."""
    for category, kind in reserved.items():
        status = stage.requirement(_key(kind))
        if status is None or not _asks(status, category):
            message = f"« {category} » est réservée, et le palier n’y demande plus la preuve du statut."
            yield Refusal(message, "La remettre : enregistrer de nouveau à qui la catégorie est réservée.", RULE, "requirements")
    for status in (each for each in stage.requirements if is_status(each.key)):
        wrong = [category for category in status.categories or ("",) if _key(reserved.get(category, "")) != status.key]
        if wrong:
            message = f"« {status.label} » est demandé dans une catégorie que l’avis ne réserve pas ainsi."
            yield Refusal(message, "Réserver la catégorie, ou retirer cette condition.", RULE, status.key)


def _asks(status: Requirement, category: str) -> bool:
    is_proved = status.comparison == "is_true" and status.document_required
    return status.nature is Nature.CAPACITY and is_proved and category in status.categories and not status.exempt_families


def _status(kind: str, percent: Decimal, reserved: Mapping[str, str]) -> Requirement:
    words = _WORDS[kind]
    return Requirement(
        key=_key(kind),
        label=f"{words.holds}, et emploie au moins {french_number(percent)} % {words.employs}",
        nature=Nature.CAPACITY,
        categories=tuple(category for category, to in reserved.items() if to == kind),
        comparison="is_true",
        proof=words.proof,
        document_required=True,
    )


def _key(kind: str) -> str:
    return f"reserved_{kind}"


_KEYS = {_key(kind) for kind in ReservedFor}
