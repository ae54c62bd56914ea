"""The request of an agreement on a shorter deadline as it stands: the one that runs, the one that was used, dropping one (SAD-18)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from sad.actions.journal import record
from sad.actions.letters import post_to_suppliers
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.deadline_agreements import disagreement
from sad.domain.errors import Refusal
from sad.letters import deadline_agreements as letters
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest, EndOfRequest
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.trust.canonical import instant


def running_request(mini_tender: MiniTender) -> DeadlineRequest | None:
    """The request that was not dropped, its answers read again from the database: between two looks suppliers answer."""
    return _one(mini_tender, DeadlineRequest.ended_at.is_(None))


def request_used_by(mini_tender: MiniTender) -> DeadlineRequest | None:
    """The request on which the sending of the mini-tender rests, when its deadline was agreed by all."""
    return _one(mini_tender, DeadlineRequest.used_at.is_not(None))


def lack_of(request: DeadlineRequest, invitees: Sequence[Supplier], at: datetime) -> Refusal | None:
    """Why the deadline wished is not agreed by all these invitees, and what to do (SAD-18); None when it is."""
    mini_tender = request.mini_tender
    return disagreement(
        request.as_agreement(),
        {each.id: each.name for each in invitees},
        closes_at=mini_tender.wanted_closes_at,
        service_on=paris_day(mini_tender.happens_at) if mini_tender.happens_at else None,
        at=at,
    )


def end_request(request: DeadlineRequest, because: EndOfRequest, *, by: Person, at: datetime) -> DeadlineRequest:
    """Drop it; all who were asked are told, unless they are asked again at once."""
    request.ended_at, request.ended_because = at, because
    mini_tender = request.mini_tender
    if because != EndOfRequest.ASKED_AGAIN:
        asked = [each.supplier for each in request.answers]
        text = letters.ended(mini_tender, request.closes_at)
        post_to_suppliers(asked, text, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender)
    record("end_agreement_request", request, by=by, at=at, mini_tender=mini_tender.id, because=because, said=facts_of(request)["said"])
    return request


def end_request_if_moved(mini_tender: MiniTender, *, by: Person, at: datetime) -> DeadlineRequest | None:
    """Drop the request that runs when the deadline or the day of service is no longer the one that suppliers were told."""
    request = running_request(mini_tender)
    if request is None:
        return None
    service_on = paris_day(mini_tender.happens_at) if mini_tender.happens_at else None
    if request.as_agreement().is_on(mini_tender.wanted_closes_at, service_on):
        return None
    return end_request(request, EndOfRequest.CHANGED, by=by, at=at)


def discard_requests(mini_tender: MiniTender, *, by: Person, at: datetime) -> None:
    """Forget what was asked about a draft that is thrown away; whoever was asked is told, and the journal keeps the answers."""
    running = running_request(mini_tender)
    if running is not None:
        end_request(running, EndOfRequest.DISCARDED, by=by, at=at)
    for each in session.scalars(select(DeadlineRequest).where(DeadlineRequest.mini_tender_id == mini_tender.id)):
        session.delete(each)
    session.flush()


def facts_of(request: DeadlineRequest, invitees: Sequence[int] | None = None) -> dict[str, object]:
    """What was agreed, as the journal and the fingerprint keep it: the deadline, and who said what when, by supplier."""
    said = [
        [each.supplier_id, each.answer, each.answered_at and instant(each.answered_at)]
        for each in request.answers
        if invitees is None or each.supplier_id in invitees
    ]
    return {"closes_at": instant(request.closes_at), "said": sorted(said, key=lambda each: each[0] or 0)}


def _one(mini_tender: MiniTender, condition: ColumnElement[bool]) -> DeadlineRequest | None:
    answers = selectinload(DeadlineRequest.answers)
    query = select(DeadlineRequest).where(DeadlineRequest.mini_tender_id == mini_tender.id, condition)
    query = query.options(answers.joinedload(DeadlineAnswer.supplier), joinedload(DeadlineRequest.asker))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
