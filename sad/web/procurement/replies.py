"""Answering a tenderer that asks for the reasons: the text proposed, the letter as it will go, then sending it (AWD-04)."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response, flash, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import HiddenField, TextAreaField

from sad import clock
from sad.actions.letters import people_of
from sad.actions.replies import drafted_reply, give_reasons, reply_faults, standing_requests
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refused
from sad.domain.replies import Owed
from sad.letters import replies as letters
from sad.models.awards import Award, AwardState
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.replies import ReasonRequest
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.opened import READERS, opened_mini_tender

REPLIERS = (Role.BUYER, Role.AWARD_AUTHORITY)
SHOWN = 8


def same_lines(text: str | None) -> str:
    """The text with the ends of line of one kind, whatever the browser sends."""
    return (text or "").replace("\r\n", "\n").strip()


class ReplyForm(Form):
    """`seen`: the text whose letter was shown; another one is shown first."""

    text = TextAreaField(
        "Votre réponse",
        filters=[same_lines],
        description="Le texte proposé vient des points et des réponses gardés. Relisez-le, complétez-le, ôtez ce qui est secret.",
        render_kw={"rows": 16},
    )
    seen = HiddenField(filters=[same_lines])


@allow(*READERS, acting=REPLIERS)
def answer(mini_tender_id: int, reason_request_id: int) -> Response:
    """What is asked and what the law owes; who may answer writes, sees the letter, sends it once."""
    mini_tender = opened_mini_tender(mini_tender_id)
    asked = _own_request(mini_tender, reason_request_id)
    form = ReplyForm() if asked.answer else ReplyForm(data={"text": drafted_reply(asked)})
    if form.validate_on_submit() and _is_possible(asked, form):
        if form.text.data != form.seen.data:
            form.seen.data = form.text.data
            return _page(mini_tender, asked, form)
        with attempt(form) as done:
            give_reasons(asked, form.text.data, by=current_person(), at=clock.now())
        if done:
            flash(f"La réponse est partie à {asked.offer.supplier.name}.", "success")
            return redirect(url_for("procurement.award", mini_tender_id=mini_tender.id))
    form.seen.data = ""
    return _page(mini_tender, asked, form)


def requests_about(mini_tender: MiniTender) -> Sequence[ReasonRequest]:
    """What was asked about the decision that stands."""
    return session.scalars(standing_requests().where(Award.mini_tender_id == mini_tender.id)).all()


def waiting_replies(person: Person, at: datetime) -> Sequence[ReasonRequest]:
    """The answers that wait: all of them for buyers and auditors, those that are late for the award authority."""
    if not person.has_role(*REPLIERS, Role.AUDITOR):
        return []
    waiting = standing_requests().where(
        ReasonRequest.organisation_id == current_organisation().id, ReasonRequest.answered_at.is_(None)
    )
    if not person.has_role(Role.BUYER, Role.AUDITOR):
        waiting = waiting.where(ReasonRequest.due_on < paris_day(at))
    return session.scalars(waiting.limit(SHOWN)).all()


def _own_request(mini_tender: MiniTender, reason_request_id: int) -> ReasonRequest:
    """One about this mini-tender; 404 otherwise."""
    own = select(ReasonRequest).join(ReasonRequest.award).where(Award.mini_tender_id == mini_tender.id)
    around = (joinedload(ReasonRequest.offer).joinedload(Offer.supplier), joinedload(ReasonRequest.award))
    return own_or_404(own.where(ReasonRequest.id == reason_request_id).options(*around))


def _is_possible(asked: ReasonRequest, form: ReplyForm) -> bool:
    """Whether the answer may leave; else the form says all that stops it."""
    faults = reply_faults(asked, form.text.data)
    form.take(Refused(*faults))
    return not faults


def _page(mini_tender: MiniTender, asked: ReasonRequest, form: ReplyForm) -> Response:
    return form_page(
        "procurement/answer_reasons.html",
        form,
        mini_tender=mini_tender,
        asked=asked,
        letter=letters.reasons_given(asked, form.text.data) if form.seen.data else None,
        told=[person.name for person in people_of(asked.offer.supplier)],
        compares=asked.owed == Owed.COMPARISON,
        stands=asked.award.state == AwardState.APPROVED,
        is_late=asked.answer is None and asked.due_on < paris_day(clock.now()),
        may_answer=current_person().has_role(*REPLIERS),
    )
