"""Answers of tenderers during the examination: received as they come, before and after the day asked, and kept as they are."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload, undefer

from sad.actions.evaluations import UNDER_EVALUATION
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.mini_tenders import hold
from sad.db import session
from sad.domain.errors import refuse
from sad.letters import examinations as letters
from sad.models.examinations import ExaminationAnswer, ExaminationFile, PriceRequest
from sad.models.offers import Offer
from sad.models.people import Person
from sad.models.regularisations import RegularisationRequest
from sad.storage import CheckedFile


def receive_answer(
    request: PriceRequest | RegularisationRequest,
    text: str,
    files: Sequence[CheckedFile],
    *,
    values: Mapping[str, Any] | None = None,
    by: Person,
    at: datetime,
) -> ExaminationAnswer:
    """Keep what a tenderer answers, late or not, as long as nothing is decided; the receipt says when it came. Raises `Refused`."""
    mini_tender = hold(request.offer.mini_tender)
    session.refresh(request)
    if request.decision is not None or mini_tender.state not in UNDER_EVALUATION:
        raise refuse("La décision est prise : cette réponse arrive trop tard.", "Écrire au service achats, qui en gardera la trace.")
    answer = ExaminationAnswer(
        organisation_id=request.organisation_id,
        text=text,
        values=dict(values or {}),
        due_on=request.due_on,
        answered_at=at,
        answered_by=by.id,
    )
    answer.files = [ExaminationFile(name=each.name, media_type=each.media_type, size=each.size, body=each.body) for each in files]
    request.answers.append(answer)
    session.flush()
    prints = [[each.name, hashlib.sha256(each.body).hexdigest()] for each in files]
    told = letters.answer_received(request.offer, answer, prints)
    post_to_supplier(request.offer.supplier, told, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender)
    about, is_late = f"{request.__tablename__}:{request.id}", answer.is_late
    record("receive_answer", answer, by=by, at=at, about=about, text=text, values=answer.values, files=prints, is_late=is_late)
    return answer


def answer_files() -> Select[ExaminationFile]:
    """The files that tenderers joined to their answers, each beside the offer it is about."""
    about = func.coalesce(PriceRequest.offer_id, RegularisationRequest.offer_id)
    return (
        select(ExaminationFile)
        .join(ExaminationFile.answer)
        .outerjoin(PriceRequest, PriceRequest.id == ExaminationAnswer.price_request_id)
        .outerjoin(RegularisationRequest, RegularisationRequest.id == ExaminationAnswer.regularisation_request_id)
        .join(Offer, Offer.id == about)
        .options(undefer(ExaminationFile.body))
    )


def price_requests_of(offers: Iterable[Offer]) -> dict[int, PriceRequest]:
    """The written request about the price of each of these offers that had one, by offer id, with its answers."""
    asked = select(PriceRequest).where(PriceRequest.offer_id.in_([offer.id for offer in offers]))
    answers = selectinload(PriceRequest.answers)
    author = answers.joinedload(ExaminationAnswer.author).lazyload(Person.roles)
    found = session.scalars(asked.options(answers.selectinload(ExaminationAnswer.files), author))
    return {each.offer_id: each for each in found}


def waiting_requests(offers: Iterable[Offer]) -> set[int]:
    """The ids of those of these offers about which a written request waits for its decision."""
    numbers = [offer.id for offer in offers]
    return set(session.scalars(select(PriceRequest.offer_id).where(PriceRequest.offer_id.in_(numbers), PriceRequest.decision.is_(None))))
