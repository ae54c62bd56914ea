"""The text of a roadmap for the contract notice: stages, dates, categories, requirements with their proofs, criteria with their ranges."""

from collections.abc import Mapping, Sequence

from sad.domain.comparison import announced, asked, method_in_words
from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import listed
from sad.domain.stages import Stage
from sad.letters.text import LetterText, write_letter
from sad.models.systems import PurchasingSystem
from sad.reference import product_families

HEADINGS = {
    Nature.CAPACITY: "Conditions d’admission (capacités)",
    Nature.SPECIFICATION: "Exigences sur chaque offre",
    Nature.AWARD_CRITERION: "Critères d’attribution, sur 100 points",
    Nature.PERFORMANCE_CONDITION: "Conditions d’exécution, vérifiées à la livraison",
    Nature.INFORMATION: "Informations demandées, qui ne décident de rien",
}


def roadmap_notice(system: PurchasingSystem, stages: Sequence[Stage]) -> LetterText:
    """The whole roadmap in French, ready to be pasted in the contract notice or in a corrigendum (PAL-01, R2162-37, R2142-1)."""
    labels = {each.key: each.label for each in system.categories}
    return write_letter(
        "roadmap_notice",
        system=system,
        categories=list(labels.values()),
        stages=[(stage, _groups(stage, labels)) for stage in stages],
    )


def _groups(stage: Stage, labels: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    groups = ((words, [_line(each, labels) for each in stage.of_nature(nature)]) for nature, words in HEADINGS.items())
    return [group for group in groups if group[1]]


def _line(each: Requirement, labels: Mapping[str, str]) -> str:
    parts = [_demand(each)]
    if each.categories:
        noun = "Catégorie" if len(each.categories) == 1 else "Catégories"
        parts.append(f"{noun} : {' ; '.join(labels.get(key, key) for key in each.categories)}")
    if each.exempt_families:
        names = [product_families().get(key, key) for key in each.exempt_families]
        parts.append(f"Sauf pour qui ne vend que : {listed(names)}")
    if each.proof:
        parts.append(f"Preuve : {each.proof.rstrip('. ')}{' (à joindre)' if each.document_required else ''}")
    if each.method:
        parts.append(method_in_words(each.method).rstrip(". "))
    return ". ".join(part for part in parts if part) + "."


def _demand(each: Requirement) -> str:
    if each.nature is Nature.CAPACITY:
        return each.label
    imposed, within = asked(each), announced(each)
    return f"{each.label} : {imposed}{f' ({within} selon la consultation)' if within else ''}"
