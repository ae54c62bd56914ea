"""The jury of a blind tasting: who is in it, their sheets to print and to type. Codes here, and never a supplier's name."""

from flask import Response, flash, redirect, url_for
from sqlalchemy import select

from sad import clock
from sad.actions.tasting_juries import enrol_juror, release_juror, type_sheet
from sad.actions.tastings import allergen_names, criterion_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.tastings import tasting_order
from sad.models.people import Person
from sad.models.tastings import Tasting, TastingJuror
from sad.reports.tasting import sheets_file_name, sheets_pdf
from sad.web.access import allow, current_organisation, current_person
from sad.web.acts import attempt, form_page
from sad.web.procurement.opened import EVALUATORS, READERS
from sad.web.procurement.own_tastings import juror_of, own_tasting, page_of_tasting, scale_of
from sad.web.procurement.tasting_forms import JurorForm, ReleaseForm, sheet_form
from sad.web.uploads import as_download


@allow(*EVALUATORS)
def enrol(mini_tender_id: int) -> Response:
    """Add somebody to the jury."""
    found = own_tasting(mini_tender_id)
    people = _possible(found)
    form = JurorForm().offer(people)
    if form.validate_on_submit():
        person = next((each for each in people if each.id == form.person.data), None)
        said = {"name": form.name.data or "", "title": form.title.data or "", "has_conflict": form.has_conflict.data == "yes"}
        with attempt(form) as done:
            juror = enrol_juror(found, person=person, **said, by=current_person(), at=clock.now())
        if done:
            flash(f"{juror.name} est dans le jury.", "success")
            return _back(mini_tender_id)
    return form_page("procurement/tasting_juror.html", form, page=page_of_tasting(found, clock.now()))


@allow(*EVALUATORS)
def release(mini_tender_id: int, juror_id: int) -> Response:
    """Go on without a juror."""
    found = own_tasting(mini_tender_id)
    juror, form = juror_of(found, juror_id), ReleaseForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            release_juror(juror, form.reason.data, by=current_person(), at=clock.now())
        if done:
            flash(f"{juror.name} ne goûte pas.", "success")
            return _back(mini_tender_id)
    return form_page("procurement/tasting_release.html", form, juror=juror, mini_tender=found.mini_tender)


@allow(*EVALUATORS)
def sheet(mini_tender_id: int, juror_id: int) -> Response:
    """The sheet of one juror, by code, to be typed on a phone."""
    found, at = own_tasting(mini_tender_id), clock.now()
    juror, scale = juror_of(found, juror_id), scale_of(found)
    form = sheet_form(_order(found, juror), scale)
    if form.validate_on_submit():
        with attempt(form) as done:
            type_sheet(juror, form.typed(), by=current_person(), at=at)
        if done:
            flash(f"La fiche de {juror.name} est enregistrée.", "success")
            return _back(mini_tender_id)
    names = allergen_names(paris_day(at))
    allergens = {sample.code: [names[each] for each in sample.allergens or ()] for sample in found.tasted}
    around = {"criterion": criterion_of(found), "scale": scale, "allergens": allergens, "page": page_of_tasting(found, at)}
    return form_page("procurement/tasting_sheet.html", form, juror=juror, **around)


@allow(*READERS)
def sheets(mini_tender_id: int) -> Response:
    """The sheets to print, one page for each juror."""
    found = own_tasting(mini_tender_id)
    pdf = sheets_pdf(found, criterion_of(found), allergen_names(paris_day(clock.now())))
    return as_download(pdf, media_type="application/pdf", name=sheets_file_name(found))


def _order(found: Tasting, juror: TastingJuror) -> tuple[int, ...]:
    """The codes in the order of this juror's printed sheet."""
    return tasting_order([sample.code for sample in found.tasted], found.jurors.index(juror))


def _possible(found: Tasting) -> list[Person]:
    """The agents who may still taste: not who drew the codes, not who is there already."""
    taken = {juror.person_id for juror in found.jurors} | {found.prepared_by}
    agents = select(Person).where(Person.organisation_id == current_organisation().id, Person.is_active)
    return [each for each in session.scalars(agents.order_by(Person.name, Person.id)) if each.id not in taken]


def _back(mini_tender_id: int) -> Response:
    return redirect(url_for("procurement.tasting", mini_tender_id=mini_tender_id))
