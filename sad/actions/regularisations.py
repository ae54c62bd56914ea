"""Irregular offers put right: asked of all at once with one period, each answer decided by a person (ANA-02, R2152-2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from sad.actions.evaluations import findings_of, opened_offers, take_up
from sad.actions.examination_answers import receive_answer
from sad.actions.irregularities import candidates_of, gaps_with, period, points_of, regularisation_due_on, remark_on, usual_reason
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refused, refuse
from sad.domain.regularisations import ACCEPTED, Exchange, answer_faults, decision_faults, round_faults
from sad.domain.requirements import Requirement, json_safe, read_answer
from sad.letters import regularisations as letters
from sad.letters.text import LetterText
from sad.models.examinations import ExaminationAnswer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification, Offer
from sad.models.people import Person
from sad.models.regularisations import Regularisation, RegularisationExclusion, RegularisationRequest
from sad.storage import CheckedFile

LONGEST_TEXT = 4000


def ask_regularisation(
    mini_tender: MiniTender, left_out: Mapping[int, str], days: int | None, *, by: Person, at: datetime
) -> Regularisation:
    """Let every irregular offer be put right within so many working days, but those left out, by id of offer with a reason.

    One letter to each tenderer concerned, the same last day for all; those left out are classified irregular for that reason.
    Raises `Refused` with every fault.
    """
    take_up(mini_tender, by=by, at=at)
    offers = opened_offers(mini_tender)
    candidates = candidates_of(offers, findings_of(mini_tender, offers))
    faults = round_faults(candidates, left_out, days, period(at), is_held=regularisation_of(mini_tender) is not None)
    if faults or days is None:
        raise Refused(*faults)
    found = Regularisation(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        days=days,
        due_on=regularisation_due_on(days, at),
        asked_at=at,
        asked_by=by.id,
    )
    session.add(found)
    concerned = {each.key for each in candidates if each.is_concerned}
    for offer in (offer for offer in offers if offer.id in concerned):
        if offer.id in left_out:
            _leave_out(found, offer, left_out[offer.id].strip(), by)
        else:
            _ask(found, offer, at)
    session.flush()
    asked = {str(request.offer_id): request.keys for request in found.requests}
    out = {str(each.offer_id): each.reason for each in found.exclusions}
    due_on = found.due_on.isoformat()
    record("ask_regularisation", found, by=by, at=at, mini_tender=mini_tender.id, asked=asked, left_out=out, due_on=due_on)
    return found


def answer_regularisation(
    request: RegularisationRequest,
    values: Mapping[str, Any],
    text: str,
    files: Sequence[CheckedFile] = (),
    *,
    by: Person,
    at: datetime,
) -> ExaminationAnswer:
    """Give the values asked anew, by key of specification, with words and files; nothing else of the offer can be answered.

    After the last day too, and again, as long as nothing is decided. Raises `Refused` with every fault.
    """
    asked = asked_of(request)
    faults = answer_faults(asked, values, text, has_files=bool(files))
    if faults:
        raise Refused(*faults)
    given = {each.key: json_safe(read_answer(each, values[each.key])) for each in asked}
    return receive_answer(request, text.strip(), files, values=given, by=by, at=at)


def decide_regularisation(
    request: RegularisationRequest, decision: str, reason: str, *, answer: ExaminationAnswer | None = None, by: Person, at: datetime
) -> RegularisationRequest:
    """Say whether the answer puts the offer right: `accepted`, it may be classified regular; `rejected`, it stays irregular.

    `answer`: the one that counts, when several came. Until an award is proposed another decision may replace it; the journal
    keeps both, and the tenderer is told of each. Raises `Refused` with every fault.
    """
    take_up(request.offer.mini_tender, by=by, at=at)
    session.refresh(request)
    session.refresh(request.offer)
    kept, before = answer or request.usual_answer, request.decision
    exchange = exchange_of(request, kept)
    _check_decision(request, decision, reason, kept, exchange, at)
    request.decision, request.decision_reason, request.decided_at, request.decided_by = decision, reason.strip(), at, by.id
    if decision == ACCEPTED and kept is not None:
        _put_right(request.offer, kept)
    else:
        request.offer.regularised_values = None
        _set_aside(request.offer, request.points, f"{exchange.sentence} {reason.strip()}", by)
    session.flush()
    _post(request.offer, letters.regularisation_outcome(request, exchange, is_changed=before is not None), at)
    _record_decision(request, kept, before, by, at)
    return request


def regularisation_of(mini_tender: MiniTender) -> Regularisation | None:
    """The round of this mini-tender, if one was held, with its requests, their answers and what it left out."""
    requests, exclusions = selectinload(Regularisation.requests), selectinload(Regularisation.exclusions)
    answers = requests.selectinload(RegularisationRequest.answers)
    held = select(Regularisation).where(Regularisation.mini_tender_id == mini_tender.id)
    return session.scalar(
        held.options(
            requests.joinedload(RegularisationRequest.offer).joinedload(Offer.supplier),
            exclusions.joinedload(RegularisationExclusion.offer).joinedload(Offer.supplier),
            answers.selectinload(ExaminationAnswer.files),
            answers.joinedload(ExaminationAnswer.author).lazyload(Person.roles),
        )
    )


def asked_of(request: RegularisationRequest) -> list[Requirement]:
    """The specifications that may be answered anew, as they were frozen."""
    stage = request.offer.mini_tender.frozen_stage()
    return [found for key in request.keys if (found := stage.requirement(key)) is not None]


def exchange_of(request: RegularisationRequest, answer: ExaminationAnswer | None) -> Exchange:
    """The days of the exchange, in Paris."""
    return Exchange(paris_day(request.asked_at), request.due_on, paris_day(answer.answered_at) if answer else None)


def _ask(found: Regularisation, offer: Offer, at: datetime) -> None:
    points = [{"key": gap.requirement, "sentence": gap.sentence} for gap in gaps_with(offer, {})]
    request = RegularisationRequest(organisation_id=offer.organisation_id, offer=offer, asked=points, remark=remark_on(offer))
    found.requests.append(request)
    _post(offer, letters.regularisation_request(offer, request.points, request.keys, days=found.days, due_on=found.due_on), at)


def _leave_out(found: Regularisation, offer: Offer, reason: str, by: Person) -> None:
    found.exclusions.append(RegularisationExclusion(organisation_id=offer.organisation_id, offer=offer, reason=reason))
    _set_aside(offer, points_of(offer), f"La régularisation ne lui a pas été proposée : {reason}", by)


def _check_decision(
    request: RegularisationRequest, decision: str, reason: str, kept: ExaminationAnswer | None, exchange: Exchange, at: datetime
) -> None:
    if kept is not None and kept not in request.answers:
        raise refuse("Cette réponse n’est pas celle de cette offre.", "Choisir l’une de ses réponses.", rule="ANA-02", field="answer")
    lacking = [gap.sentence for gap in gaps_with(request.offer, kept.values if kept else {})]
    have_all = all(each.answers for each in request.regularisation.requests)
    faults = decision_faults(decision, reason, exchange, today=paris_day(at), have_all_answered=have_all, shortfalls=lacking)
    if faults:
        raise Refused(*faults)


def _record_decision(request: RegularisationRequest, kept: ExaminationAnswer | None, before: str | None, by: Person, at: datetime) -> None:
    record(
        "decide_regularisation",
        request,
        by=by,
        at=at,
        offer=request.offer_id,
        decision=request.decision,
        reason=request.decision_reason,
        answer=kept.id if kept else None,
        values=request.offer.regularised_values,
        before=before,
    )


def _put_right(offer: Offer, kept: ExaminationAnswer) -> None:
    offer.regularised_values = dict(kept.values)
    if offer.classification == Classification.IRREGULAR:
        offer.classification = offer.classification_reason = offer.classified_by = None


def _set_aside(offer: Offer, points: Sequence[str], words: str, by: Person) -> None:
    """Irregular, for these points and what became of them; what became of them alone where both are too long to be kept."""
    whole = f"{usual_reason(points).rstrip(' .')}. {words}"
    offer.classification, offer.classified_by = Classification.IRREGULAR, by.id
    offer.classification_reason = whole if len(whole) <= LONGEST_TEXT else words


def _post(offer: Offer, letter: LetterText, at: datetime) -> None:
    post_to_supplier(offer.supplier, letter, at=at, organisation_id=offer.organisation_id, mini_tender=offer.mini_tender)
