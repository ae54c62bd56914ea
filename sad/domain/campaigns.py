"""Re-confirmation of admissions (R2162-47): the time given, what is already held, what is proposed; a person decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sad.domain.admission.capacity import can_decide
from sad.domain.admission.decision import Reason, examine, refusal_faults
from sad.domain.admission.grounds import ground_label, is_exclusion
from sad.domain.admission.statement import STATEMENT
from sad.domain.admission.values import ApplicationFile, Finding
from sad.domain.calendar import PARIS, end_of_day, is_working_day, last_day, paris_day
from sad.domain.errors import Refusal
from sad.domain.law import LawOfTheDay
from sad.domain.reminders import MORNING, ONE_DAY
from sad.domain.requirements import Answer, Nature, Requirement, is_met, read_answer
from sad.domain.sentences import french_date
from sad.domain.stages import Stage

Outcome = Literal["kept", "suspended", "wait"]
ReminderKind = Literal["seven_days", "two_days"]
DAYS_BEFORE: tuple[tuple[ReminderKind, int], ...] = (("seven_days", 7), ("two_days", 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalLaw(LawOfTheDay):
    """How long the admitted have to renew: a minimum in EU working days (R2162-47), a policy in calendar days."""

    renewal_working_days: int
    renewal_policy_days: int


@dataclass(frozen=True, slots=True)
class Point:
    """One capacity to be confirmed: what is already held of it, and what is still to be given.

    `expires_on` is the last day of the document that proves it, None without end or without document.
    """

    requirement: Requirement
    answer: Answer | None
    has_document: bool
    expires_on: date | None
    needs_answer: bool
    needs_document: bool

    @property
    def is_held(self) -> bool:
        """Whether nothing more is asked about it (ADM-06)."""
        return not (self.needs_answer or self.needs_document)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the file calls for; `wait` while the supplier still has time. `reasons` each cite a published requirement."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    is_answered: bool

    @property
    def case(self) -> str:
        """The same for cases that may be decided together: the same outcome for the same points."""
        return "-".join((self.outcome, *sorted(reason.requirement for reason in self.reasons)))


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder to those who are silent: which one, and since when it is due."""

    kind: ReminderKind
    since: datetime


def first_due_day(asked_on: date, law: RenewalLaw) -> date:
    """The nearest last day that may be set (SAD-13)."""
    return last_day(asked_on, law.renewal_working_days, "working-eu")


def proposed_due_day(asked_on: date, law: RenewalLaw) -> date:
    """The last day of the policy (PAL-05), never before the one of the law."""
    return max(last_day(asked_on, law.renewal_policy_days, "calendar"), first_due_day(asked_on, law))


def due_faults(asked_on: date, due_on: date, last_valid_day: date, law: RenewalLaw) -> list[Refusal]:
    """All that forbids asking on one day for the other: too short (SAD-13), not worked (TIM-01), after the system."""
    first = first_due_day(asked_on, law)
    faults = []
    if due_on < first:
        message = f"Le dernier jour est trop proche : il faut au moins {law.renewal_working_days} jours ouvrés, du lundi au vendredi."
        faults.append(Refusal(message, f"Premier jour possible : {french_date(first)}.", "SAD-13", "due_on"))
    elif not is_working_day(due_on, "working-eu"):
        following = last_day(due_on, 1, "working-eu")
        faults.append(Refusal("Ce jour n’est pas ouvré.", f"Choisir le {french_date(following)}.", "TIM-01", "due_on"))
    if due_on > last_valid_day:
        message = f"Le système prend fin le {french_date(last_valid_day)}."
        faults.append(Refusal(message, "Choisir un dernier jour avant cette fin.", field="due_on"))
    return faults


def holds_until(expires_on: date | None, due_on: date) -> bool:
    """Whether a document still proves something on the last day to answer, so that it is not asked again (ADM-06)."""
    return expires_on is None or expires_on >= due_on


def points_of(file: ApplicationFile, stage: Stage, due_on: date) -> tuple[Point, ...]:
    """Every capacity that this supplier confirms in its category: neither references nor exclusion proofs (ADM-03, ADM-05)."""
    asked = stage.of_nature(Nature.CAPACITY, file.category, file.families)
    return tuple(_point(each, file, due_on) for each in asked if can_decide(each))


def new_capacities(stage: Stage, before: Stage | None) -> tuple[Requirement, ...]:
    """The capacities that a stage adds or changes, the stage before being another or none."""
    known = set(before.of_nature(Nature.CAPACITY)) if before else set()
    return tuple(each for each in stage.of_nature(Nature.CAPACITY) if each not in known)


