"""Acts of four eyes: one person asks, another who has read the same thing approves within 24 hours (ANA-05, ADM-08, ARC-03)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sad.domain.calendar import PARIS
from sad.domain.errors import Refusal
from sad.domain.sentences import french_moment

APPROVAL_LASTS = timedelta(hours=24)
Fact = tuple[str, str]
Letter = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What both people read before the act: its title, facts as (label, value), consequences, letters as (addressee, subject, text)."""

    title: str
    facts: tuple[Fact, ...]
    consequences: tuple[str, ...]
    letters: tuple[Letter, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For the fingerprint: everything that is read, in its order."""
        return {
            "title": self.title,
            "facts": [list(fact) for fact in self.facts],
            "consequences": list(self.consequences),
            "letters": [list(letter) for letter in self.letters],
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands of a request: who asked (id), until when it holds, whether it has its answer, what was shown (fingerprint)."""

    asked_by: int
    expires_at: datetime
    is_ended: bool
    shown_sha256: str


def request_ends(asked_at: datetime, until: datetime | None) -> datetime:
    """When a request lapses: after 24 hours, or at `until`, when the act cannot be done later, if that comes first."""
    return asked_at + APPROVAL_LASTS if until is None else min(asked_at + APPROVAL_LASTS, until)


def approval_faults(asked: Asked, *, by: int, read_sha256: str, now_sha256: str, at: datetime) -> Iterator[Refusal]:
    """Why the person `by` cannot approve at `at` what it read (`read_sha256`), when the thing now reads `now_sha256`."""
    if asked.is_ended:
        yield Refusal("Cette demande a déjà sa réponse.", "Relire ce qu’elle est devenue.")
        return
    if at > asked.expires_at:
        until = french_moment(asked.expires_at.astimezone(PARIS))
        yield Refusal(f"Cette demande valait jusqu’au {until} : elle ne vaut plus.", "La faire à nouveau, si elle tient toujours.")
    if by == asked.asked_by:
        yield Refusal("Vous avez fait cette demande : une autre personne l’approuve.", "Prévenir un collègue ; une minute lui suffit.")
    if len({asked.shown_sha256, read_sha256, now_sha256}) > 1:
        message = "Ce qui était montré a changé depuis la demande."
        yield Refusal(message, "La refuser, puis la faire à nouveau : chacun approuve ce qu’il a lu.")
