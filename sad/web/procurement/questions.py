"""Questions of invitees, answered to all of them."""

from flask import Response, flash, redirect, url_for
from sqlalchemy import func, select

from sad import clock
from sad.actions.questions import answer_question, last_day_of_answers, late_answer_warning
from sad.db import session
from sad.domain.phases import is_open
from sad.models.invitations import Invitation, Question
from sad.models.people import Role
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.procurement.mini_tender_forms import AnswerForm
from sad.web.procurement.mini_tenders import own_mini_tender


@allow(Role.BUYER)
def answer(mini_tender_id: int, question_id: int) -> Response:
    """Answer a question; the answer goes to every invitee, without saying who asked."""
    mini_tender, at, form = own_mini_tender(mini_tender_id), clock.now(), AnswerForm()
    question = own_or_404(select(Question).where(Question.id == question_id, Question.mini_tender_id == mini_tender.id))
    if form.validate_on_submit():
        with attempt(form) as done:
            answer_question(question, form.answer.data, by=current_person(), at=at)
        if done:
            flash("La réponse part à tous les invités.", "success")
            return redirect(url_for("procurement.mini_tender", mini_tender_id=mini_tender.id))
    invited = session.scalar(select(func.count(Invitation.id)).where(Invitation.mini_tender_id == mini_tender.id))
    warning = late_answer_warning(question, at) if is_open(mini_tender, at) and not question.answer else None
    around = {"mini_tender": mini_tender, "invited": invited, "warning": warning, "last_day": last_day_of_answers(mini_tender, at)}
    return form_page("procurement/question.html", form, question=question, **around)
