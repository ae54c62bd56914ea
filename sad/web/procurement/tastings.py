"""A blind tasting, from the draw of its codes to the marks it proposes: samples by name here, by code on the pages of the jury."""

import secrets

from flask import Response, abort, flash, make_response, redirect, render_template, url_for

from sad import clock
from sad.actions.evaluations import opened_offers
from sad.actions.tasting_results import close_tasting, committed_text, outcomes_of, stop_tasting
from sad.actions.tastings import allergen_names, criterion_of, miss_sample, prepare_tasting, receive_sample, tasting_of
from sad.domain.calendar import paris_day
from sad.domain.sentences import of
from sad.domain.tastings import MOST_SAMPLES, drawn_codes
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification
from sad.models.tastings import Tasting
from sad.trust.commitments import new_salt
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.opened import EVALUATORS, READERS, opened_mini_tender
from sad.web.procurement.own_tastings import own_tasting, page_of_tasting, received_by_name, scale_of
from sad.web.procurement.tasting_forms import CloseForm, MissingForm, ReceptionForm, StopForm, proposed_marks_form


@allow(*READERS, acting=EVALUATORS)
def tasting(mini_tender_id: int) -> Response:
    """Where the tasting stands; before there is one, the draw of its codes."""
    mini_tender, form = opened_mini_tender(mini_tender_id), Form()
    if form.validate_on_submit():
        with attempt(form) as done:
            codes = _draw(mini_tender)
            prepare_tasting(mini_tender, codes, salt=new_salt(), by=current_person(), at=clock.now())
        if done:
            flash("Les codes sont tirés et leur empreinte est au journal.", "success")
            return _back(mini_tender_id)
    found = tasting_of(mini_tender)
    if found is None:
        may_act = current_person().has_role(*EVALUATORS)
        return form_page("procurement/tasting_prepare.html", form, mini_tender=mini_tender, may_act=may_act)
    if found.is_closed:
        return _revealed(found)
    return form_page("procurement/tasting.html", form, page=page_of_tasting(found, clock.now()))


@allow(*EVALUATORS)
def receive(mini_tender_id: int, sample_id: int) -> Response:
    """A sample comes: its arrival and its allergens. The page says the name and never the code."""
    sample, at = received_by_name(mini_tender_id, sample_id), clock.now()
    form = ReceptionForm.of(sample, allergen_names(paris_day(at)), at)
    if form.validate_on_submit():
        with attempt(form) as done:
            receive_sample(sample, form.reception(), by=current_person(), at=at)
        if done:
            flash(f"L’échantillon {of(sample.offer.supplier.name)} est reçu.", "success")
            return _back(mini_tender_id)
    return form_page("procurement/tasting_reception.html", form, sample=sample)


@allow(*EVALUATORS)
def miss(mini_tender_id: int, sample_id: int) -> Response:
    """A sample never came."""
    sample, form = received_by_name(mini_tender_id, sample_id), MissingForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            miss_sample(sample, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash(f"L’absence de l’échantillon {of(sample.offer.supplier.name)} est enregistrée.", "success")
            return _back(mini_tender_id)
    return form_page("procurement/tasting_missing.html", form, sample=sample)


@allow(*EVALUATORS)
def label(mini_tender_id: int, sample_id: int) -> Response:
    """The code to stick on a sample, without any name, for who prepared the codes alone."""
    sample = received_by_name(mini_tender_id, sample_id)
    if sample.tasting.prepared_by != current_person().id:
        abort(404)
    answer = make_response(render_template("procurement/tasting_label.html", mini_tender=sample.tasting.mini_tender, code=sample.code))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@allow(*EVALUATORS)
def close(mini_tender_id: int) -> Response:
    """Reveal the names, for good."""
    found, at = own_tasting(mini_tender_id), clock.now()
    announced = found.mini_tender.announced_tasting
    form = CloseForm(data={"held_on": paris_day(announced.happens_at) if announced else paris_day(at)})
    if form.validate_on_submit():
        with attempt(form) as done:
            close_tasting(found, form.held_on.data, by=current_person(), at=at)
        if done:
            flash("La dégustation est close : les noms sont révélés.", "success")
            return _back(mini_tender_id)
    return form_page("procurement/tasting_close.html", form, page=page_of_tasting(found, at))


@allow(*EVALUATORS)
def stop(mini_tender_id: int) -> Response:
    """Give the tasting up, with a reason."""
    found, form = own_tasting(mini_tender_id), StopForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            stop_tasting(found, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash("La dégustation est arrêtée, avec son motif.", "success")
            return _back(mini_tender_id)
    return form_page("procurement/tasting_stop.html", form, page=page_of_tasting(found, clock.now()))


@allow(*EVALUATORS)
def give_marks(mini_tender_id: int) -> Response:
    """Confirm the marks that a closed tasting proposes, with the sentence that each tenderer reads."""
    found = own_tasting(mini_tender_id)
    outcomes = outcomes_of(found) if found.is_closed else abort(404)
    regular = [each for each in outcomes if each.sample.offer.classification == Classification.REGULAR]
    form, criterion = proposed_marks_form(regular, scale_of(found)), criterion_of(found)
    if form.validate_on_submit():
        with attempt(form) as done:
            form.give(criterion.key, by=current_person(), at=clock.now())
        if done:
            flash(f"Les notes « {criterion.label} » sont enregistrées.", "success")
            return redirect(url_for("procurement.evaluation", mini_tender_id=mini_tender_id))
    return form_page("procurement/tasting_marks.html", form, tasting=found, criterion=criterion, scale=scale_of(found), outcomes=regular)


def _revealed(found: Tasting) -> Response:
    """Names, means and spreads, side by side."""
    return make_response(
        render_template(
            "procurement/tasting_result.html",
            tasting=found,
            outcomes=outcomes_of(found),
            committed=committed_text(found),
            scale=scale_of(found),
            may_act=current_person().has_role(*EVALUATORS),
        )
    )


def _draw(mini_tender: MiniTender) -> tuple[int, ...]:
    """A code for each regular offer, that nobody can foresee."""
    regular = sum(offer.classification == Classification.REGULAR for offer in opened_offers(mini_tender))
    return drawn_codes(min(regular, MOST_SAMPLES), secrets.SystemRandom().sample)


def _back(mini_tender_id: int) -> Response:
    return redirect(url_for("procurement.tasting", mini_tender_id=mini_tender_id))
