"""The suppliers admitted, by category, and the history of each admission."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad import clock
from sad.actions.letters import people_of
from sad.actions.members import invite_member
from sad.db import session
from sad.domain.calendar import paris_day
from sad.models.admissions import Admission, AdmissionState, admitted_on
from sad.models.consortiums import consortium_of
from sad.models.people import Person, Role
from sad.models.systems import Category
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import EmailField, Form, Required
from sad.web.paging import capped_count, page_of
from sad.web.running import site_address

WORDS = {
    AdmissionState.ADMITTED: ("Admis", "green"),
    AdmissionState.SUSPENDED: ("Suspendu", "apricot"),
    AdmissionState.REMOVED: ("Radié", "red"),
}


class InviteForm(Form):
    email = EmailField("Adresse e-mail de la personne", [Required("Écrivez son adresse.")], render_kw={"autocomplete": "off"})


@allow(Role.BUYER, Role.AUDITOR)
def admissions() -> str:
    """Those admitted to a category, or to any, the last first."""
    categories = session.scalars(
        select(Category)
        .where(Category.organisation_id == current_organisation().id)
        .options(joinedload(Category.system))
        .order_by(Category.system_id, Category.id)
    ).all()
    chosen = next((each for each in categories if str(each.id) == request.args.get("categorie")), None)
    query = _own().where(Admission.category_id == chosen.id) if chosen else _own()
    page = page_of(
        query.options(joinedload(Admission.supplier), joinedload(Admission.category)), Admission.admitted_at, Admission.id, descending=True
    )
    return render_template(
        "procurement/admissions.html",
        page=page,
        categories=categories,
        chosen=chosen,
        count=capped_count(query.where(admitted_on(paris_day(clock.now()))).with_only_columns(Admission.id)),
        words=WORDS,
    )


@allow(Role.BUYER, Role.AUDITOR)
def admission(admission_id: int) -> Response:
    """One admission: who acts for the supplier, and every decision since the first."""
    return _admission_page(_own_admission(admission_id), InviteForm(formdata=None))


@allow(Role.BUYER)
def invite(admission_id: int) -> Response:
    """Give a way back in to a supplier for which nobody acts any more; with somebody there, inviting is theirs alone: 404."""
    found, form = _own_admission(admission_id), InviteForm()
    if people_of(found.supplier):
        abort(404)
    if form.validate_on_submit():
        with attempt(form) as done:
            invite_member(found.supplier, form.email.data, link=_join_link, by=current_person(), at=clock.now())
        if done:
            flash(f"L’invitation part à {form.email.data}. Elle vaut quinze jours.", "success")
            return redirect(url_for("procurement.admission", admission_id=found.id))
    return _admission_page(found, form)


def _admission_page(found: Admission, form: InviteForm) -> Response:
    deciders = {each.decided_by for each in found.events}
    names = {person.id: person.name for person in session.scalars(select(Person).where(Person.id.in_(deciders)))}
    context = {"admission": found, "words": WORDS, "names": names, "people": people_of(found.supplier)}
    context["group"] = consortium_of(found.supplier)
    context["may_invite"] = current_person().has_role(Role.BUYER)
    return form_page("procurement/admission.html", form, **context)


def _own_admission(admission_id: int) -> Admission:
    return own_or_404(
        _own()
        .where(Admission.id == admission_id)
        .options(
            joinedload(Admission.supplier),
            joinedload(Admission.category).joinedload(Category.system),
            selectinload(Admission.events),
        )
    )


def _join_link(token: str) -> str:
    return site_address() + url_for("public.join", token=token)


def _own() -> Select[tuple[Admission]]:
    return select(Admission).where(Admission.organisation_id == current_organisation().id)
