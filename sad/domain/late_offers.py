"""A late offer stays sealed and is eliminated (R2151-5), unless it is late because of the service itself (CE 449250, CE 506640)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sad.domain.errors import Refusal

RULE = "REC-04"


class LateGround(StrEnum):
    """Why a late offer may be opened all the same: never the tenderer's own doing."""

    OUTAGE = "outage"
    SERVICE = "service"


GROUNDS = {
    LateGround.OUTAGE: "Une panne constatée par nos relevés a empêché de déposer à temps",
    LateGround.SERVICE: "Le service a gêné le dépôt autrement : une limite qu’il n’affichait pas, une erreur à l’envoi",
}


@dataclass(frozen=True, slots=True)
class LateOpening:
    """What is asked about a late offer. `has_outage`: our probes saw one, or nobody watched, near its deadline."""

    is_live: bool
    is_opened: bool
    has_other_in_time: bool
    ground: str | None
    reason: str
    has_outage: bool


def standing_faults(asked: LateOpening) -> Iterator[Refusal]:
    """Why nobody may open this offer at all, whatever the reason."""
    if asked.is_opened or not asked.is_live:
        message = "Cette offre est déjà ouverte, ou n’est plus celle de ce fournisseur."
        yield Refusal(message, "Relire le procès-verbal d’ouverture.", RULE)
    if asked.has_other_in_time:
        message = "Ce fournisseur a aussi déposé à temps\u00a0: c’est cette offre qui compte."
        yield Refusal(message, "Laisser l’offre tardive scellée (R2151-6).", "REC-05")


def late_opening_faults(asked: LateOpening) -> Iterator[Refusal]:
    """All that forbids to open it for that reason."""
    yield from standing_faults(asked)
    if asked.ground not in list(LateGround):
        yield Refusal("La cause du retard n’est pas choisie.", "Sans cause qui vient du service, l’offre reste éliminée.", RULE, "ground")
    if asked.ground == LateGround.OUTAGE and not asked.has_outage:
        message = "Nos relevés ne montrent aucune panne dans les heures qui ont précédé ce dépôt."
        yield Refusal(message, "Choisir l’autre cause si elle est établie, ou laisser l’offre scellée.", RULE, "ground")
    if not asked.reason.strip():
        message = "Ce qui établit la cause n’est pas écrit."
        yield Refusal(message, "Dire ce que le fournisseur a tenté, quand, et la preuve gardée\u00a0: il le lira.", RULE, "reason")
