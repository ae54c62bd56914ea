"""What one person changed of a requirement, in words for the next who writes the same draft."""

from collections.abc import Iterator, Mapping
from typing import Any

from sad.domain.comparison import NOTHING, asked, method_in_words
from sad.domain.requirements import Requirement

PARTS: Mapping[str, str] = {
    "label": "intitulé",
    "nature": "nature",
    "proof": "preuve",
    "categories": "catégories",
    "exempt_families": "familles exemptées",
    "weight_min": "poids le plus bas",
    "weight_max": "poids le plus haut",
    "environmental": "critère environnemental",
    "document_required": "document à joindre",
    "price": "critère du prix",
    "source": "valeur notée",
}
NATURES = {
    "capacity": "condition d’admission",
    "specification": "exigence de l’offre",
    "award_criterion": "critère d’attribution",
    "performance_condition": "condition d’exécution",
    "information": "information",
}


def changes_in_words(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """What became of one requirement, both as `Requirement.to_dict` gave them; None: it was not there."""
    if before is None or after is None:
        label = (before or after or {}).get("label", "")
        return f"« {label} » {'ajoutée' if before is None else 'retirée'}"
    said = list(_changed_parts(Requirement.from_dict(before), Requirement.from_dict(after)))
    return f"« {before['label']} » : {' ; '.join(said) or 'enregistrée sans changement'}"


def _changed_parts(before: Requirement, after: Requirement) -> Iterator[str]:
    if asked(before) != asked(after) or before.unit != after.unit:
        yield f"{asked(after)} au lieu de {asked(before)}"
    if before.method != after.method:
        yield f"notation : {method_in_words(after.method) or NOTHING}"
    for name, words in PARTS.items():
        if getattr(before, name) != getattr(after, name):
            yield f"{words} : {_said(getattr(after, name))}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, tuple):
        return ", ".join(value) or "toutes"
    return NATURES.get(value, str(value)) if value not in (None, "") else NOTHING
