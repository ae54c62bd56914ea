"""From a template to a need ready to leave, in six short screens; each keeps what it asked before the next one shows."""

from datetime import datetime

from flask import Response, flash, redirect, request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from sad import clock, db
from sad.actions.announced_tastings import judged_at
from sad.actions.deadline_requests import running_request
from sad.actions.launches import deadline_words
from sad.actions.mini_tenders import fill_lines, refilled_lines, start_mini_tender
from sad.clause_library import clauses
from sad.domain.calendar import paris_day
from sad.domain.forbidden_words import find_forbidden_words
from sad.domain.sentences import listed
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.models.systems import PurchasingSystem
from sad.need_templates import NeedTemplate, need_templates
from sad.web.access import allow, current_organisation, current_person
from sad.web.acts import attempt, form_page
from sad.web.agent.forms import BudgetForm, ConstraintsForm, GuestsForm, StartForm
from sad.web.agent.own import own_draft, own_services
from sad.web.agent.screens import SCREENS, screen
from sad.web.agent.tasting_form import tasting_values
from sad.web.deadline_agreements import is_short, keep_to_ask
from sad.web.drafts import keep


@allow(Role.REQUESTER)
def start() -> Response:
    """« Modèle »: what is needed."""
    at, services = clock.now(), own_services()
    systems = systems_by_template(at)
    templates = [each for each in need_templates().values() if each.key in systems]
    form = StartForm().offer(templates, services)
    if services and form.validate_on_submit():
        need = _start(form, systems[form.template.data], at)
        if need:
            return redirect(url_for("agent.guests", mini_tender_id=need.id))
    return form_page("agent/start.html", form, steps=[label for label, _ in SCREENS], templates=templates, services=services)


@allow(Role.REQUESTER)
def guests(mini_tender_id: int) -> Response:
    """« Convives et date »."""
    need, at = own_draft(mini_tender_id), clock.now()
    form = GuestsForm(obj=need)
    if form.validate_on_submit():
        change = form.change(refilled_lines(need, _template(need), form.guests.data))
        asks = "ask" in request.form
        if (keep_to_ask if asks else keep)(form, need, change, *GuestsForm.ASKED_AS, at=at):
            return redirect(url_for("agent.ask_deadline_agreement" if asks else "agent.constraints", mini_tender_id=need.id))
    reasons, advice = deadline_words(at)
    around = {"is_short": is_short(form.wanted_closes_at.data, at), "asked": running_request(need)}
    return screen("agent/guests.html", 1, form, need, at, reasons=reasons, advice=advice, **around)


@allow(Role.REQUESTER)
def constraints(mini_tender_id: int) -> Response:
    """« Contraintes »."""
    need, at = own_draft(mini_tender_id), clock.now()
    form = ConstraintsForm(obj=need, **tasting_values(need.announced_tasting))
    form.offer(judged_at(need, at))
    if form.validate_on_submit() and keep(form, need, form.change(), "tasting", at=at):
        _warn_of_words(form)
        return redirect(url_for("agent.budget", mini_tender_id=need.id))
    if not form.is_submitted():
        form.constraints.data = form.show(need.constraints)
    return screen("agent/constraints.html", 2, form, need, at, library=clauses().values())


@allow(Role.REQUESTER)
def budget(mini_tender_id: int) -> Response:
    """« Budget »: quantities, and the most they may cost."""
    need, at = own_draft(mini_tender_id), clock.now()
    form, model = BudgetForm(obj=need), _template(need)
    if form.validate_on_submit() and keep(form, need, form.change(), "budget", "lines", at=at):
        next_screen = "agent.budget" if "more" in request.form else "agent.weights"
        return redirect(url_for(next_screen, mini_tender_id=need.id))
    if not form.is_submitted():
        form.complete(fill_lines(model, need.guests or 1) if not need.lines else (), model.budget(need.guests or 1))
    return screen("agent/budget.html", 3, form, need, at, model=model)


def systems_by_template(at: datetime) -> dict[str, PurchasingSystem]:
    """For each template that can be bought now, the system that buys it: of several, the last begun."""
    today = paris_day(at)
    running = (
        select(PurchasingSystem)
        .where(
            PurchasingSystem.organisation_id == current_organisation().id,
            PurchasingSystem.opened_at <= at,
            PurchasingSystem.valid_from <= today,
            PurchasingSystem.valid_until >= today,
            or_(PurchasingSystem.ended_at.is_(None), PurchasingSystem.ended_at > at),
        )
        .options(selectinload(PurchasingSystem.categories))
        .order_by(PurchasingSystem.valid_from, PurchasingSystem.id)
    )
    by_category = {category.key: system for system in db.session.scalars(running) for category in system.categories}
    return {key: by_category[each.category] for key, each in need_templates().items() if each.category in by_category}


def _start(form: StartForm, system: PurchasingSystem, at: datetime) -> MiniTender | None:
    service = next(each for each in own_services() if each.id == form.service.data)
    with attempt(form) as done:
        need = start_mini_tender(service, need_templates()[form.template.data], system=system, by=current_person(), at=at)
    return need if done else None


def _template(need: MiniTender) -> NeedTemplate:
    return need_templates()[need.template]


def _warn_of_words(form: ConstraintsForm) -> None:
    """CRI-08, as soon as the words are typed; the reason is asked at the end."""
    found = find_forbidden_words(f"{form.constraints.data}\n{form.dietary_needs.data}", strict=False)
    if found:
        words = listed([f"« {word} »" for word in found])
        flash(f"{words} : l’origine ou la distance ne peuvent pas compter (R2111-7). Reformulez, ou donnez une raison à la fin.", "warning")
