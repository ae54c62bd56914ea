"""Award criteria and their weights: what the law asks of a whole grid, of a stage or of a mini-tender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sad.domain.errors import Refusal
from sad.domain.law import CriteriaLaw
from sad.domain.requirements import Requirement
from sad.domain.sentences import french_number

TOTAL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What the rules on weights need of an award criterion, in points out of 100.

    `environmental_weight` is the whole weight of an environmental criterion, or that of its environmental sub-criteria.
    """

    key: str
    label: str
    weight: Decimal
    price: bool = False
    environmental_weight: Decimal = Decimal(0)

    @classmethod
    def of_grid(cls, line: Mapping[str, Any]) -> "Criterion":
        """A criterion of a grid in the shape of the scoring file."""
        weight, subs = Decimal(str(line["weight"])), line.get("sub_criteria") or ()
        partly = sum((Decimal(str(sub["weight"])) for sub in subs if sub.get("environmental")), Decimal(0))
        price = bool(line.get("price")) or any(sub.get("price") for sub in subs)
        return cls(line["key"], line["label"], weight, price, weight if line.get("environmental") else partly)

    @classmethod
    def of_requirement(cls, requirement: Requirement) -> "Criterion":
        """The criterion with the default weight that its stage gives it."""
        flags = {"price": requirement.price, "environmental": requirement.environmental}
        line = {"key": requirement.key, "label": requirement.label, "weight": requirement.weight}
        return cls.of_grid({**line, **requirement.method, **flags})


def criteria_faults(criteria: Sequence[Criterion], law: CriteriaLaw, about: str = "") -> list[Refusal]:
    """All that forbids these criteria together: CRI-01, CRI-02, CRI-04. `about` ends the sentences: « pour la catégorie x »."""
    end = f" {about}" if about else ""
    return [*_environment_faults(criteria, law, end), *_price_faults(criteria, law, end), *total_faults(criteria, about)]


def total_faults(criteria: Sequence[Criterion], about: str = "") -> list[Refusal]:
    """CRI-04: the weights of a grid add up to 100."""
    total = sum((each.weight for each in criteria), Decimal(0))
    if total == TOTAL:
        return []
    change = f"Retirer {french_number(total - TOTAL)}" if total > TOTAL else f"Ajouter {french_number(TOTAL - total)}"
    return [
        Refusal(
            f"Les poids des critères font {french_number(total)} et non 100{f' {about}' if about else ''}.",
            f"{change} {'point' if abs(total - TOTAL) < 2 else 'points'}.",
            "CRI-04",
            "weights",
        )
    ]


def environment_warnings(criteria: Sequence[Criterion], law: CriteriaLaw, about: str = "") -> list[Refusal]:
    """CRI-03: an environmental weight so low that a judge may see it as a pretence."""
    weight = sum((each.environmental_weight for each in criteria), Decimal(0))
    total = sum((each.weight for each in criteria), Decimal(0))
    if not weight or weight * 100 >= law.environment_weight_warning_percent * total:
        return []
    floor = french_number(law.environment_weight_warning_percent)
    return [
        Refusal(
            f"L’environnement ne pèse que {french_number(weight)} points sur {french_number(total)}{f' {about}' if about else ''}.",
            f"Porter son poids à {floor} % au moins, ou écrire pourquoi il est plus bas.",
            "CRI-03",
            "weights",
        )
    ]


def _environment_faults(criteria: Sequence[Criterion], law: CriteriaLaw, end: str) -> list[Refusal]:
    if sum(each.environmental_weight > 0 for each in criteria) >= law.minimum_environmental_criteria:
        return []
    return [
        Refusal(
            f"Aucun critère d’attribution ne porte sur l’environnement{end}.",
            "Ajouter un critère lié à l’offre : emballage réemployable, part de produits bio ou équivalent ou livraison groupée.",
            "CRI-01",
            "weights",
        )
    ]


def _price_faults(criteria: Sequence[Criterion], law: CriteriaLaw, end: str) -> list[Refusal]:
    if not any(each.price for each in criteria):
        remedy = "Désigner le critère qui porte sur le prix ou sur le coût."
        return [Refusal(f"Aucun critère ne porte sur le prix{end}.", remedy, "CRI-02", "weights")]
    if sum(each.price for each in criteria) > 1:
        return [Refusal(f"Plusieurs critères portent sur le prix{end}.", "N’en garder qu’un.", "CRI-02", "weights")]
    if law.price_only_allowed or any(not each.price or each.environmental_weight for each in criteria):
        return []
    remedy = "Ajouter au moins un critère environnemental, ou retenir un coût global qui compte l’environnement."
    return [Refusal(f"Le prix ne peut pas être le seul critère{end}.", remedy, "CRI-02", "weights")]
