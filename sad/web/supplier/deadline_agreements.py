"""A shorter deadline as a supplier is asked about it: « d’accord », or no, in one click."""

from collections.abc import Iterator
from datetime import datetime

from flask import Response, flash, redirect, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager
from wtforms import RadioField

from sad import clock
from sad.actions.deadline_agreements import answer_agreement, days_of_law
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.deadline_agreements import Answer, answer_faults
from sad.letters.wording import long_date, moment
from sad.models.deadline_agreements import DeadlineAnswer, DeadlineRequest
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, Required
from sad.web.supplier.tasks import Task

NEED = contains_eager(DeadlineAnswer.request).joinedload(DeadlineRequest.mini_tender)
WHOLE_NEED = (NEED.joinedload(MiniTender.organisation), NEED.joinedload(MiniTender.category), NEED.selectinload(MiniTender.lines))


class AnswerForm(Form):
    """The button pressed."""

    answer = RadioField("Votre réponse", [Required("Choisissez l’un des deux boutons.")], choices=[each.value for each in Answer])


@allow_supplier
def agreement(answer_id: int) -> Response:
    """What is asked, what I answered, and answering; what another supplier was asked does not exist for me."""
    asked = own_or_404(_own_answers(current_supplier()).where(DeadlineAnswer.id == answer_id).options(*WHOLE_NEED))
    form, at = AnswerForm(), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            answer_agreement(asked, form.answer.data, by=current_person(), at=at)
        if done:
            flash("C’est noté, merci. Vous pouvez encore changer d’avis.", "success")
            return redirect(url_for("supplier.deadline_agreement", answer_id=answer_id))
    context = {"asked": asked, "faults": _faults(asked, at), "days": days_of_law(asked.request.asked_at)}
    return form_page("supplier/deadline_agreement.html", form, **context)


def agreement_tasks(supplier: Supplier, at: datetime) -> Iterator[Task]:
    """The dates on which the supplier may still answer or change its mind, those that wait first."""
    running = _own_answers(supplier).where(DeadlineRequest.ended_at.is_(None), DeadlineRequest.used_at.is_(None))
    for asked in session.scalars(running.where(DeadlineRequest.answers_by >= at)):
        request, url = asked.request, url_for("supplier.deadline_agreement", answer_id=asked.id)
        title = f"Votre accord sur une date : {request.mini_tender.title}"
        if asked.answer is None:
            until = moment(request.answers_by)
            text = f"Répondre avant le {moment(request.closes_at)}, est-ce possible ? Oui ou non, en un clic, jusqu’au {until}."
            tag = f"Répondre avant le {long_date(paris_day(request.answers_by))}"
            yield Task(tag, title, text, "Donner ma réponse", url, paris_day(request.answers_by))
        else:
            said = "Vous avez dit « D’accord »." if asked.answer == Answer.AGREED else "Vous gardez le délai de la loi."
            said += f" Vous pouvez changer d’avis jusqu’au {moment(request.answers_by)}."
            yield Task("Réponse enregistrée", title, said, "Revoir ma réponse", url)


def _own_answers(supplier: Supplier) -> Select[tuple[DeadlineAnswer]]:
    mine = select(DeadlineAnswer).join(DeadlineAnswer.request).where(DeadlineAnswer.supplier_id == supplier.id)
    return mine.options(NEED).order_by(DeadlineRequest.answers_by, DeadlineAnswer.id)


def _faults(asked: DeadlineAnswer, at: datetime) -> list[object]:
    """Why nothing can be answered any more; empty while it can."""
    request = asked.request
    is_sent = request.mini_tender.published_at is not None
    return [*answer_faults(request.answers_by, at, is_sent=is_sent, is_ended=request.ended_at is not None)]
