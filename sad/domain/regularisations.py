"""Irregular offers put right: all the tenderers concerned at once, with the same period, never the price (ANA-02, R2152-1, R2152-2)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sad.domain.classification import Findings
from sad.domain.errors import Refusal
from sad.domain.offers import OfferContent, offer_faults
from sad.domain.requirements import Requirement
from sad.domain.sentences import french_date, of

LONGEST_REASON = 1500
ACCEPTED, REJECTED = "accepted", "rejected"
SET_ASIDE_OTHERWISE = ("unacceptable", "inappropriate", "abnormally_low")
EQUALITY = "Une régularisation va à toutes les offres irrégulières, ou dit pourquoi elle en laisse (R2152-2)."


@dataclass(frozen=True, slots=True)
class Candidate:
    """An opened offer before a regularisation; `is_price_pending`: its tenderer was asked about its price, nothing is decided."""

    key: int
    name: str
    findings: Findings
    classification: str | None = None
    is_price_pending: bool = False

    @property
    def is_concerned(self) -> bool:
        """Whether rules or people find it irregular, and nothing else sets it aside."""
        if self.classification in SET_ASIDE_OTHERWISE:
            return False
        return bool(self.findings.shortfalls) or self.classification == "irregular"

    @property
    def is_examined(self) -> bool:
        """Whether it is known to be irregular or not; a price to explain says nothing of that."""
        return self.classification is not None or self.is_concerned or self.findings.awaits_explanation

    @property
    def awaits_price(self) -> bool:
        """Whether its price must be explained first: an offer that stays abnormally low is not put right (ANA-03)."""
        low = self.findings.low_if_regular and not self.findings.is_justified
        return bool(low) or self.is_price_pending


@dataclass(frozen=True, slots=True)
class Period:
    """The working days that may be given: enough to answer, the same for all."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was exchanged with a tenderer about its irregular offer; days in Paris time. `answered_on`: of the answer kept."""

    asked_on: date
    due_on: date
    answered_on: date | None = None

    @property
    def sentence(self) -> str:
        """The exchange in French: the tenderer reads it."""
        asked = f"Régularisation demandée par écrit le {french_date(self.asked_on)} (R2152-2)"
        if self.answered_on is None:
            return f"{asked}, sans réponse au {french_date(self.due_on)}."
        late = ", après le dernier jour" if self.answered_on > self.due_on else ""
        return f"{asked}, réponse reçue le {french_date(self.answered_on)}{late}."


def round_faults(
    candidates: Sequence[Candidate], left_out: Mapping[int, str], days: int | None, period: Period, *, is_held: bool
) -> list[Refusal]:
    """All that forbids letting these offers be put right; `left_out` gives a reason for each one that is kept out, by key.

    Every other irregular offer is asked: some cannot be, and none is forgotten.
    """
    if is_held:
        message = "Une régularisation a déjà été demandée : une seule, la même pour tous."
        return [Refusal(message, "Décider sur les réponses reçues.", "ANA-02")]
    concerned = [each for each in candidates if each.is_concerned]
    asked = [each for each in concerned if each.key not in left_out]
    return [
        *_examined_faults(candidates),
        *_round_faults(concerned, asked, left_out),
        *(fault for each in asked for fault in _asked_faults(each)),
        *(fault for each in concerned if each.key in left_out for fault in _left_out_faults(each, left_out[each.key])),
        *_period_faults(days, period),
    ]


def answer_faults(asked: Sequence[Requirement], values: Mapping[str, Any], text: str, *, has_files: bool) -> list[Refusal]:
    """All that keeps an answer from being received: something that was not asked, nothing said, a value that cannot be read."""
    known = {each.key for each in asked}
    faults = [
        Refusal(f"« {key} » ne peut pas changer.", "Ne répondre qu’à ce qui est demandé ; le prix reste le même.", "ANA-02")
        for key in sorted(set(values) - known)
    ]
    if not asked and not text.strip() and not has_files:
        faults.append(Refusal("Votre réponse est vide.", "Écrire ce qui corrige votre offre, ou joindre le document.", "ANA-02", "text"))
    said = OfferContent((), {key: values[key] for key in known & set(values)}, {})
    return faults + offer_faults(said, specifications=asked, criteria=(), vat_rates=(), is_vat_exempt=False)


