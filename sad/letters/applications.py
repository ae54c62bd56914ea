"""Letters about an application: received, to complete, heard, admitted, refused."""

from collections.abc import Sequence
from datetime import date, datetime

from sad import parameters
from sad.domain.admission.decision import Reason
from sad.domain.admission.grounds import EXCLUSIONS, ground_label, is_exclusion
from sad.domain.calendar import paris_day
from sad.domain.law import EvaluationLaw
from sad.domain.requirements import Nature
from sad.domain.stages import Stage
from sad.letters.text import LetterText, write_letter
from sad.models.applications import Application


def received(application: Application, *, at: datetime, opens_on: date | None) -> LetterText:
    """The receipt of an application: its five mentions (REC-02), and the day of the answer. `opens_on`: sealed until that day."""
    return write_letter("application_received", application=application, at=at, opens_on=opens_on, law=_law(at))


def completion_received(application: Application, *, at: datetime) -> LetterText:
    """The receipt of what completes an application."""
    return write_letter("completion_received", application=application, at=at)


def completion_request(application: Application, asked: Sequence[Reason], *, days: int, due_on: date) -> LetterText:
    """What is missing, and until when it may be sent (R2144-2)."""
    return write_letter(
        "completion_request", application=application, points=points_of(asked, application.frozen_stage()), days=days, due_on=due_on
    )


def evaluation_extended(application: Application, *, reason: str, due_on: date) -> LetterText:
    """Why the answer takes fifteen working days (R2162-45 al. 2)."""
    assert application.submitted_at is not None
    return write_letter("evaluation_extended", application=application, reason=reason, due_on=due_on, law=_law(application.submitted_at))


def admitted(application: Application, *, at: datetime) -> LetterText:
    """The admission, and what it opens (R2162-46)."""
    days = parameters.value("tender_period_days", on=paris_day(at))
    return write_letter("admitted", application=application, at=at, tender_period_days=days)


def refused(application: Application, reasons: Sequence[Reason], *, at: datetime) -> LetterText:
    """The refusal: what was decided, why, what to correct, how to apply again, the remedies (R2181-1, R2181-3)."""
    stage = application.frozen_stage()
    return write_letter(
        "refused",
        application=application,
        at=at,
        stage=stage,
        law=_law(at),
        points=points_of(reasons, stage),
        has_capacity=any(_is_capacity(reason.requirement, stage) for reason in reasons),
    )


def hearing(application: Application, *, ground: str, facts: str, due_on: date) -> LetterText:
    """The facts held against the applicant, and until when it may answer (L2141-11)."""
    return write_letter("hearing", application=application, ground=ground, words=EXCLUSIONS[ground], facts=facts, due_on=due_on)


def points_of(reasons: Sequence[Reason], stage: Stage) -> list[dict[str, str]]:
    """Each point with the published requirement it cites, the proof that this one accepts and what to do about it."""
    return [
        {
            "label": ground_label(reason.requirement, stage),
            "sentence": reason.sentence,
            "proof": _proof(reason.requirement, stage),
            "remedy": _remedy(reason.requirement, stage),
        }
        for reason in reasons
    ]


def _proof(key: str, stage: Stage) -> str:
    requirement = stage.requirement(key)
    return requirement.proof.rstrip(". ") if requirement else ""


def _remedy(key: str, stage: Stage) -> str:
    if is_exclusion(key):
        return "montrer, pièces à l’appui, ce qui a été réparé et ce qui a changé depuis."
    proof = _proof(key, stage)
    otherwise = "compléter ce point dans votre prochaine candidature."
    return f"fournir cette preuve, ou une preuve équivalente : {proof}." if proof else otherwise


def _law(at: datetime) -> EvaluationLaw:
    return EvaluationLaw.on(paris_day(at), parameters.value)


def _is_capacity(key: str, stage: Stage) -> bool:
    requirement = stage.requirement(key)
    return requirement is not None and requirement.nature is Nature.CAPACITY
