"""The documents joined: still valid, and never a proof about exclusion grounds before award (R2144-4)."""

from collections.abc import Iterator
from datetime import date

from sad.domain.admission.capacity import can_decide
from sad.domain.admission.values import ApplicationFile, Finding
from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import french_date
from sad.domain.stages import Stage
from sad.domain.wording import proves_no_exclusion


def check(file: ApplicationFile, stage: Stage, day: date) -> list[Finding]:
    """Documents that no longer hold on that day, and those that nobody may ask for yet (ADM-05)."""
    capacities = stage.of_nature(Nature.CAPACITY, file.category, file.families)
    return [*_expired(file, capacities, day), *_not_asked(file, stage)]


def _expired(file: ApplicationFile, capacities: tuple[Requirement, ...], day: date) -> Iterator[Finding]:
    for each in capacities:
        expires_on = file.documents.get(each.key)
        if expires_on is None or expires_on >= day or not can_decide(each):
            continue
        message = f"« {each.label} » : le document joint a expiré le {french_date(expires_on)}."
        remedy = "Joindre un document en cours de validité."
        yield Finding("ADM-07", each.key, message, remedy, "missing" if each.document_required else "remark")


def _not_asked(file: ApplicationFile, stage: Stage) -> Iterator[Finding]:
    for key in sorted(file.documents):
        requirement = stage.requirement(key)
        words = f"{requirement.label} {requirement.proof}" if requirement else key.replace("_", " ")
        if proves_no_exclusion(words):
            message = f"« {requirement.label if requirement else key} » : ce document ne se demande pas avant l’attribution."
            yield Finding("ADM-05", key, message, "Ne pas l’examiner : la déclaration sur l’honneur suffit (R2144-4).", "remark")
