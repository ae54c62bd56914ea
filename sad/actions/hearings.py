"""Hearing a supplier before a discretionary exclusion (ADM-08, L2141-11)."""

from collections.abc import Iterator
from datetime import datetime

from sad.actions.application_file import check_readable, hold, tell
from sad.actions.completions import completion_due_on
from sad.actions.journal import record
from sad.domain.admission.decision import DISCRETIONARY_EXCLUSIONS
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.lifecycle import moved
from sad.letters import applications as letters
from sad.models.applications import Application, Hearing
from sad.models.people import Person


def ask_hearing(application: Application, *, ground: str, facts: str, by: Person, at: datetime) -> Hearing:
    """Tell the supplier the facts held against it and ask for its observations, in the days given to everybody.

    `ground` is the article relied on (L2141-7 to L2141-10). Raises `Refused` with every fault.
    """
    check_readable(hold(application), at)
    state = moved("application", application.state, "hear")
    faults = list(hearing_faults(ground, facts))
    if faults:
        raise Refused(*faults)
    hearing = Hearing(ground=ground, facts=facts, asked_at=at, asked_by=by.id, due_on=completion_due_on(at))
    application.hearings.append(hearing)
    application.state = state
    tell(application, letters.hearing(application, ground=ground, facts=facts, due_on=hearing.due_on), at=at)
    record("ask_hearing", application, by=by, at=at, ground=ground, facts=facts, due_on=hearing.due_on.isoformat())
    return hearing


def answer_hearing(hearing: Hearing, answer: str, *, by: Person, at: datetime) -> Hearing:
    """Give the supplier's observations; after the day asked too, as long as nothing is decided. Raises `Refused`."""
    application = hold(hearing.application)
    if application.state != "hearing" or hearing.answer is not None:
        raise refuse("Vos observations ont déjà été données, ou la décision est prise.", "Écrivez au service achats.")
    if not answer.strip():
        raise refuse("Votre réponse est vide.", "Dites si les faits sont exacts, et ce qui a changé depuis.", field="answer")
    hearing.answer, hearing.answered_at = answer, at
    record("answer_hearing", application, by=by, at=at, answer=answer)
    return hearing


def hearing_faults(ground: str, facts: str) -> Iterator[Refusal]:
    """All that forbids asking for a hearing in these words."""
    if ground not in DISCRETIONARY_EXCLUSIONS:
        remedy = "Choisir l’article sur lequel l’exclusion s’appuierait (L2141-7 à L2141-10)."
        yield Refusal("Cet article ne laisse pas d’appréciation à l’acheteur.", remedy, "ADM-08", "ground")
    if not facts.strip():
        yield Refusal("Les faits ne sont pas écrits.", "Dire ce qui est relevé, avec les dates et les pièces.", "ADM-08", "facts")


def is_heard(application: Application, ground: str, at: datetime) -> bool:
    """Whether the supplier has had its say on this article: it answered, or the days given for it are past."""
    return any(
        hearing.ground == ground and (hearing.answered_at is not None or paris_day(at) > hearing.due_on)
        for hearing in application.hearings
    )
