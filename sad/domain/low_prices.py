"""A price that seems abnormally low: asked in writing, then accepted or rejected with a reason (ANA-03, L2152-6, R2152-3, R2152-4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sad.domain.errors import Refusal
from sad.domain.sentences import french_date

LONGEST_REASON = 3000
ACCEPTED, REJECTED = "accepted", "rejected"


@dataclass(frozen=True, slots=True)
class PriceExchange:
    """What was exchanged with a tenderer about its price; days in Paris time. `answered_on`: of its last answer."""

    asked_on: date
    due_on: date
    answered_on: date | None = None

    @property
    def sentence(self) -> str:
        """The exchange in French, without any figure of the other offers: the tenderer reads it."""
        asked = f"Justification demandée par écrit le {french_date(self.asked_on)} (R2152-3)"
        if self.answered_on is None:
            return f"{asked}, sans réponse au {french_date(self.due_on)}."
        late = ", après le dernier jour" if self.answered_on > self.due_on else ""
        return f"{asked}, réponse reçue le {french_date(self.answered_on)}{late}."


def asking_faults(low_price: str, *, is_asked: bool) -> list[Refusal]:
    """All that forbids writing to a tenderer about its price: nothing calls for it, or it was already asked."""
    if is_asked:
        return [Refusal("La justification de ce prix est déjà demandée.", "Lire sa réponse, puis décider.", "ANA-03")]
    if not low_price:
        return [Refusal("Le prix de cette offre n’appelle pas de justification.", "La classer comme les autres.", "ANA-03")]
    return []


def decision_faults(decision: str, reason: str, exchange: PriceExchange | None, *, today: date) -> list[Refusal]:
    """All that forbids deciding so of a low price: no letter, no answer while there is still time, no reason."""
    return [*_word_faults(decision, reason), *_exchange_faults(decision, exchange, today)]


def _word_faults(decision: str, reason: str) -> Iterator[Refusal]:
    if decision not in (ACCEPTED, REJECTED):
        yield Refusal("La décision sur ce prix n’est pas choisie.", "Dire si l’explication tient ou non.", "ANA-03", "decision")
    if not reason.strip():
        yield Refusal("La raison n’est pas écrite.", "Dire ce qui, dans la réponse, convainc ou non.", "ANA-03", "reason")
    if len(reason.strip()) > LONGEST_REASON:
        yield Refusal("La raison est trop longue.", f"La dire en {LONGEST_REASON} caractères au plus.", "ANA-03", "reason")


def _exchange_faults(decision: str, exchange: PriceExchange | None, today: date) -> Iterator[Refusal]:
    if exchange is None:
        message = "Aucune justification n’a été demandée par écrit : ce prix ne peut être ni accepté ni rejeté."
        yield Refusal(message, "Envoyer d’abord la demande (R2152-3).", "ANA-03", "decision")
    elif exchange.answered_on is None and today <= exchange.due_on:
        message = f"L’entreprise a jusqu’au {french_date(exchange.due_on)} inclus pour répondre."
        yield Refusal(message, "Attendre sa réponse, ou la fin de ce délai.", "ANA-03", "decision")
    elif exchange.answered_on is None and decision == ACCEPTED:
        message = "L’entreprise n’a rien répondu : il n’y a pas d’explication à accepter."
        yield Refusal(message, "Rejeter l’offre (R2152-4), ou attendre encore sa réponse.", "ANA-03", "decision")
