"""Completing an application: the buyer asks, in the same number of days for everybody; the supplier answers."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sad import parameters
from sad.actions.application_file import check_readable, hold, tell
from sad.actions.journal import record
from sad.db import session
from sad.domain.admission.capacity import can_decide
from sad.domain.admission.decision import FORMAL_GROUNDS, Reason
from sad.domain.calendar import last_day, paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.lifecycle import moved
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage
from sad.domain.wording import proves_no_exclusion
from sad.letters import applications as letters
from sad.models.applications import Application, CompletionRequest
from sad.models.people import Person


def request_completion(application: Application, asked: Sequence[Reason], *, by: Person, at: datetime) -> CompletionRequest:
    """Ask for what is missing; the supplier has `completion_days` working days, the same for all (ADM-07, R2144-2).

    Each point cites a capacity of the frozen stage or a formal ground. Raises `Refused` with every fault: a proof about
    exclusion grounds is never asked before award (ADM-05).
    """
    check_readable(hold(application), at)
    state = moved("application", application.state, "request_completion")
    faults = asked_faults(application, asked)
    if faults:
        raise Refused(*faults)
    days = completion_days(at)
    request = CompletionRequest(
        asked=[{"requirement": each.requirement, "sentence": each.sentence} for each in asked],
        days=days,
        asked_at=at,
        asked_by=by.id,
        due_on=completion_due_on(at),
    )
    application.completion_requests.append(request)
    application.state = state
    tell(application, letters.completion_request(application, asked, days=days, due_on=request.due_on), at=at)
    record("request_completion", application, by=by, at=at, asked=request.asked, due_on=request.due_on.isoformat())
    return request


def answer_completion(application: Application, *, by: Person, at: datetime) -> CompletionRequest:
    """Send back a completed application; after the day asked too, as long as nothing is decided. Raises `Refused`."""
    hold(application)
    state = moved("application", application.state, "complete")
    request = waiting_request(application)
    if request is None:
        raise refuse("Aucun complément n’est demandé.")
    request.answered_at = at
    application.state = state
    session.flush()
    tell(application, letters.completion_received(application, at=at), at=at)
    record("answer_completion", application, by=by, at=at, answers=application.answers, is_late=paris_day(at) > request.due_on)
    return request


def waiting_request(application: Application) -> CompletionRequest | None:
    """The request that has no answer yet."""
    return next((each for each in application.completion_requests if each.answered_at is None), None)


def completion_days(at: datetime) -> int:
    """How many working days every supplier has to complete its file."""
    return int(parameters.value("completion_days", on=paris_day(at)))


def completion_due_on(at: datetime) -> date:
    """The last day to answer a request sent at that instant: Monday to Friday, the reading that gives suppliers more time."""
    return last_day(paris_day(at), completion_days(at), "working-eu")


def asked_faults(application: Application, asked: Sequence[Reason]) -> list[Refusal]:
    """All that forbids asking for these points: nothing asked, an empty sentence, what is not published, ADM-05."""
    if not asked:
        return [Refusal("Rien n’est demandé.", "Cocher au moins un point à compléter.", "ADM-07", "reasons")]
    stage = application.frozen_stage()
    return [fault for each in asked for fault in _point_faults(each, stage, application.category.key)]


def _point_faults(point: Reason, stage: Stage, category: str) -> Iterator[Refusal]:
    requirement = stage.requirement(point.requirement)
    if not point.sentence.strip():
        yield Refusal("Ce qui manque n’est pas écrit.", "Le dire en une phrase au fournisseur.", "ADM-07", point.requirement)
    if proves_no_exclusion(point.sentence) or (requirement and not can_decide(requirement)):
        message = "Ce document ne se demande pas à ce stade : la déclaration sur l’honneur suffit (R2144-4)."
        yield Refusal(message, "Retirer cette demande ; l’attributaire seul le fournira.", "ADM-05", point.requirement)
    elif point.requirement not in FORMAL_GROUNDS and not _is_published(requirement, category):
        message = f"« {point.requirement} » n’est pas une condition d’admission publiée pour cette catégorie."
        yield Refusal(message, "Ne demander que ce que l’avis annonce.", "ADM-07", point.requirement)


def _is_published(requirement: Requirement | None, category: str) -> bool:
    return requirement is not None and requirement.nature is Nature.CAPACITY and requirement.applies_to(category, ())
