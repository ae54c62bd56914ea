"""Examining opened offers: each offer read and classified, each criterion marked."""

from flask import Response, abort, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import undefer

from sad import clock
from sad.actions.classifications import classify_offer
from sad.actions.marks import give_mark
from sad.domain.scoring.values import Criterion
from sad.domain.sentences import of
from sad.models.evaluations import Mark
from sad.models.offers import OfferFile
from sad.models.people import Role
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.procurement.evaluation_forms import HINTS, classify_form
from sad.web.procurement.interests import ACTING
from sad.web.procurement.mark_forms import marks_form
from sad.web.procurement.opened import (
    EVALUATORS,
    READERS,
    Evaluation,
    Examined,
    evaluation_of,
    opened_mini_tender,
    opened_offer,
    values_of,
)
from sad.web.uploads import send_file_kept


@allow(*READERS)
def evaluation(mini_tender_id: int) -> str:
    """All the opened offers side by side, and what is missing before the ranking."""
    found, person = evaluation_of(opened_mini_tender(mini_tender_id)), current_person()
    return render_template(
        "procurement/evaluation.html",
        evaluation=found,
        values={each.offer.id: values_of(each) for each in found.examined},
        has_declared=person.has_role(*ACTING),
        own=found.panel.of_person(person),
        is_buyer=person.has_role(Role.BUYER),
        may_mark=_may_evaluate() or (bool(found.panel.evaluators) and person.has_role(Role.AWARD_AUTHORITY, Role.AUDITOR)),
        may_evaluate=_may_evaluate(),
    )


@allow(*READERS, acting=EVALUATORS)
def examine_offer(mini_tender_id: int, offer_id: int) -> Response:
    """One offer in full, what rules say of it, and saying whether it is regular."""
    found, examined = examined_offer(mini_tender_id, offer_id)
    form = classify_form(examined)
    if form.validate_on_submit():
        with attempt(form) as done:
            classify_offer(examined.offer, form.classification.data, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash(f"L’offre {of(examined.offer.supplier.name)} est classée.", "success")
            return redirect(url_for("procurement.evaluation", mini_tender_id=mini_tender_id))
    return form_page("procurement/examine_offer.html", form, **offer_context(found, examined))


@allow(*READERS)
def offer_file(mini_tender_id: int, offer_id: int, file_id: int) -> Response:
    """A file of an opened offer."""
    offer = opened_offer(opened_mini_tender(mini_tender_id), offer_id)
    file = own_or_404(select(OfferFile).where(OfferFile.id == file_id, OfferFile.offer_id == offer.id).options(undefer(OfferFile.body)))
    return send_file_kept(file)


@allow(*EVALUATORS)
def marks(mini_tender_id: int, criterion: str) -> Response:
    """One criterion on one screen: the mark of every regular offer, with its reason; where several evaluate, their consensus."""
    found, judged = judged_criterion(mini_tender_id, criterion)
    if found.panel.evaluators:
        return redirect(url_for("procurement.consensus", mini_tender_id=mini_tender_id, criterion=criterion))
    form = marks_form(found.regular, judged, given_on(found, criterion))
    if form.validate_on_submit():
        with attempt(form) as done:
            form.give(criterion, give_mark, by=current_person(), at=clock.now())
        if done:
            flash(f"Les notes « {judged.label} » sont enregistrées.", "success")
            return redirect(url_for("procurement.evaluation", mini_tender_id=mini_tender_id))
    values = {each.offer.id: values_of(each) for each in found.regular}
    return form_page("procurement/marks.html", form, evaluation=found, criterion=judged, values=values)


def judged_criterion(mini_tender_id: int, criterion: str) -> tuple[Evaluation, Criterion]:
    """The evaluation and one of its criteria on which people give marks; 404 otherwise."""
    found = evaluation_of(opened_mini_tender(mini_tender_id))
    return found, next((each for each in found.criteria if each.key == criterion), None) or abort(404)


def given_on(found: Evaluation, criterion: str) -> dict[int, Mark]:
    """The marks that the ranking reads on a criterion, by offer id."""
    return {each.offer.id: each.marks[criterion] for each in found.regular if criterion in each.marks}


def examined_offer(mini_tender_id: int, offer_id: int) -> tuple[Evaluation, Examined]:
    """The evaluation and one of its opened offers; 404 otherwise."""
    found = evaluation_of(opened_mini_tender(mini_tender_id))
    return found, next((each for each in found.examined if each.offer.id == offer_id), None) or abort(404)


def offer_context(found: Evaluation, examined: Examined) -> dict[str, object]:
    """What every page about one opened offer shows."""
    return {
        "evaluation": found,
        "examined": examined,
        "values": values_of(examined),
        "hints": HINTS,
        "may_evaluate": _may_evaluate(),
    }


def _may_evaluate() -> bool:
    return current_person().has_role(*EVALUATORS)
