"""The examination of an application: all the findings, the outcome they call for, and what a refusal must cite."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sad.domain.admission import capacity, identity, proofs, statement
from sad.domain.admission.identity import IDENTITY
from sad.domain.admission.statement import STATEMENT
from sad.domain.admission.values import ApplicationFile, Finding
from sad.domain.errors import Refusal
from sad.domain.requirements import Nature
from sad.domain.stages import Stage
from sad.domain.wording import asks_references

Outcome = Literal["admissible", "to_complete", "not_admissible"]
Check = Callable[[ApplicationFile, Stage, date], list[Finding]]

CHECKS: tuple[Check, ...] = (identity.check, statement.check, capacity.check, proofs.check)
FORMAL_GROUNDS = (IDENTITY, STATEMENT)
MANDATORY_EXCLUSIONS = ("L2141-1", "L2141-2", "L2141-3", "L2141-4", "L2141-5")
DISCRETIONARY_EXCLUSIONS = ("L2141-7", "L2141-7-1", "L2141-7-2", "L2141-8", "L2141-9", "L2141-10")


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was found, and the outcome it calls for; a person decides."""

    findings: tuple[Finding, ...]
    outcome: Outcome

    def of_kind(self, kind: str) -> tuple[Finding, ...]:
        """The findings of one kind: `missing`, `insufficient` or `remark`."""
        return tuple(finding for finding in self.findings if finding.kind == kind)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of a refusal: the key of a published capacity, a formal ground or an article of exclusion, and its sentence."""

    requirement: str
    sentence: str


def examine(file: ApplicationFile, stage: Stage, day: date) -> Examination:
    """Examine an application against the stage in force at its first submission, on the day documents must hold.

    Only the capacities of the stage, the identity and the sworn statement count: what is offered (L2142-1),
    information and the absence of references (R2142-14) never do.
    """
    findings = tuple(finding for check in CHECKS for finding in check(file, stage, day))
    return Examination(findings, _outcome(findings))


def refusal_faults(
    reasons: Sequence[Reason], stage: Stage, *, category: str | None = None, heard: bool = False
) -> list[Refusal]:
    """What forbids refusing an application for these reasons: ADM-09, ADM-01, ADM-03, ADM-05, and ADM-08 unless `heard`."""
    if not reasons:
        return [Refusal("Un refus se motive.", "Citer au moins une condition publiée qui n’est pas remplie.", "ADM-09", "reasons")]
    return [fault for reason in reasons for fault in _reason_faults(reason, stage, category, heard)]


def _outcome(findings: Sequence[Finding]) -> Outcome:
    kinds = {finding.kind for finding in findings}
    if "insufficient" in kinds:
        return "not_admissible"
    return "to_complete" if "missing" in kinds else "admissible"


def _reason_faults(reason: Reason, stage: Stage, category: str | None, heard: bool) -> Iterator[Refusal]:
    if not reason.sentence.strip():
        yield Refusal("La raison n’est pas écrite.", "Dire en une phrase ce qui manque.", "ADM-09", reason.requirement)
    if reason.requirement in DISCRETIONARY_EXCLUSIONS and not heard:
        message = f"L’exclusion de l’article {reason.requirement} ne se décide qu’après avoir entendu l’entreprise (L2141-11)."
        yield Refusal(message, "Demander d’abord ses observations.", "ADM-08", reason.requirement)
    if reason.requirement not in (*FORMAL_GROUNDS, *MANDATORY_EXCLUSIONS, *DISCRETIONARY_EXCLUSIONS):
        yield from _requirement_faults(reason, stage, category)


def _requirement_faults(reason: Reason, stage: Stage, category: str | None) -> Iterator[Refusal]:
    requirement = stage.requirement(reason.requirement)
    if requirement is None or not requirement.applies_to(category, ()):
        message = f"« {reason.requirement} » n’est pas une condition publiée du palier qui s’applique."
        yield Refusal(message, "Citer une condition publiée dans l’avis (R2181-1).", "ADM-09", reason.requirement)
    elif requirement.nature is not Nature.CAPACITY:
        message = f"« {requirement.label} » n’est pas une condition d’admission : elle regarde les offres."
        yield Refusal(message, "Ne retenir que les capacités de l’avis (L2142-1).", "ADM-01", reason.requirement)
    elif not capacity.can_decide(requirement):
        rule = "ADM-03" if asks_references(requirement.label) else "ADM-05"
        message = f"« {requirement.label} » ne peut pas, à lui seul, faire refuser une candidature."
        yield Refusal(message, "Retirer ce motif.", rule, reason.requirement)
