"""What the law says of one requirement, whatever stage holds it: what forbids it, and what only asks for a reason."""

from collections.abc import Iterator
from decimal import Decimal

from sad.domain.errors import Refusal
from sad.domain.forbidden_words import find_forbidden_words
from sad.domain.requirements import Nature, Requirement
from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.sentences import decimal_text, listed
from sad.domain.stages import weight_faults
from sad.domain.wording import (
    admits_equivalent,
    asks_seniority,
    asks_turnover,
    lacks_equivalent,
    measures_place,
    named_brand,
    product_rewriting,
    proves_no_exclusion,
)

PROVED = {Nature.CAPACITY: "SAD-03", Nature.SPECIFICATION: "PAL-01"}


def requirement_faults(requirement: Requirement) -> list[Refusal]:
    """All that forbids publishing this requirement; `field` is its key. An information decides nothing and is never a fault."""
    if requirement.nature is Nature.INFORMATION:
        return []
    rules = (_capacity_faults, _proof_faults, _place_faults, _label_faults, _brand_faults, _candidate_faults, _criterion_faults)
    return [fault for rule in rules for fault in rule(requirement)]


def requirement_warnings(requirement: Requirement) -> list[Refusal]:
    """What asks for a recorded reason before publishing it: CRI-08 (a place, a brand), ADM-02 (turnover)."""
    return [*_word_warnings(requirement), *_brand_warnings(requirement), *_turnover_warnings(requirement)]


def words_of(requirement: Requirement) -> tuple[str, ...]:
    """All that suppliers will read of it: label, proof, names of sub-criteria, steps in words."""
    parts = (requirement.method, *(requirement.method.get("sub_criteria") or ()))
    steps = [str(step[0]) for part in parts for step in part.get("steps") or ()]
    labels = [str(part["label"]) for part in parts[1:] if part.get("label")]
    return tuple(text for text in (requirement.label, requirement.proof, *labels, *steps) if text)


def _capacity_faults(requirement: Requirement) -> Iterator[Refusal]:
    if requirement.nature is not Nature.CAPACITY:
        return
    rewriting = product_rewriting(f"{requirement.label} {requirement.key}")
    if rewriting is not None:
        remedy = "En faire une exigence de l’offre, un critère d’attribution ou une condition d’exécution"
        remedy += f", ou écrire une capacité : « {rewriting} »." if rewriting else "."
        message = f"« {requirement.label} » décrit ce qui est offert, non l’aptitude du candidat : ce n’est pas une condition d’admission."
        yield Refusal(message, remedy, "ADM-01", requirement.key)
    if proves_no_exclusion(f"{requirement.label} {requirement.proof}"):
        message = f"« {requirement.label} » : une preuve d’absence d’exclusion ne se demande qu’à l’attributaire pressenti."
        yield Refusal(message, "La retirer : la déclaration sur l’honneur suffit pour candidater.", "ADM-05", requirement.key)


def _proof_faults(requirement: Requirement) -> Iterator[Refusal]:
    if requirement.nature in PROVED and not requirement.proof.strip():
        message = f"« {requirement.label} » : aucune preuve acceptée n’est indiquée."
        yield Refusal(message, "Écrire quelle preuve est acceptée, « ou équivalent ».", PROVED[requirement.nature], requirement.key)


def _place_faults(requirement: Requirement) -> Iterator[Refusal]:
    if measures_place(requirement.key, requirement.label):
        message = f"« {requirement.label} » : l’origine ou la distance ne peuvent être ni une condition ni un critère (R2111-7)."
        remedy = "Ce qui est permis : « au plus un intermédiaire », « récolté depuis moins de 48 h »."
        yield Refusal(message, remedy, "CRI-08", requirement.key)


def _label_faults(requirement: Requirement) -> Iterator[Refusal]:
    for text in words_of(requirement):
        if lacks_equivalent(text):
            message = f"« {text} » nomme un label sans accepter ce qui l’égale."
            yield Refusal(message, f"Écrire : « {text.rstrip(' .')} ou équivalent ».", "CRI-09", requirement.key)


