"""Consultations as an invitee reads them: the list, one of them, a question, a « non merci »."""

from datetime import datetime

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from sad import clock
from sad.actions.deadline_requests import request_used_by
from sad.actions.invitations import announce_answer, decline_invitation, see_invitation
from sad.actions.offer_drafts import draft_of
from sad.actions.offers import offers_of
from sad.actions.questions import ask_question
from sad.db import session, transaction
from sad.domain.offers import specifications_to_answer
from sad.domain.phases import phase
from sad.domain.requirements import Nature
from sad.letters.headcounts import headcount_words
from sad.models.invitations import Invitation, Question
from sad.models.mini_tenders import MiniTender
from sad.models.offers import OfferState
from sad.models.suppliers import Supplier
from sad.storage import LIMITS_SENTENCE
from sad.web.access import allow_supplier, current_person, current_supplier
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, Required
from sad.web.paging import page_of
from sad.web.supplier.own import own_invitation
from sad.web.supplier.standings import count_waiting, standings_for

REASONS = (
    "Pas disponible ce jour-là",
    "Quantité trop grande pour nous",
    "Quantité trop petite pour nous",
    "Livraison trop compliquée",
    "Ce n’est pas ce que nous faisons",
    "Pas le temps de répondre",
)
TOO_LONG = Length(max=4000, message="4 000 caractères au plus.")


class QuestionForm(Form):
    text = TextAreaField(
        "Votre question",
        [Required("Écrivez votre question."), TOO_LONG],
        description="La réponse ira à tous les fournisseurs invités, sans dire qui a demandé.",
    )


class DeclineForm(Form):
    reason = StringField("Une autre raison", [TOO_LONG])


@allow_supplier
def mini_tenders() -> str:
    """Every consultation received, the last first, with what became of it."""
    supplier = current_supplier()
    received = select(Invitation).where(Invitation.supplier_id == supplier.id)
    received = received.options(joinedload(Invitation.mini_tender).joinedload(MiniTender.organisation))
    page = page_of(received, Invitation.sent_at, Invitation.id, descending=True)
    return render_template("supplier/mini_tenders.html", page=page, standings=standings_for(supplier, page.rows, clock.now()))


@allow_supplier
def mini_tender(mini_tender_id: int) -> Response:
    """All that one needs to decide whether to answer; opened once, it is seen."""
    invitation, at = own_invitation(mini_tender_id), clock.now()
    if invitation.seen_at is None:
        with transaction():
            see_invitation(invitation, by=current_person(), at=at)
    return _page(mini_tender_id, QuestionForm(formdata=None), DeclineForm(formdata=None), at)


@allow_supplier
def ask(mini_tender_id: int) -> Response:
    """Ask the buyer something; every invitee will read the answer."""
    invitation, form, at = own_invitation(mini_tender_id), QuestionForm(), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            ask_question(invitation.mini_tender, invitation.supplier, form.text.data, by=current_person(), at=at)
        if done:
            flash("Votre question est envoyée au service achats.", "success")
            return _back(mini_tender_id)
    return _page(mini_tender_id, form, DeclineForm(formdata=None), at)


@allow_supplier
def decline(mini_tender_id: int) -> Response:
    """« Non merci », with a reason, in one click."""
    invitation, form, at = own_invitation(mini_tender_id), DeclineForm(), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            decline_invitation(invitation, form.reason.data or "", by=current_person(), at=at)
        if done:
            flash("C’est noté, merci. Vous restez invité aux suivantes, et pouvez encore changer d’avis.", "success")
            return _back(mini_tender_id)
    return _page(mini_tender_id, QuestionForm(formdata=None), form, at)


@allow_supplier
def announce(mini_tender_id: int) -> Response:
    """« Je compte répondre »."""
    invitation = own_invitation(mini_tender_id)
    with transaction():
        announce_answer(invitation, by=current_person(), at=clock.now())
    flash("C’est noté. Cela ne vous engage à rien.", "success")
    return _back(mini_tender_id)


def waiting() -> int:
    """How many consultations wait for an answer, for the menu."""
    return count_waiting(current_supplier(), clock.now())


def _back(mini_tender_id: int) -> Response:
    return redirect(url_for("supplier.mini_tender", mini_tender_id=mini_tender_id))


def _page(mini_tender_id: int, question_form: QuestionForm, decline_form: DeclineForm, at: datetime) -> Response:
    invitation = own_invitation(mini_tender_id)
    return form_page(
        "supplier/mini_tender.html",
        decline_form if decline_form.errors else question_form,
        question_form=question_form,
        decline_form=decline_form,
        reasons=REASONS,
        invitation=invitation,
        at=at,
        **_shown(invitation.mini_tender, invitation.supplier, at),
    )


def _shown(mini_tender: MiniTender, supplier: Supplier, at: datetime) -> dict[str, object]:
    """What is asked, how it is scored, what was said, what the supplier has deposited."""
    stage, category = mini_tender.frozen_stage(), mini_tender.category.key if mini_tender.category else ""
    questions = session.scalars(select(Question).where(Question.mini_tender_id == mini_tender.id).order_by(Question.id)).all()
    offers = offers_of(mini_tender, supplier)
    return {
        "need": mini_tender,
        "headcount": headcount_words(mini_tender),
        "phase": phase(mini_tender, at),
        "specifications": specifications_to_answer(stage, category, supplier.families),
        "conditions": stage.of_nature(Nature.PERFORMANCE_CONDITION, category, supplier.families),
        "grid": mini_tender.grid,
        "questions": [each for each in questions if each.answer or each.supplier_id == supplier.id],
        "offers": offers,
        "live": next((each for each in offers if each.state == OfferState.DEPOSITED and not each.late), None),
        "draft": draft_of(mini_tender, supplier),
        "agreed": request_used_by(mini_tender),
        "limits": LIMITS_SENTENCE,
    }
