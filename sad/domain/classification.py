"""Before any mark, what the buyer says of each opened offer (ANA-01, L2152-1 to -6): proposed by rules, decided by people."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sad.domain.errors import Refusal

WORDS = {
    "regular": "régulière",
    "irregular": "irrégulière",
    "unacceptable": "inacceptable",
    "inappropriate": "inappropriée",
    "abnormally_low": "anormalement basse",
}
ARTICLES = {"irregular": "L2152-2", "unacceptable": "L2152-3", "inappropriate": "L2152-4", "abnormally_low": "L2152-6"}


@dataclass(frozen=True, slots=True)
class Findings:
    """What rules say of an opened offer.

    `shortfalls`: French sentences, one for each specification it does not meet; `is_over_budget`: its total is above the
    budget fixed before launch; `low_price`: why its price calls for an explanation, empty when it does not;
    `is_justified`: its tenderer's explanation is accepted; `is_price_rejected`: it is not, and the offer is set aside;
    `low_if_regular`: why the price of an irregular offer would call for an explanation once it is put right; `regularisation`:
    where its own stands, `open`, `accepted` or `rejected`, empty when it was not asked (ANA-02).
    """

    shortfalls: tuple[str, ...] = ()
    is_over_budget: bool = False
    low_price: str = ""
    is_justified: bool = False
    is_price_rejected: bool = False
    low_if_regular: str = ""
    regularisation: str = ""

    @property
    def proposal(self) -> str:
        """The classification that follows from the rules alone."""
        if self.shortfalls:
            return "irregular"
        return "unacceptable" if self.is_over_budget else "regular"

    @property
    def awaits_explanation(self) -> bool:
        """Whether nothing may be decided on its price before its tenderer has explained it (ANA-03)."""
        return bool(self.low_price) and not self.is_justified and not self.is_price_rejected


def is_over(total: Decimal, budget: Decimal | None) -> bool:
    """Whether a total is above the budget, both in EUR excl. VAT."""
    return budget is not None and total > budget


def classification_faults(classification: str, reason: str, findings: Findings) -> list[Refusal]:
    """All that forbids classifying an offer so, in these words."""
    return [
        *_word_faults(classification, reason),
        *_rule_faults(classification, findings),
        *_price_faults(classification, findings),
        *_regularisation_faults(findings),
    ]


def _word_faults(classification: str, reason: str) -> Iterator[Refusal]:
    if classification == "abnormally_low":
        message = "Une offre n’est écartée pour son prix qu’après une demande écrite et la réponse de l’entreprise."
        yield Refusal(message, "Demander la justification du prix, puis décider sur sa page.", "ANA-03", "classification")
    elif classification not in WORDS:
        yield Refusal("Le classement de l’offre n’est pas choisi.", "Choisir l’un des quatre.", "ANA-01", "classification")
    if not reason.strip():
        yield Refusal("La raison n’est pas écrite.", "Une phrase suffit ; si l’offre est écartée, elle sera lue.", "ANA-01", "reason")


def _rule_faults(classification: str, findings: Findings) -> Iterator[Refusal]:
    if classification == "regular" and findings.shortfalls:
        yield Refusal(
            f"L’offre ne respecte pas ce qui était demandé : {' ; '.join(findings.shortfalls)}.",
            "La classer irrégulière (L2152-2).",
            "ANA-01",
            "classification",
        )
    if classification == "regular" and findings.is_over_budget:
        yield Refusal(
            "L’offre dépasse le budget fixé avant l’envoi : elle ne peut pas être retenue.",
            "La classer inacceptable (L2152-3).",
            "ANA-01",
            "classification",
        )
    if classification == "unacceptable" and not findings.is_over_budget:
        yield Refusal(
            "L’offre tient dans le budget fixé avant l’envoi : elle n’est pas inacceptable.",
            "Ce mot ne vaut que pour un prix au-dessus de ce budget (L2152-3).",
            "ANA-01",
            "classification",
        )


def _price_faults(classification: str, findings: Findings) -> Iterator[Refusal]:
    """Neither retained nor left out for its price without an exchange; what does not meet the need is left out for that alone."""
    if findings.is_price_rejected:
        message = "Cette offre est écartée pour son prix (L2152-6)."
        yield Refusal(message, "Revenir d’abord sur la décision prise sur son prix.", "ANA-03", "classification")
    other_grounds = {"inappropriate": True, "irregular": bool(findings.shortfalls), "unacceptable": findings.is_over_budget}
    if findings.awaits_explanation and not other_grounds.get(classification):
        yield Refusal(
            f"Le prix est à justifier : {findings.low_price}.",
            "Demander par écrit à l’entreprise comment elle y arrive, puis dire si son explication tient.",
            "ANA-03",
            "classification",
        )


def _regularisation_faults(findings: Findings) -> Iterator[Refusal]:
    """What its tenderer was asked to put right is decided on its own page, where the answer is read."""
    if findings.regularisation == "open":
        message = "La régularisation de cette offre attend votre décision."
        yield Refusal(message, "Lire d’abord la réponse, puis l’accepter ou la rejeter.", "ANA-02", "classification")
    if findings.regularisation == "rejected":
        message = "La régularisation de cette offre est rejetée : elle reste irrégulière (L2152-2)."
        yield Refusal(message, "Revenir d’abord sur la décision prise sur sa régularisation.", "ANA-02", "classification")
