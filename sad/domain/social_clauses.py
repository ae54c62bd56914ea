"""The social condition of performance that a system states, or the exception of the law that it relies on (L2112-2-1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sad.domain.errors import Refusal

RULE = "CRI-07"
CLAUSE, EXCEPTION, REASON = "social_clause", "social_exception", "social_exception_reason"


class SocialException(StrEnum):
    """Why the law admits that a contract states no social condition (L2112-2-1)."""

    AVAILABLE = "available"  # 1°
    UNRELATED = "unrelated"  # 2°
    RESTRICTIVE = "restrictive"  # 3°


EXCEPTIONS: Mapping[str, str] = {
    SocialException.AVAILABLE: "Le besoin peut être satisfait par une solution immédiatement disponible",
    SocialException.UNRELATED: "Une clause sociale n’a pas de lien suffisant avec l’objet du marché",
    SocialException.RESTRICTIVE: "Elle restreindrait la concurrence, ou rendrait le marché trop difficile, techniquement ou en coût",
}


@dataclass(frozen=True, slots=True)
class SocialSide:
    """What a system says of it: a clause in its own words, or the exception of the law with its reason; empty: nothing yet."""

    clause: str = ""
    exception: str = ""
    reason: str = ""

    @property
    def is_excepted(self) -> bool:
        """Whether it relies on an exception and says why."""
        return bool(self.exception and self.reason.strip())


def social_side_faults(said: SocialSide) -> Iterator[Refusal]:
    """What cannot be said together, whatever the value: a clause with an exception, an exception without its reason."""
    if said.exception and said.exception not in list(SocialException):
        yield Refusal("Cette exception n’est pas de celles de la loi.", "En choisir une de la liste.", RULE, EXCEPTION)
    if said.clause.strip() and (said.exception or said.reason.strip()):
        message = "Une clause sociale est écrite, et la raison de ne pas en avoir aussi."
        yield Refusal(message, "Garder l’une des deux.", RULE, CLAUSE)
    elif said.exception and not said.reason.strip():
        message = "L’exception est choisie, sa raison manque."
        yield Refusal(message, "Écrire en quoi elle vaut pour ces achats : cette raison est gardée au dossier.", RULE, REASON)
    elif said.reason.strip() and not said.exception:
        message = "La raison est écrite, mais non l’exception de la loi sur laquelle elle s’appuie."
        yield Refusal(message, "La choisir dans la liste.", RULE, EXCEPTION)


def social_clause_faults(said: SocialSide) -> Iterator[Refusal]:
    """What keeps a system under the formal procedure from opening: neither a clause nor a reason to have none (CRI-07)."""
    if not said.clause.strip() and not said.is_excepted:
        message = "Aucune condition d’exécution n’est sociale, et rien ne dit pourquoi."
        remedy = "En écrire une, par exemple des heures d’insertion, ou choisir une exception et écrire sa raison."
        yield Refusal(message, remedy, RULE, CLAUSE)