def decision_faults(
    decision: str, reason: str, exchange: Exchange, *, today: date, have_all_answered: bool, shortfalls: Collection[str]
) -> list[Refusal]:
    """All that forbids deciding so of what a tenderer answered; `shortfalls` are what its offer would still lack."""
    return [*_word_faults(decision, reason), *_exchange_faults(decision, exchange, today, have_all_answered, shortfalls)]


def _examined_faults(candidates: Sequence[Candidate]) -> Iterator[Refusal]:
    for each in candidates:
        if not each.is_examined:
            message = f"L’offre {of(each.name)} n’est pas classée : elle pourrait être irrégulière, elle aussi."
            yield Refusal(message, "Dire d’abord si elle est régulière.", "ANA-02")


def _round_faults(concerned: Sequence[Candidate], asked: Sequence[Candidate], left_out: Mapping[int, str]) -> Iterator[Refusal]:
    if set(left_out) - {each.key for each in concerned}:
        yield Refusal("Une offre laissée de côté n’est pas irrégulière.", "Relire la liste des offres.", "ANA-02")
    if not concerned:
        yield Refusal("Aucune offre n’est irrégulière : il n’y a rien à régulariser.", "Classer les offres.", "ANA-02")
    elif not asked:
        yield Refusal("Toutes les offres sont laissées de côté.", "En garder une au moins, ou ne rien demander.", "ANA-02")


def _asked_faults(each: Candidate) -> Iterator[Refusal]:
    field = f"choice_{each.key}"
    if each.awaits_price:
        message = f"Le prix {of(each.name)} est à justifier avant toute régularisation (R2152-2)."
        yield Refusal(message, "Lui demander par écrit comment elle y arrive, puis décider ; ou la laisser de côté.", "ANA-03", field)
    if each.findings.is_over_budget:
        message = f"L’offre {of(each.name)} dépasse le budget, et son prix ne peut pas changer."
        yield Refusal(message, "La laisser de côté, avec cette raison (L2152-3).", "ANA-02", field)


def _left_out_faults(each: Candidate, reason: str) -> Iterator[Refusal]:
    field = f"reason_{each.key}"
    if not reason.strip():
        message = f"L’offre {of(each.name)} est laissée de côté sans raison."
        yield Refusal(message, EQUALITY, "ANA-02", field)
    if len(reason.strip()) > LONGEST_REASON:
        yield Refusal("La raison est trop longue.", f"La dire en {LONGEST_REASON} caractères au plus.", "ANA-02", field)


def _period_faults(days: int | None, period: Period) -> Iterator[Refusal]:
    if days is None or not period.least <= days <= period.most:
        message = f"Le délai va de {period.least} à {period.most} jours ouvrés."
        yield Refusal(message, "Laisser à tous le temps de répondre, sans retarder le marché.", "ANA-02", "days")


def _word_faults(decision: str, reason: str) -> Iterator[Refusal]:
    if decision not in (ACCEPTED, REJECTED):
        yield Refusal("La décision n’est pas choisie.", "Dire si la réponse corrige l’offre ou non.", "ANA-02", "decision")
    if not reason.strip():
        yield Refusal("La raison n’est pas écrite.", "Dire ce qui, dans la réponse, corrige l’offre ou non.", "ANA-02", "reason")
    if len(reason.strip()) > LONGEST_REASON:
        yield Refusal("La raison est trop longue.", f"La dire en {LONGEST_REASON} caractères au plus.", "ANA-02", "reason")


def _exchange_faults(
    decision: str, exchange: Exchange, today: date, have_all_answered: bool, shortfalls: Collection[str]
) -> Iterator[Refusal]:
    if today <= exchange.due_on and not have_all_answered:
        message = f"Les entreprises ont jusqu’au {french_date(exchange.due_on)} inclus, et toutes n’ont pas répondu."
        yield Refusal(message, "Attendre leurs réponses, ou la fin de ce délai, le même pour toutes.", "ANA-02", "decision")
    elif decision == ACCEPTED and exchange.answered_on is None:
        message = "L’entreprise n’a rien répondu : il n’y a rien à accepter."
        yield Refusal(message, "Rejeter, ou attendre encore sa réponse.", "ANA-02", "decision")
    elif decision == ACCEPTED and shortfalls:
        message = f"Avec cette réponse, il manque encore : {' ; '.join(shortfalls)}."
        yield Refusal(message, "Rejeter : l’offre reste irrégulière (L2152-2).", "ANA-02", "decision")
