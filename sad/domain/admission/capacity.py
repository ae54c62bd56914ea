"""The capacities of the notice: the only conditions of admission (L2142-1)."""

from datetime import date

from sad.domain import reserved
from sad.domain.admission.values import ApplicationFile, Finding
from sad.domain.requirements import Nature, Requirement, is_met, shortfall
from sad.domain.stages import Stage
from sad.domain.wording import asks_references, proves_no_exclusion


def check(file: ApplicationFile, stage: Stage, day: date) -> list[Finding]:
    """Every capacity of the stage for this category: answered, met, and proved where the notice asks for a proof."""
    findings = (_finding(each, file) for each in stage.of_nature(Nature.CAPACITY, file.category, file.families))
    return [finding for finding in findings if finding is not None]


def can_decide(requirement: Requirement) -> bool:
    """Whether a capacity may stand against admission: neither references (R2142-14) nor exclusion proofs (R2144-4) do."""
    words = f"{requirement.label} {requirement.proof}"
    return not asks_references(requirement.label) and not proves_no_exclusion(words)


def _finding(requirement: Requirement, file: ApplicationFile) -> Finding | None:
    value = file.answers.get(requirement.key)
    met = is_met(requirement, value)
    if not can_decide(requirement):
        return _reference_remark(requirement) if asks_references(requirement.label) and not met else None
    if met is None:
        message = f"« {requirement.label} » : il n’y a pas de réponse."
        return Finding(_rule(requirement, "ADM-07"), requirement.key, message, "Répondre à cette question.", "missing")
    if not met:
        remedy = "Candidater de nouveau dès que la condition est remplie : le système reste ouvert."
        return Finding(_rule(requirement, "ADM-01"), requirement.key, shortfall(requirement, value) + ".", remedy, "insufficient")
    if requirement.document_required and requirement.key not in file.documents:
        message = f"« {requirement.label} » : la preuve demandée par l’avis n’est pas jointe."
        return Finding(_rule(requirement, "ADM-07"), requirement.key, message, f"Joindre : {requirement.proof}.", "missing")
    return None


def _rule(requirement: Requirement, usual: str) -> str:
    """The rule of a finding: the reservation of the category where it is about the status that it asks for."""
    return reserved.RULE if reserved.is_status(requirement.key) else usual


def _reference_remark(requirement: Requirement) -> Finding:
    message = f"« {requirement.label} » : il n’y en a pas. Cela ne peut pas faire refuser la candidature."
    return Finding("ADM-03", requirement.key, message, "Juger la capacité sur les autres pièces (R2142-14).", "remark")