def _brand_faults(requirement: Requirement) -> Iterator[Refusal]:
    """R2111-7: a brand is named only by exception, and then with « ou équivalent »."""
    for text in words_of(requirement):
        brand = named_brand(text)
        if brand and not admits_equivalent(text):
            message = f"« {text} » nomme une marque ou un modèle, « {brand} » : c’est écarter tous les autres (R2111-7)."
            remedy = "Décrire ce que le produit doit être ou faire. Si c’est impossible sans ce nom, ajouter « ou équivalent »."
            yield Refusal(message, remedy, "CRI-08", requirement.key)


def _candidate_faults(requirement: Requirement) -> Iterator[Refusal]:
    """What the candidate has been never decides alone of its admission, and never belongs to its offer."""
    is_capacity, text = requirement.nature is Nature.CAPACITY, " ".join(words_of(requirement))
    if asks_seniority(text) and is_capacity:
        message = f"« {requirement.label} » écarte qui débute : l’ancienneté ou les marchés passés ne décident pas seuls (R2142-14)."
        remedy = "Demander les moyens qui servent vraiment : un équipement, une formation, des personnes."
        yield Refusal(message, remedy, "ADM-03", requirement.key)
    elif not is_capacity and (asks_seniority(text) or asks_turnover(text)):
        message = f"« {requirement.label} » décrit l’entreprise, non ce qu’elle offre : cela ne se note pas et n’écarte aucune offre."
        remedy = "Le retirer, ou demander dans l’offre ce que l’on en attend : un délai, une qualité, une organisation."
        yield Refusal(message, remedy, "ADM-01", requirement.key)


def _criterion_faults(criterion: Requirement) -> Iterator[Refusal]:
    if criterion.nature is not Nature.AWARD_CRITERION:
        return
    if "method" not in criterion.method and "sub_criteria" not in criterion.method:
        message = f"Le critère « {criterion.label} » n’a pas de méthode de notation."
        yield Refusal(message, "En choisir une : elle est publiée avec le poids.", "CRI-04", criterion.key)
    else:
        yield from _method_faults(criterion)
    yield from weight_faults(criterion, criterion.weight or Decimal(0))


def _method_faults(criterion: Requirement) -> Iterator[Refusal]:
    """What would keep any offer from being ranked by this criterion."""
    line = {"key": criterion.key, "label": criterion.label, "weight": decimal_text(criterion.weight or Decimal(1)), **criterion.method}
    flags = {name: True for name in ("price", "environmental") if getattr(criterion, name)}
    try:
        grid_from_dict({"criteria": [{**line, **flags}]})
    except ScoringFaults as error:
        for fault in error.faults:
            message = f"La notation ne tient pas : {fault.replace('price_not_first, ', '')}."
            yield Refusal(message, "Corriger la méthode de notation.", "CRI-04", criterion.key)


def _word_warnings(requirement: Requirement) -> Iterator[Refusal]:
    strict = requirement.nature is Nature.AWARD_CRITERION
    found = find_forbidden_words("\n".join(words_of(requirement)), strict=strict)
    if found:
        message = f"« {requirement.label} » : {listed([f'« {word} »' for word in found])} peut évoquer une origine ou une distance."
        remedy = "Ni l’origine ni la distance ne peuvent compter (R2111-7) : reformuler, ou écrire pourquoi ce mot est nécessaire."
        yield Refusal(message, remedy, "CRI-08", requirement.key)


def _brand_warnings(requirement: Requirement) -> Iterator[Refusal]:
    brands = [brand for brand in map(named_brand, words_of(requirement)) if brand]
    if brands:
        message = f"« {requirement.label} » nomme {listed([f'« {brand} »' for brand in dict.fromkeys(brands)])}."
        remedy = "Une marque ne se nomme que par exception (R2111-7) : décrire le produit, ou écrire pourquoi ce nom est nécessaire."
        yield Refusal(message, remedy, "CRI-08", requirement.key)


def _turnover_warnings(requirement: Requirement) -> Iterator[Refusal]:
    if requirement.nature is Nature.CAPACITY and asks_turnover(" ".join(words_of(requirement))):
        message = f"« {requirement.label} » demande un chiffre d’affaires : les petits et les nouveaux en sont écartés."
        remedy = "Le retirer, ou écrire pourquoi il est nécessaire et qu’il ne dépasse pas la limite permise (R2142-7, R2142-10)."
        yield Refusal(message, remedy, "ADM-02", requirement.key)
