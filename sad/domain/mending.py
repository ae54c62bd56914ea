"""The lawful rewritings of a requirement that the law refuses, each to be taken in one gesture."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from sad.domain.requirement_law import requirement_faults
from sad.domain.requirements import Nature, Requirement
from sad.domain.wording import admits_equivalent, asks_seniority, lacks_equivalent, named_brand, product_rewriting

USUAL_PROOF = "Fiche du produit, facture ou tout document équivalent"
MEANS = "Dispose du personnel et des moyens nécessaires aux prestations"
MEANS_PROOF = "Description des moyens, ou tout document équivalent"
WEIGHT, WEIGHT_MAX = Decimal(5), Decimal(10)


@dataclass(frozen=True, slots=True)
class Mend:
    """One rewriting: its short name, what the button says in French, the requirement as it would be, without fault."""

    key: str
    label: str
    requirement: Requirement


def mends_of(requirement: Requirement) -> list[Mend]:
    """Every rewriting that leaves no fault on the requirement; none when it has none, or when only its author can mend it."""
    if not requirement_faults(requirement):
        return []
    return [mend for mend in _proposed(requirement) if not requirement_faults(mend.requirement)]


def _proposed(requirement: Requirement) -> Iterator[Mend]:
    words = f"{requirement.label} {requirement.key}"
    rewriting = product_rewriting(words) if requirement.nature is Nature.CAPACITY else None
    if rewriting is not None:
        yield Mend("specification", "En faire une exigence de l’offre", _opened(_as_specification(requirement)))
        yield Mend("award_criterion", "En faire un critère d’attribution, 5 points", _opened(_as_criterion(requirement)))
        yield Mend("performance_condition", "En faire une condition d’exécution", _opened(_as_condition(requirement)))
    if rewriting:
        yield Mend("capacity", f"Écrire « {rewriting} »", _opened(_worded(requirement, rewriting)))
    if asks_seniority(words) and requirement.nature is Nature.CAPACITY:
        yield Mend("means", f"Écrire « {MEANS} »", replace(_worded(requirement, MEANS), proof=MEANS_PROOF))
    if requirement.nature is not Nature.CAPACITY or rewriting is None:
        yield Mend("equivalent", "Ajouter « ou équivalent »", _opened(requirement))


def _as_specification(requirement: Requirement) -> Requirement:
    return replace(requirement, nature=Nature.SPECIFICATION, proof=requirement.proof or USUAL_PROOF, document_required=False)


def _as_criterion(requirement: Requirement) -> Requirement:
    return Requirement(
        key=requirement.key,
        label=requirement.label,
        nature=Nature.AWARD_CRITERION,
        categories=requirement.categories,
        unit="points",
        proof=requirement.proof,
        weight=WEIGHT,
        weight_min=WEIGHT,
        weight_max=WEIGHT_MAX,
        method={"method": "scale", "scale": "10"},
        environmental=requirement.environmental,
    )


def _as_condition(requirement: Requirement) -> Requirement:
    return replace(requirement, nature=Nature.PERFORMANCE_CONDITION, document_required=False)


def _worded(requirement: Requirement, label: str) -> Requirement:
    """A capacity in other words, shown or not: a threshold on the product has no meaning any more."""
    return replace(requirement, label=label, unit="yes_no", comparison="is_true", threshold=None, proof=requirement.proof or MEANS_PROOF)


def _opened(requirement: Requirement) -> Requirement:
    """The same, open to what equals the label or the brand that it names (CRI-09)."""
    return replace(requirement, label=_with_equivalent(requirement.label), proof=_with_equivalent(requirement.proof))


def _with_equivalent(text: str) -> str:
    names_something = lacks_equivalent(text) or (named_brand(text) and not admits_equivalent(text))
    return f"{text.rstrip(' .')} ou équivalent" if names_something else text
