"""Asking every admitted supplier to agree to a shorter deadline, and what each one answers (SAD-18, R2162-50 al. 2)."""

from collections.abc import Sequence
from datetime import datetime

from sad import parameters
from sad.actions.deadline_requests import end_request, running_request
from sad.actions.journal import record
from sad.actions.launches import admitted_to, first_possible_deadline
from sad.actions.letters import post_letter, post_to_suppliers
from sad.actions.mini_tenders import check_editable, hold
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.deadline_agreements import RULE, Answer, Asking, Standing, answer_faults, asking_faults, standing, wish_faults
from sad.domain.errors import Refusal, Refused, refuse
from sad.letters import deadline_agreements as letters
from sad.letters.text import LetterText
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest, EndOfRequest
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.trust.canonical import instant


def faults_of_asking(mini_tender: MiniTender, answers_by: datetime | None, at: datetime) -> list[Refusal]:
    """All that forbids to ask now for the deadline that the need wishes, with answers by that instant."""
    return asking_faults(_asking(mini_tender, answers_by, len(admitted_to(mini_tender, at)), at))


def check_wish(mini_tender: MiniTender, at: datetime) -> MiniTender:
    """The same need when its deadline is one that suppliers may be asked to agree to. Raises `Refused` with all that forbids it."""
    faults = wish_faults(_asking(mini_tender, None, 0, at))
    if faults:
        raise Refused(*faults)
    return mini_tender


def may_ask(mini_tender: MiniTender, at: datetime) -> bool:
    """Whether suppliers may be asked now to agree to the deadline that the need wishes."""
    return not wish_faults(_asking(mini_tender, None, 0, at))


def ask_agreement(mini_tender: MiniTender, answers_by: datetime | None, *, home: str, by: Person, at: datetime) -> DeadlineRequest:
    """Ask all those admitted to the category at this instant to agree to the deadline wished; each is told, silence is a no.

    A request whose hour has passed without everybody's agreement gives way to the new one. Raises `Refused` with every fault.
    """
    hold(mini_tender)
    check_editable(mini_tender, by)
    _make_room(mini_tender, by, at)
    faults = faults_of_asking(mini_tender, answers_by, at)
    if faults or mini_tender.wanted_closes_at is None or mini_tender.happens_at is None or answers_by is None:
        raise Refused(*faults)
    request = DeadlineRequest(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        closes_at=mini_tender.wanted_closes_at,
        service_on=paris_day(mini_tender.happens_at),
        answers_by=answers_by,
        asked_at=at,
        asked_by=by.id,
    )
    session.add(request)
    asked = admitted_to(mini_tender, at)
    _ask(request, asked, home, at)
    record(
        "ask_agreement",
        request,
        by=by,
        at=at,
        mini_tender=mini_tender.id,
        closes_at=instant(request.closes_at),
        answers_by=instant(answers_by),
        service_on=request.service_on.isoformat(),
        suppliers=[each.id for each in asked],
    )
    return request


def ask_newcomers(request: DeadlineRequest, *, home: str, by: Person, at: datetime) -> list[Supplier]:
    """Ask the same of those admitted since the request left. Raises `Refused` when there are none, or no time is left to answer."""
    mini_tender = hold(request.mini_tender)
    check_editable(mini_tender, by)
    running = _running(mini_tender)
    newcomers = newcomers_of(running, at)
    if not newcomers:
        raise refuse("Tous les fournisseurs admis ont déjà été interrogés.", "Revenir à la page pour lire leurs réponses.", rule=RULE)
    if at > running.answers_by:
        message = "L’heure de répondre est passée : les nouveaux admis n’auraient plus le temps."
        raise refuse(message, "Demander de nouveau l’accord de tous, ou revenir au délai de la loi.", rule=RULE)
    _ask(running, newcomers, home, at)
    record("ask_newcomers", running, by=by, at=at, mini_tender=mini_tender.id, suppliers=[each.id for each in newcomers])
    return newcomers