def proposal_of(file: ApplicationFile, stage: Stage, *, due_on: date, is_answered: bool, at: datetime) -> Proposal:
    """What is proposed for an admission at that instant: documents must hold on the last day to answer.

    While that day is not over a supplier may still complete, so that nothing is proposed against it.
    """
    findings = examine(file, stage, due_on).findings
    against = [each for each in findings if each.kind != "remark"]
    if not is_answered:
        said = f"Aucune réponse à la demande de confirmer votre admission, dont le dernier jour était le {french_date(due_on)}."
        reasons: tuple[Reason, ...] = (Reason(STATEMENT, said),)
    else:
        reasons = tuple(_reason(each, stage) for each in against)
    if not reasons:
        return Proposal("kept", findings, (), is_answered)
    return Proposal("suspended" if is_over(due_on, at) else "wait", findings, reasons, is_answered)


def is_over(due_on: date, at: datetime) -> bool:
    """Whether the last day to answer is past."""
    return paris_day(at) > due_on


def suspension_faults(
    reasons: Sequence[Reason], stage: Stage, category: str, *, due_on: date, effective_on: date | None, at: datetime
) -> list[Refusal]:
    """All that forbids suspending from that day for these reasons: PAL-05, SAD-13, ADM-09, ADM-01."""
    faults = list(refusal_faults(reasons, stage, category=category)) if reasons else [_without_reason()]
    faults += [_exclusion(each) for each in reasons if is_exclusion(each.requirement)]
    if not is_over(due_on, at):
        message = f"Le fournisseur a jusqu’au {french_date(due_on)} inclus pour répondre ou compléter."
        faults.append(Refusal(message, "Attendre le lendemain pour suspendre.", "SAD-13"))
    return [*faults, *_date_faults(effective_on, stage, paris_day(at))]


def proposed_suspension_day(stage: Stage, today: date) -> date:
    """The next day, or the day on which the stage takes effect when it is still to come."""
    return max(today + ONE_DAY, stage.effective_on)


def reminder_due(asked_at: datetime, due_on: date, at: datetime) -> Reminder | None:
    """The reminder due at that instant: seven days before the last day, then two, from 8 in the morning of a working day.

    Only the nearest is due, none once the last day is over, none for what was asked after its time had come.
    """
    due = [each for each in _reminders(due_on) if asked_at < each.since <= at <= end_of_day(due_on)]
    return due[-1] if due else None


def _point(requirement: Requirement, file: ApplicationFile, due_on: date) -> Point:
    said = file.answers.get(requirement.key)
    expires_on = file.documents.get(requirement.key)
    holds = requirement.key in file.documents and holds_until(expires_on, due_on)
    return Point(
        requirement=requirement,
        answer=read_answer(requirement, said),
        has_document=holds,
        expires_on=expires_on if holds else None,
        needs_answer=not is_met(requirement, said),
        needs_document=requirement.document_required and not holds,
    )


def _reason(finding: Finding, stage: Stage) -> Reason:
    """The finding as a reason; the letter names the requirement itself, so its sentence does not."""
    label = ground_label(finding.requirement, stage)
    sentence = finding.message.removeprefix(f"« {label} » : ").removeprefix(f"{label} : ")
    return Reason(finding.requirement, sentence[:1].upper() + sentence[1:])


def _exclusion(reason: Reason) -> Refusal:
    message = f"« {reason.requirement} » n’est pas une condition d’admission : une confirmation ne sert pas à exclure."
    return Refusal(message, "Citer une capacité publiée, ou l’absence de réponse.", "ADM-09", reason.requirement)


def _without_reason() -> Refusal:
    return Refusal("Une suspension se motive.", "Citer au moins une condition publiée qui n’est plus remplie.", "ADM-09", "reasons")


def _date_faults(effective_on: date | None, stage: Stage, today: date) -> Iterator[Refusal]:
    if effective_on is None:
        yield Refusal("La date d’effet manque.", "Dire à partir de quel jour.", "PAL-05", "effective_on")
    elif effective_on < today:
        yield Refusal("Une suspension ne remonte pas dans le passé.", "Choisir aujourd’hui ou un jour à venir.", "PAL-05", "effective_on")
    elif effective_on < stage.effective_on:
        message = f"Les conditions de « {stage.label} » ne valent qu’à partir du {french_date(stage.effective_on)}."
        yield Refusal(message, "Ne pas suspendre avant ce jour.", "PAL-04", "effective_on")


def _reminders(due_on: date) -> Iterator[Reminder]:
    for kind, days in DAYS_BEFORE:
        day = due_on - timedelta(days=days)
        while not is_working_day(day, "working-eu"):
            day -= ONE_DAY
        yield Reminder(kind, datetime.combine(day, MORNING, PARIS))
