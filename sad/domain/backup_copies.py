"""A backup copy stays closed, unless the electronic offer cannot be used and was sent before the hour (R2132-11, annexe 6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sad.domain.errors import Refusal

RULE = "REC-06"


class Medium(StrEnum):
    """What the copy is on."""

    PAPER = "paper"
    KEY = "key"
    OTHER = "other"


MEDIA = {Medium.PAPER: "Papier", Medium.KEY: "Clé USB, carte ou disque", Medium.OTHER: "Autre support"}


class CopyGround(StrEnum):
    """Why a backup copy may be opened."""

    INFECTED = "infected"
    LATE = "late"
    UNREADABLE = "unreadable"


COPY_GROUNDS = {
    CopyGround.INFECTED: "Un programme malveillant est dans l’offre électronique",
    CopyGround.LATE: "L’offre électronique est arrivée en retard ou incomplète, alors que son envoi avait commencé avant l’heure",
    CopyGround.UNREADABLE: "L’offre électronique ne peut pas être ouverte",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a copy came in: on what, when (aware), how and by whom it was brought, where it is kept closed."""

    medium: Medium
    received_at: datetime
    brought_by: str
    kept_where: str


@dataclass(frozen=True, slots=True)
class CopyOpening:
    """What is asked about a copy.

    `has_read_offer`: an electronic offer of this supplier was opened and reads well; `is_broken`: one in time did not open;
    `has_begun`: an attempt that did not end in time began before the deadline; `has_outage`: our probes saw one, or nobody watched,
    in the hours before it.
    """

    is_late: bool
    is_struck_out: bool
    is_opened: bool
    has_read_offer: bool
    is_broken: bool
    has_begun: bool
    has_outage: bool
    ground: str | None
    reason: str


def closed_for_good(asked: CopyOpening) -> Iterator[Refusal]:
    """Why nobody may open this copy at all, whatever the reason."""
    if asked.is_late:
        message = "Cette copie est arrivée après la date limite\u00a0: elle ne s’ouvre pas."
        yield Refusal(message, "La garder fermée, puis la rendre ou la détruire à la fin.", RULE)
    if asked.is_struck_out:
        yield Refusal("Cet enregistrement est rayé.", "Enregistrer la copie de nouveau, si elle existe.", RULE)
    if asked.is_opened:
        yield Refusal("Cette copie est déjà ouverte.", "Relire le procès-verbal d’ouverture.", RULE)


def copy_opening_faults(asked: CopyOpening) -> Iterator[Refusal]:
    """All that forbids to open it for that reason."""
    yield from closed_for_good(asked)
    yield from _ground_faults(asked)
    if not asked.reason.strip():
        message = "Ce qui établit le motif n’est pas écrit."
        yield Refusal(message, "Dire ce qui a été constaté, par qui et quand\u00a0: le fournisseur le lira.", RULE, "reason")


def _ground_faults(asked: CopyOpening) -> Iterator[Refusal]:
    if asked.ground not in list(CopyGround):
        yield Refusal("Le motif n’est pas choisi.", "Sans un motif de la règle, la copie reste fermée.", RULE, "ground")
    elif asked.ground == CopyGround.INFECTED and not asked.has_read_offer:
        message = "Aucune offre électronique de ce fournisseur n’est ouverte\u00a0: nul n’a pu y trouver un programme malveillant."
        yield Refusal(message, "Choisir l’autre motif qui convient, ou laisser la copie fermée.", RULE, "ground")
    elif asked.ground != CopyGround.INFECTED and asked.has_read_offer:
        message = "L’offre électronique de ce fournisseur est ouverte et se lit."
        yield Refusal(message, "Laisser la copie fermée\u00a0: c’est l’offre électronique qui compte.", RULE, "ground")
    elif asked.ground == CopyGround.UNREADABLE and not asked.is_broken:
        message = "Aucun pli de ce fournisseur reçu à temps n’a refusé de s’ouvrir."
        yield Refusal(message, "Choisir l’autre motif qui convient, ou laisser la copie fermée.", RULE, "ground")
    elif asked.ground == CopyGround.LATE and not (asked.has_begun or asked.has_outage):
        message = "Ni envoi commencé avant la date limite, ni panne relevée dans les heures qui l’ont précédée."
        yield Refusal(message, "Laisser la copie fermée\u00a0: elle ne remplace pas un envoi qui n’a pas commencé.", RULE, "ground")
