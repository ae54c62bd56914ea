"""The pages on which a shorter deadline is agreed with the suppliers, for the service that writes a need and for its buyers."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for

from sad import clock
from sad.actions.deadline_agreements import (
    ask_agreement,
    ask_newcomers,
    check_wish,
    days_of_law,
    faults_of_asking,
    newcomers_of,
    standing_of,
    withdraw_agreement_request,
)
from sad.actions.deadline_requests import lack_of, running_request
from sad.actions.launches import admitted_to, first_possible_deadline, proposed_deadline
from sad.actions.mini_tenders import NeedChange, check_screen, save_need
from sad.domain.deadline_agreements import proposed_answer_date
from sad.domain.errors import Refused
from sad.letters import deadline_agreements as letters
from sad.letters.wording import moment, plural
from sad.models.deadline_agreements import DeadlineRequest
from sad.models.mini_tenders import MiniTender
from sad.web.access import current_person
from sad.web.acts import attempt, form_page
from sad.web.drafts import VersionedForm, keep
from sad.web.fields import Form, ParisDateTimeField, Required
from sad.web.running import site_address


@dataclass(frozen=True, slots=True)
class Side:
    """The addresses of one audience: each page of an agreement, the need, where its deadline is chosen, where it is sent."""

    agreement: str
    ask: str
    withdraw: str
    newcomers: str
    ten_days: str
    need: str
    deadline: str
    check: str
    all_needs: tuple[str, str]


class AskForm(VersionedForm):
    """Until when suppliers may answer."""

    answers_by = ParisDateTimeField(
        "Les fournisseurs disent oui ou non au plus tard le",
        [Required("Donnez le jour et l’heure.")],
        description="Laissez-leur un ou deux jours ouvrés : beaucoup lisent leurs courriels le soir.",
    )


def agreement_page(need: MiniTender, side: Side) -> Response:
    """Who agreed, who refused, who is silent, what remains; whoever comes before anything was asked is led to ask."""
    if running_request(need) is None:
        return redirect(url_for(side.ask, mini_tender_id=need.id))
    return _follow(need, side, VersionedForm(formdata=None, data={"version": need.version}), clock.now())


def ask_page(need: MiniTender, side: Side) -> Response:
    """Until when to answer, then the consequences and the letter, then the act."""
    at = clock.now()
    _lead_to_running(need, side, at)
    proposed = proposed_answer_date(at, need.wanted_closes_at) if check_wish(need, at).wanted_closes_at else None
    form = AskForm(data={"answers_by": proposed, "version": need.version})
    asked = admitted_to(need, at)
    if form.validate_on_submit() and _may_ask(form, need, at):
        if "confirm" not in request.form:
            return _confirmation(form, need, side, [each.name for each in asked], at)
        if _ask(form, need, at):
            flash(f"La demande est partie à {plural(len(asked), 'fournisseur')}.", "success")
            return redirect(url_for(side.agreement, mini_tender_id=need.id))
    return form_page("deadline_agreements/ask.html", form, need=need, side=side, asked=asked, days=days_of_law(at))


def withdraw_page(need: MiniTender, side: Side) -> Response:
    """Give the request up, once one has read who is told and what."""
    running, form = running_request(need), Form()
    if running is None:
        return redirect(url_for(side.check, mini_tender_id=need.id))
    if form.validate_on_submit():
        with attempt(form) as done:
            withdraw_agreement_request(running, by=current_person(), at=clock.now())
        if done:
            flash("La demande est retirée. Chaque fournisseur interrogé en est prévenu.", "success")
            return redirect(url_for(side.check, mini_tender_id=need.id))
    letter = letters.ended(need, running.closes_at)
    told = [each.supplier.name for each in running.answers]
    return form_page("deadline_agreements/withdraw.html", form, need=need, side=side, told=told, letter=letter)


def newcomers_page(need: MiniTender, side: Side) -> Response:
    """Ask the same of those admitted since."""
    running, form, at = running_request(need), Form(), clock.now()
    if running is None:
        return redirect(url_for(side.check, mini_tender_id=need.id))
    if form.validate_on_submit():
        with attempt(form) as done:
            asked = ask_newcomers(running, home=site_address(), by=current_person(), at=at)
        if done:
            flash(f"La demande est partie à {plural(len(asked), 'nouveau fournisseur', 'nouveaux fournisseurs')}.", "success")
            return redirect(url_for(side.agreement, mini_tender_id=need.id))
    return _follow(need, side, form, at)


def ten_days_page(need: MiniTender, side: Side) -> Response:
    """Take the date that the law allows alone; the request is dropped, and whoever was asked is told."""
    form, at = VersionedForm(), clock.now()
    change = NeedChange(wanted_closes_at=proposed_deadline(at))
    if form.validate_on_submit() and keep(form, need, change, "closes_at", "service_on", at=at):
        flash(f"La date limite est maintenant le {moment(change.wanted_closes_at)} : le délai de la loi.", "success")
        return redirect(url_for(side.check, mini_tender_id=need.id))
    if running_request(need) is None:
        return redirect(url_for(side.check, mini_tender_id=need.id))
    return _follow(need, side, form, at)


def keep_to_ask(form: VersionedForm, need: MiniTender, change: NeedChange, *fields: str, at: datetime) -> bool:
    """Save what a page changes with a deadline that only the suppliers' agreement allows; whether it is saved."""
    with attempt(form) as done:
        save_need(need, change, version=form.version.data, by=current_person(), at=at)
        check_screen(need, set(fields) - {"closes_at"}, at=at)
        check_wish(need, at)
    if not done:
        form.note_crossing(need)
    return bool(done)