def answer_agreement(answer: DeadlineAnswer, said: str, *, by: Person, at: datetime) -> DeadlineAnswer:
    """Keep what the supplier says, « d’accord » or no; it may say otherwise until the sending or the hour asked.

    Whoever asked is told of each refusal, and when all have agreed. Raises `Refused` once nothing can be answered any more.
    """
    mini_tender = hold(answer.request.mini_tender)
    running = running_request(mini_tender)
    session.refresh(answer.request)
    faults = answer_faults(
        answer.request.answers_by, at, is_sent=mini_tender.published_at is not None, is_ended=running is not answer.request
    )
    if faults:
        raise Refused(*faults)
    if said not in list(Answer):
        raise refuse("Votre réponse n’est pas choisie.", "Choisir l’un des deux boutons.", rule=RULE, field="answer")
    if answer.answer == said:
        return answer
    answer.answer, answer.answered_at, answer.answered_by = said, at, by.id
    record("answer_agreement", answer, by=by, at=at, mini_tender=mini_tender.id, supplier=answer.supplier_id, answer=said)
    if said == Answer.REFUSED:
        _tell(answer.request, letters.refused(answer, days=days_of_law(at)), at)
    elif standing_of(answer.request, at).is_complete:
        _tell(answer.request, letters.reached(answer.request), at)
    return answer


def withdraw_agreement_request(request: DeadlineRequest, *, by: Person, at: datetime) -> DeadlineRequest:
    """Give the request up; all who were asked are told that nothing is expected. Refused when it no longer runs."""
    mini_tender = hold(request.mini_tender)
    check_editable(mini_tender, by)
    return end_request(_running(mini_tender), EndOfRequest.WITHDRAWN, by=by, at=at)


def newcomers_of(request: DeadlineRequest, at: datetime) -> list[Supplier]:
    """Those admitted to the category at that instant who were not asked, by name."""
    return [each for each in admitted_to(request.mini_tender, at) if each.id not in request.said()]


def standing_of(request: DeadlineRequest, at: datetime) -> Standing:
    """Where all those who would be invited at that instant stand."""
    return standing(request.as_agreement(), [each.id for each in admitted_to(request.mini_tender, at)])


def days_of_law(at: datetime) -> int:
    """The calendar days that the law leaves to answer when not all agree to fewer (R2162-50)."""
    return int(parameters.value("tender_period_days", on=paris_day(at)))


def _asking(mini_tender: MiniTender, answers_by: datetime | None, admitted: int, at: datetime) -> Asking:
    return Asking(
        at=at,
        closes_at=mini_tender.wanted_closes_at,
        service_on=paris_day(mini_tender.happens_at) if mini_tender.happens_at else None,
        first=first_possible_deadline(at),
        answers_by=answers_by,
        admitted=admitted,
        lines=len(mini_tender.lines),
    )


def _make_room(mini_tender: MiniTender, by: Person, at: datetime) -> None:
    """One request runs at a time; one that has failed by its hour gives way. Raises `Refused` otherwise."""
    running = running_request(mini_tender)
    if running is None:
        return
    if at <= running.answers_by or standing_of(running, at).is_complete:
        message = "L’accord des fournisseurs est déjà demandé."
        raise refuse(message, "Lire leurs réponses, ou retirer d’abord cette demande.", rule=RULE)
    end_request(running, EndOfRequest.ASKED_AGAIN, by=by, at=at)


def _running(mini_tender: MiniTender) -> DeadlineRequest:
    running = running_request(mini_tender)
    if running is None:
        raise refuse("Cette demande ne tient plus.", "Demander de nouveau l’accord, ou revenir au délai de la loi.", rule=RULE)
    return running


def _ask(request: DeadlineRequest, suppliers: Sequence[Supplier], home: str, at: datetime) -> None:
    """One line and the same letter for each of them."""
    mini_tender = request.mini_tender
    request.answers.extend(DeadlineAnswer(organisation_id=request.organisation_id, supplier=each, asked_at=at) for each in suppliers)
    session.flush()
    text = letters.request(
        mini_tender, closes_at=request.closes_at, answers_by=request.answers_by, days=days_of_law(at), home=home
    )
    post_to_suppliers(suppliers, text, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender)


def _tell(request: DeadlineRequest, text: LetterText, at: datetime) -> None:
    """Whoever wrote the need, and whoever asked when it is somebody else."""
    mini_tender = request.mini_tender
    for person in {each.id: each for each in (mini_tender.creator, request.asker)}.values():
        post_letter(text, to=person, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender)
