"""Letting irregular offers be put right: all at once, then each answer read and decided (ANA-02)."""

from flask import Response, abort, flash, redirect, render_template, url_for

from sad import clock
from sad.actions.irregularities import candidates_of, gaps_with, period, points_of, regularisation_due_on, usual_days
from sad.actions.regularisations import ask_regularisation, asked_of, decide_regularisation
from sad.domain.campaigns import is_over
from sad.domain.regularisations import ACCEPTED, Candidate, round_faults
from sad.domain.requirements import Nature
from sad.letters import regularisations as letters
from sad.letters.text import LetterText
from sad.models.offers import Offer
from sad.models.regularisations import RegularisationRequest
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.evaluation import offer_context
from sad.web.procurement.opened import EVALUATORS, READERS, Evaluation, Examined, evaluation_of, opened_mini_tender
from sad.web.procurement.regularisation_forms import AskRegularisationForm, ask_form, decide_form


@allow(*READERS, acting=EVALUATORS)
def regularisation(mini_tender_id: int) -> Response | str:
    """Ask every irregular offer to be put right, or say why not; once asked, where each answer stands."""
    found = evaluation_of(opened_mini_tender(mini_tender_id))
    held = found.regularisation
    if held is None:
        return _ask(found)
    return render_template("procurement/regularisation.html", evaluation=found, held=held, is_over=is_over(held.due_on, clock.now()))


@allow(*READERS, acting=EVALUATORS)
def judge_regularisation(mini_tender_id: int, regularisation_request_id: int) -> Response:
    """What a tenderer answered to put its offer right, beside what it said, and deciding of it."""
    found, examined, asked = _asked(mini_tender_id, regularisation_request_id)
    form = decide_form(asked)
    if form.validate_on_submit():
        with attempt(form) as done:
            decide_regularisation(
                asked, form.decision.data, form.reason.data, answer=form.kept(asked), by=current_person(), at=clock.now()
            )
        if done:
            accepted = "La correction est acceptée. Vous pouvez classer l’offre."
            flash(accepted if form.decision.data == ACCEPTED else "L’offre reste irrégulière.", "success")
            return redirect(url_for("procurement.examine_offer", mini_tender_id=mini_tender_id, offer_id=asked.offer_id))
    said = {each.id: letters.said_anew(asked.offer, each.values) for each in asked.answers}
    shown = {"asked": asked, "said": said, "lacking": _lacking(asked), "scored": _scored(asked)}
    return form_page("procurement/judge_regularisation.html", form, **shown, **offer_context(found, examined))


def _ask(found: Evaluation) -> Response:
    at, mini_tender = clock.now(), found.mini_tender
    candidates = candidates_of([each.offer for each in found.examined], {each.offer.id: each.findings for each in found.examined})
    concerned = [each for each in candidates if each.is_concerned]
    form = ask_form(concerned, usual_days(at), period(at))
    if form.validate_on_submit():
        with attempt(form) as done:
            ask_regularisation(mini_tender, form.left_out(), form.days.data, by=current_person(), at=at)
        if done:
            flash("Les demandes sont envoyées. Les réponses viendront ici.", "success")
            return redirect(url_for("procurement.regularisation", mini_tender_id=mini_tender.id))
    return form_page(
        "procurement/ask_regularisation.html",
        form,
        concerned=concerned,
        missing=[one for one in round_faults(candidates, {}, usual_days(at), period(at), is_held=False) if one.field is None],
        points={each.key: points_of(offer) for each, offer in _offers(found, concerned)},
        letters=[(offer.supplier.name, _letter(offer, form)) for _, offer in _offers(found, concerned)],
        evaluation=found,
        may_evaluate=current_person().has_role(*EVALUATORS),
    )


def _offers(found: Evaluation, concerned: list[Candidate]) -> list[tuple[Candidate, Offer]]:
    by_id = {each.offer.id: each.offer for each in found.examined}
    return [(each, by_id[each.key]) for each in concerned]


def _letter(offer: Offer, form: AskRegularisationForm) -> LetterText:
    """The letter as it would leave with the days typed, or the usual ones."""
    at = clock.now()
    days = form.days.data if form.days.data and not form.days.errors else usual_days(at)
    keys = [gap.requirement for gap in gaps_with(offer, {})]
    return letters.regularisation_request(offer, points_of(offer), keys, days=days, due_on=regularisation_due_on(days, at))


def _asked(mini_tender_id: int, regularisation_request_id: int) -> tuple[Evaluation, Examined, RegularisationRequest]:
    """The evaluation, one of its opened offers and what it may put right; 404 otherwise."""
    found = evaluation_of(opened_mini_tender(mini_tender_id))
    asked = ((each, each.regularisation_request) for each in found.examined)
    wanted = ((one, each) for one, each in asked if each is not None and each.id == regularisation_request_id)
    examined, request = next(wanted, None) or abort(404)
    return found, examined, request


def _lacking(asked: RegularisationRequest) -> dict[int, list[str]]:
    """What the offer would still lack with each answer, by its id."""
    return {each.id: [gap.sentence for gap in gaps_with(asked.offer, each.values)] for each in asked.answers}


def _scored(asked: RegularisationRequest) -> list[str]:
    """The criteria that score a value which may be given anew: accepting it gives points."""
    mini_tender, keys = asked.offer.mini_tender, {each.key for each in asked_of(asked)}
    criteria = mini_tender.frozen_stage().of_nature(Nature.AWARD_CRITERION, mini_tender.category.key if mini_tender.category else "")
    return [each.label for each in criteria if each.source in keys]