def is_short(closes_at: datetime | None, at: datetime) -> bool:
    """Whether that deadline is to come, and too close for the law alone."""
    return closes_at is not None and at < closes_at < first_possible_deadline(at)


def _lead_to_running(need: MiniTender, side: Side, at: datetime) -> None:
    """One request runs at a time: whoever comes to ask again is led to it, unless its hour has passed in vain."""
    running = running_request(need)
    if running is not None and (at <= running.answers_by or standing_of(running, at).is_complete):
        abort(redirect(url_for(side.agreement, mini_tender_id=need.id)))


def _may_ask(form: AskForm, need: MiniTender, at: datetime) -> bool:
    """Whether nothing forbids it; else the form says all that does."""
    faults = faults_of_asking(need, form.answers_by.data, at)
    form.take(Refused(*faults))
    return not faults


def _ask(form: AskForm, need: MiniTender, at: datetime) -> bool:
    """Send what the page showed, on the version that it showed."""
    by = current_person()
    with attempt(form) as done:
        save_need(need, NeedChange(), version=form.version.data, by=by, at=at)
        ask_agreement(need, form.answers_by.data, home=site_address(), by=by, at=at)
    if not done:
        form.note_crossing(need)
    return bool(done)


def _confirmation(form: AskForm, need: MiniTender, side: Side, told: list[str], at: datetime) -> Response:
    assert need.wanted_closes_at is not None and form.answers_by.data is not None
    days = days_of_law(at)
    letter = letters.request(need, closes_at=need.wanted_closes_at, answers_by=form.answers_by.data, days=days, home=site_address())
    context = {"need": need, "side": side, "told": told, "letter": letter, "days": days}
    return make_response(render_template("deadline_agreements/ask_confirm.html", form=form, **context))


def _follow(need: MiniTender, side: Side, form: Form, at: datetime) -> Response:
    running = running_request(need)
    assert running is not None
    invitees = admitted_to(need, at)
    return form_page(
        "deadline_agreements/agreement.html",
        form,
        need=need,
        side=side,
        running=running,
        found=standing_of(running, at),
        rows=_rows(running),
        invited={each.id for each in invitees},
        newcomers=newcomers_of(running, at),
        lack=lack_of(running, invitees, at),
        days=days_of_law(at),
        proposed=proposed_deadline(at),
        is_over=at > running.answers_by,
    )


def _rows(running: DeadlineRequest) -> list[tuple[str, object]]:
    """Who was asked, by name."""
    return sorted(((each.supplier.name, each) for each in running.answers), key=lambda row: row[0])
