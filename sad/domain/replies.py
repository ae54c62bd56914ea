"""Requests for reasons: who may ask, what the law owes it, until when, what an answer never says (AWD-04, R2181-2, R2181-4)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sad.domain.errors import Refusal
from sad.domain.law import LawOfTheDay
from sad.domain.sentences import french_date

LONGEST = 12_000
_AMOUNT = re.compile(r"(\d[\d\u00a0\u202f ]*(?:[.,]\d+)?)\s*(?:€|euros?\b|EUR\b)", re.IGNORECASE)
_SET_ASIDE = ("irregular", "unacceptable", "inappropriate")


class Owed(StrEnum):
    """What the law owes to a tenderer that asks."""

    COMPARISON = "comparison"  # the characteristics and advantages of the retained offer, the name of its holder (R2181-4)
    REASONS = "reasons"  # why its own offer is rejected, and nothing of the others' (R2181-2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLaw(LawOfTheDay):
    """Calendar days to answer, and after how many an answer that is not sent is recalled."""

    reply_to_requests_days: int
    reply_reminder_days: int


def owed_to(classification: str | None, *, is_opened: bool) -> Owed:
    """A tenderer whose offer was neither read nor admissible has the reasons of its own rejection alone.

    An abnormally low offer, one under a published minimum and one whose company could not prove were admissible: they compare.
    """
    return Owed.COMPARISON if is_opened and classification not in _SET_ASIDE else Owed.REASONS


def asking_faults(*, is_decided: bool, is_retained: bool, asked_on: date | None) -> Iterator[Refusal]:
    """Why a tenderer cannot ask: nothing is decided, it is the one retained, it asked already."""
    if not is_decided:
        yield Refusal("Rien n’est encore décidé.", "Votre résultat et ses raisons viendront d’abord, ici et dans vos courriers.", "AWD-04")
    elif is_retained:
        yield Refusal("Votre offre est retenue : il n’y a pas de rejet à expliquer.", "Vos points sont sur cette page.", "AWD-04")
    elif asked_on is not None:
        remedy = "La réponse viendra ici et dans vos courriers ; elle n’est donnée qu’une fois."
        yield Refusal(f"Vous avez déjà demandé les raisons le {french_date(asked_on)}.", remedy, "AWD-04")


def answer_faults(
    text: str, *, stands: bool, answered_on: date | None, secret: Collection[Decimal]
) -> Iterator[Refusal]:
    """Why an answer cannot be sent. `stands`: the decision that it explains still does; `secret`: prices of the retained offer."""
    if not stands:
        yield Refusal("L’attribution ne tient plus : il n’y a plus rien à expliquer.", "Une autre décision aura ses lettres.", "AWD-04")
    if answered_on is not None:
        yield Refusal(f"La réponse est déjà partie le {french_date(answered_on)}.", "Elle n’est donnée qu’une fois.", "AWD-04")
    if not text.strip():
        yield Refusal("La réponse est vide.", "Écrire les raisons, en partant du texte proposé.", "AWD-04", "text")
    if len(text) > LONGEST:
        yield Refusal("La réponse est trop longue.", "Au plus 12 000 caractères.", "AWD-04", "text")
    for written, amount in amounts_in(text):
        if amount in secret:
            message = f"La réponse donne un prix unitaire de l’offre retenue : {written}."
            yield Refusal(message, "L’ôter : ce prix relève du secret des affaires.", "SEC-01", "text")


def amounts_in(text: str) -> Iterator[tuple[str, Decimal]]:
    """The amounts in euros that a text gives, as written and as read."""
    for found in _AMOUNT.finditer(text):
        digits = re.sub(r"\s", "", found.group(1)).replace(",", ".")
        yield found.group(0), Decimal(digits)
