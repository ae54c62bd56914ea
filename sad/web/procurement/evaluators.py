"""Several evaluators: who they are, what each gives alone, and the consensus once all have handed their marks over."""

from flask import Response, abort, flash, redirect, url_for

from sad import clock
from sad.actions.evaluator_marks import give_own_mark, submit_marks
from sad.actions.evaluators import name_evaluators, possible_evaluators, release_evaluator
from sad.actions.marks import give_mark
from sad.actions.panels import panel_of
from sad.models.evaluators import Evaluator
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.evaluation import given_on, judged_criterion
from sad.web.procurement.mark_forms import ReleaseForm, consensus_form, marks_form, panel_form
from sad.web.procurement.opened import EVALUATORS, Evaluation, evaluation_of, opened_mini_tender, values_of

READERS = (*EVALUATORS, Role.AWARD_AUTHORITY, Role.AUDITOR)


@allow(Role.BUYER)
def evaluators(mini_tender_id: int) -> Response:
    """Who evaluates, where each stands, and naming them."""
    mini_tender = opened_mini_tender(mini_tender_id)
    possible = possible_evaluators(mini_tender)
    form = panel_form(possible, [each.person_id for each in panel_of(mini_tender).present])
    if form.validate_on_submit():
        with attempt(form) as done:
            chosen = [person for person in possible if person.id in (form.people.data or ())]
            name_evaluators(mini_tender, chosen, form.reason.data or "", by=current_person(), at=clock.now())
        if done:
            flash("Les évaluateurs sont nommés et prévenus.", "success")
            return redirect(url_for("procurement.evaluators", mini_tender_id=mini_tender_id))
    return form_page("procurement/evaluators.html", form, evaluation=evaluation_of(mini_tender))


@allow(Role.BUYER)
def release(mini_tender_id: int, evaluator_id: int) -> Response:
    """Stop waiting for an evaluator who does not answer."""
    mini_tender, form = opened_mini_tender(mini_tender_id), ReleaseForm()
    evaluator = next((each for each in panel_of(mini_tender).present if each.id == evaluator_id), None) or abort(404)
    if form.validate_on_submit():
        with attempt(form) as done:
            release_evaluator(evaluator, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash(f"Les notes de {evaluator.person.name} ne sont plus attendues.", "success")
            return redirect(url_for("procurement.evaluators", mini_tender_id=mini_tender_id))
    return form_page("procurement/release_evaluator.html", form, mini_tender=mini_tender, evaluator=evaluator)


@allow(*EVALUATORS)
def own_marks(mini_tender_id: int) -> Response:
    """What one still has to mark, and handing it all over; only for whoever is named."""
    found, form = evaluation_of(opened_mini_tender(mini_tender_id)), Form()
    evaluator = _own(found)
    if form.validate_on_submit():
        with attempt(form) as done:
            submit_marks(found.mini_tender, by=current_person(), at=clock.now())
        if done:
            flash("Vos notes sont remises. Merci.", "success")
            return redirect(url_for("procurement.evaluation", mini_tender_id=mini_tender_id))
    return form_page("procurement/own_marks.html", form, evaluation=found, evaluator=evaluator, missing=found.panel.missing(evaluator))


@allow(*EVALUATORS)
def own_criterion(mini_tender_id: int, criterion: str) -> Response:
    """One's own marks on one criterion; nobody else's are there."""
    found, judged = judged_criterion(mini_tender_id, criterion)
    evaluator = _own(found)
    given = {mark.offer_id: mark for mark in evaluator.marks if mark.criterion == criterion}
    form = marks_form(found.regular, judged, given)
    if form.validate_on_submit():
        with attempt(form) as done:
            form.give(criterion, give_own_mark, by=current_person(), at=clock.now())
        if done:
            flash(f"Vos notes « {judged.label} » sont enregistrées.", "success")
            return redirect(url_for("procurement.own_marks", mini_tender_id=mini_tender_id))
    values = {each.offer.id: values_of(each) for each in found.regular}
    return form_page("procurement/own_criterion.html", form, evaluation=found, criterion=judged, values=values)


@allow(*READERS, acting=EVALUATORS)
def consensus(mini_tender_id: int, criterion: str) -> Response:
    """The marks of all side by side once all are there, and the common mark; before, only who is awaited."""
    found, judged = judged_criterion(mini_tender_id, criterion)
    panel = found.panel
    if not panel.evaluators:
        abort(404)
    proposals = {each.offer.id: said for each in found.regular if (said := panel.proposal_on(each.offer.id, criterion))}
    form = consensus_form(found.regular if panel.is_open else (), judged, given_on(found, criterion), proposals)
    if form.validate_on_submit():
        with attempt(form) as done:
            form.give(criterion, give_mark, by=current_person(), at=clock.now())
        if done:
            flash(f"Le consensus « {judged.label} » est enregistré.", "success")
            return redirect(url_for("procurement.evaluation", mini_tender_id=mini_tender_id))
    names = {each.id: each.person.name for each in panel.evaluators}
    may_agree = current_person().has_role(*EVALUATORS) and panel.is_open and not found.is_closed
    context = {"evaluation": found, "criterion": judged, "proposals": proposals, "names": names, "may_agree": may_agree}
    return form_page("procurement/consensus.html", form, **context)


def _own(found: Evaluation) -> Evaluator:
    """The evaluator that the person is; 404 for whoever is not, or no longer, named."""
    return found.panel.of_person(current_person()) or abort(404)
