"""Sittings of the committee: convening, holding, closing, the minutes."""

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for

from sad import clock
from sad.actions import minutes as acts
from sad.actions.committees import first_possible_day, proposed_moment
from sad.actions.opinions import Waiting, waiting_rankings
from sad.actions.sittings import Convening, cancel_sitting, convene_sitting, convening_faults, titles_of
from sad.domain.errors import Refused
from sad.letters import committees as letters
from sad.models.committees import Committee
from sad.models.people import Role
from sad.models.sittings import Sitting
from sad.reports.minutes import minutes_file_name, minutes_pdf
from sad.web.access import allow, current_organisation, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.committee_forms import CancelSittingForm, ConveningForm, VersionForm, last_words, sheet_form
from sad.web.procurement.committees import COMMITTEE_READERS, own_committee
from sad.web.procurement.interests import require_declaration
from sad.web.uploads import as_download


@allow(*COMMITTEE_READERS)
def sitting(sitting_id: int) -> str:
    """The agenda, who sat, and the opinions once it is closed; titles only, nobody who answered."""
    found = own_sitting(sitting_id)
    return render_template(
        "procurement/sitting.html",
        sitting=found,
        outcomes=acts.outcomes_of(found) if found.closed_at else [],
        is_intact=found.closed_at is None or acts.fingerprint_of(found) == found.fingerprint,
        may_act=current_person().has_role(Role.BUYER) and found.is_live,
        missing=acts.closing_faults(found) if found.is_live and found.presences else [],
    )


@allow(Role.BUYER)
def convene() -> Response:
    """When, where, on what; then the letters as they will go; then the act."""
    committee, at = own_committee(), clock.now()
    waiting = waiting_rankings(committee)
    form = ConveningForm.of(waiting, held_at=proposed_moment(committee, at), place=committee.place)
    if form.validate_on_submit():
        convening = form.convening(waiting)
        form.take(Refused(*convening_faults(committee, convening, at)))
        if not form.errors and not form.refusals:
            return _confirm_or_convene(form, committee, convening, waiting)
    return _convening_page(form, committee, waiting)


@allow(Role.BUYER)
def hold(sitting_id: int) -> Response:
    """The sheet of the sitting, on one screen: presences, then each file with its votes."""
    found = _live_sitting(sitting_id)
    for item in found.items:
        require_declaration(item.ranking.mini_tender)
    form = sheet_form(found, acts.titulars_of(found))
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.write_sitting(found, form.sheet(), version=form.version.data, by=current_person(), at=clock.now())
        if done:
            flash("La séance est enregistrée. Relisez, puis clôturez.", "success")
            return redirect(url_for("procurement.sitting", sitting_id=sitting_id))
        form.version.data = own_sitting(sitting_id).version
    return form_page("procurement/sitting_sheet.html", form, sitting=found)


@allow(Role.BUYER)
def close(sitting_id: int) -> Response:
    """Freeze the sitting; what the minutes will say is shown before."""
    found = _live_sitting(sitting_id)
    for item in found.items:
        require_declaration(item.ranking.mini_tender)
    form = VersionForm(data={"version": found.version})
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.close_sitting(found, version=form.version.data, by=current_person(), at=clock.now())
        if done:
            flash("La séance est close. Le procès-verbal est prêt.", "success")
            return redirect(url_for("procurement.sitting", sitting_id=sitting_id))
    shown = {"outcomes": acts.outcomes_of(found), "missing": acts.closing_faults(found)}
    return form_page("procurement/sitting_close.html", form, sitting=found, **shown)


@allow(Role.BUYER)
def cancel(sitting_id: int) -> Response:
    """Give the sitting up, and tell its members why."""
    found, form = _live_sitting(sitting_id), CancelSittingForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            cancel_sitting(found, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash("La séance est annulée. Ses membres sont prévenus.", "success")
            return redirect(url_for("procurement.committee"))
    return form_page("procurement/sitting_cancel.html", form, sitting=found)


@allow(*COMMITTEE_READERS)
def minutes(sitting_id: int) -> Response:
    """The minutes of a closed sitting, for whoever has declared no interest in its files."""
    found = own_sitting(sitting_id)
    if found.closed_at is None:
        abort(404)
    for item in found.items:
        require_declaration(item.ranking.mini_tender)
    pdf = minutes_pdf(found, acts.outcomes_of(found), acts.fingerprint_of(found))
    return as_download(pdf, media_type="application/pdf", name=minutes_file_name(found))


def own_sitting(sitting_id: int) -> Sitting:
    """A sitting of the committee of the organisation; 404 otherwise."""
    return acts.sitting_with_all(sitting_id, current_organisation().id) or abort(404)


def _live_sitting(sitting_id: int) -> Sitting:
    """One that may still be acted upon; a closed or cancelled one leads to its page."""
    found = own_sitting(sitting_id)
    if not found.is_live:
        abort(redirect(url_for("procurement.sitting", sitting_id=sitting_id)))
    return found


def _confirm_or_convene(form: ConveningForm, committee: Committee, convening: Convening, waiting: list[Waiting]) -> Response:
    if "confirm" not in request.form:
        return _confirmation(form, committee, convening)
    with attempt(form) as done:
        made = convene_sitting(committee, convening, by=current_person(), at=clock.now())
    if not done:
        return _convening_page(form, committee, waiting)
    flash("La commission est convoquée. Les lettres partent.", "success")
    return redirect(url_for("procurement.sitting", sitting_id=made.id))


def _convening_page(form: ConveningForm, committee: Committee, waiting: list[Waiting]) -> Response:
    around = {"waiting": waiting, "hints": last_words(waiting), "first": first_possible_day(clock.now())}
    return form_page("procurement/sitting_convene.html", form, committee=committee, **around)


def _confirmation(form: ConveningForm, committee: Committee, convening: Convening) -> Response:
    """Who is convened, and the letter of a titular and of a substitute as they will go."""
    shown = [*committee.titulars[:1], *committee.substitutes[:1]]
    texts = [(each.name, letters.convened(committee, each, convening.held_at, convening.place, titles_of(convening))) for each in shown]
    return make_response(
        render_template(
            "procurement/sitting_convene_confirm.html",
            form=form,
            committee=committee,
            convening=convening,
            told=[member.name for member in committee.sitting_members],
            letters=[(name, text.subject, text.body) for name, text in texts],
            kept=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "confirm")],
        )
    )
