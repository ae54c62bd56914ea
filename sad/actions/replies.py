"""Requests for reasons: asked once by a tenderer that is not retained, answered once by the buyers, within fifteen days (AWD-04)."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from sad import parameters
from sad.actions.declarations import check_interests
from sad.actions.evaluations import marks_of
from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter, post_to_supplier
from sad.actions.mini_tenders import hold
from sad.actions.results import result_for, words_of
from sad.db import session
from sad.domain.calendar import last_day, paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.replies import Owed, ReplyLaw, answer_faults, asking_faults
from sad.letters import replies as letters
from sad.letters.text import LetterText
from sad.models.awards import Award, AwardState
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.replies import ReasonRequest
from sad.models.suppliers import Supplier


def ask_reasons(
    mini_tender: MiniTender, supplier: Supplier, question: str = "", *, home: str, by: Person, at: datetime
) -> ReasonRequest:
    """Ask what the retained offer had that one's own had not, or, for an offer set aside, why it is rejected (R2181-2, R2181-4).

    `home`: the address of the site. Raises `Refused`.
    """
    hold(mini_tender)
    result, asked = result_for(mini_tender, supplier), request_of(mini_tender, supplier)
    asked_on = paris_day(asked.asked_at) if asked else None
    faults = list(asking_faults(is_decided=result is not None, is_retained=bool(result and result.is_winner), asked_on=asked_on))
    if faults or result is None:
        raise Refused(*faults)
    request = ReasonRequest(
        organisation_id=mini_tender.organisation_id,
        award=result.award,
        offer=result.offer,
        owed=result.owed,
        question=question.strip(),
        asked_at=at,
        asked_by=by.id,
        due_on=last_day(paris_day(at), reply_law(at).reply_to_requests_days, "calendar"),
    )
    session.add(request)
    session.flush()
    _post(letters.reasons_asked(request, home=home), request, (Role.BUYER,), at)
    due_on = request.due_on.isoformat()
    record("ask_reasons", request, by=by, at=at, offer=request.offer_id, owed=request.owed, question=request.question, due_on=due_on)
    return request


def give_reasons(request: ReasonRequest, text: str, *, by: Person, at: datetime) -> ReasonRequest:
    """Send the answer, once: never empty, never a unit price of the retained offer (L2132-1). Raises `Refused` with every fault."""
    mini_tender = hold(request.award.mini_tender)
    session.refresh(request)
    session.refresh(request.award)
    check_interests(mini_tender, by)
    faults = reply_faults(request, text)
    if faults:
        raise Refused(*faults)
    request.answer, request.answered_at, request.answerer = text.strip(), at, by
    letter = letters.reasons_given(request, text)
    post_to_supplier(request.offer.supplier, letter, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender)
    record("give_reasons", request, by=by, at=at, mini_tender=mini_tender.id, answer=request.answer)
    return request


def reply_faults(request: ReasonRequest, text: str) -> list[Refusal]:
    """Why this answer cannot leave."""
    answered_on = paris_day(request.answered_at) if request.answered_at else None
    stands = request.award.state == AwardState.APPROVED
    return list(answer_faults(text, stands=stands, answered_on=answered_on, secret=_secret_prices(request)))


def drafted_reply(request: ReasonRequest) -> str:
    """The text proposed for the answer: stored points, what the retained offer answered, nothing of its prices."""
    award, owed = request.award, Owed(request.owed)
    result = result_for(award.mini_tender, request.offer.supplier)
    if result is None:
        return ""
    words = words_of(award.place, marks_of([award.place.offer])[award.place.offer_id])
    labels = {leaf.key: leaf.label for leaf in award.mini_tender.frozen_grid().scored}
    return letters.drafted(result, owed, [(labels[key], said) for key, said in words.items()])


def standing_requests() -> Select[ReasonRequest]:
    """What was asked about decisions that stand, with the mini-tender and who asks; one taken back has nothing left to explain."""
    return (
        select(ReasonRequest)
        .join(ReasonRequest.award)
        .join(Award.mini_tender)
        .join(ReasonRequest.offer)
        .join(Offer.supplier)
        .where(Award.state == AwardState.APPROVED)
        .options(
            contains_eager(ReasonRequest.award).contains_eager(Award.mini_tender),
            contains_eager(ReasonRequest.offer).contains_eager(Offer.supplier),
        )
        .order_by(ReasonRequest.due_on, ReasonRequest.id)
    )


def request_of(mini_tender: MiniTender, supplier: Supplier) -> ReasonRequest | None:
    """What a tenderer asked about the decision that stands, if it did."""
    own = standing_requests().where(Award.mini_tender_id == mini_tender.id, Offer.supplier_id == supplier.id)
    return session.scalar(own)


def remind_reply(request: ReasonRequest, *, home: str, at: datetime) -> ReasonRequest:
    """Tell the buyers that the last day of an answer comes and that it has not left."""
    _post(letters.reasons_due(request, home=home), request, (Role.BUYER,), at)
    record("remind_reply", request, by=None, at=at, due_on=request.due_on.isoformat())
    return request


def escalate_reply(request: ReasonRequest, *, home: str, at: datetime) -> ReasonRequest:
    """Tell the award authority, and the buyers again, that the last day is over."""
    _post(letters.reasons_late(request, home=home), request, (Role.AWARD_AUTHORITY, Role.BUYER), at)
    record("escalate_reply", request, by=None, at=at, due_on=request.due_on.isoformat())
    return request


def is_to_remind(request: ReasonRequest, at: datetime) -> bool:
    """Whether it was asked so long ago that its silence is recalled."""
    return paris_day(at) >= paris_day(request.asked_at) + timedelta(days=reply_law(at).reply_reminder_days)


def reply_law(at: datetime) -> ReplyLaw:
    """The numbers of that day."""
    return ReplyLaw.on(paris_day(at), parameters.value)


def _secret_prices(request: ReasonRequest) -> set[Decimal]:
    """The unit prices and the amounts by line of the retained offer, EUR excl. VAT, but those that the tenderer asks itself."""
    return _detail(request.award.place.offer) - _detail(request.offer)


def _detail(offer: Offer) -> set[Decimal]:
    if not offer.is_opened:
        return set()
    return {amount for line in offer.as_content().lines for amount in (line.unit_price, line.amount) if amount is not None}


def _post(text: LetterText, request: ReasonRequest, roles: tuple[Role, ...], at: datetime) -> None:
    mini_tender = request.award.mini_tender
    told = {person.id: person for role in roles for person in people_with(role, request.organisation_id)}
    for person in told.values():
        key = f"{text.kind}:{request.id}:{person.id}"
        post_letter(text, to=person, at=at, organisation_id=request.organisation_id, mini_tender=mini_tender, dedupe_key=key)
