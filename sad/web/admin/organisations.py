"""Organisations: all of them for the instance's administrator, its own for the others."""

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import func, select

from sad import clock
from sad.actions.administrators import is_instance_administrator
from sad.actions.organisations import change_organisation, create_organisation
from sad.db import session
from sad.models.organisations import Organisation, Service
from sad.models.people import Person, Role
from sad.web.access import allow, allow_instance, current_person
from sad.web.acts import attempt, form_page
from sad.web.admin.forms import OrganisationForm
from sad.web.admin.scope import own_organisation
from sad.web.paging import page_of
from sad.web.service_state import troubles


@allow(Role.ADMINISTRATOR)
def home() -> str | Response:
    """The organisations of the instance; whoever administers a single one goes there."""
    person = current_person()
    if not is_instance_administrator(person):
        return redirect(url_for("admin.organisation", organisation_id=person.organisation_id))
    page = page_of(select(Organisation), Organisation.name, Organisation.id)
    return render_template("admin/organisations.html", page=page, troubles=troubles())


@allow_instance
def create() -> Response:
    """A new organisation."""
    form = OrganisationForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            organisation = create_organisation(form.profile(), by=current_person(), at=clock.now())
        if done:
            flash(f"{organisation.name} est dans l’instance. Il lui faut maintenant un administrateur.", "success")
            return redirect(url_for("admin.create_agent", organisation_id=organisation.id))
    return form_page("admin/organisation_form.html", form, organisation=None)


@allow(Role.ADMINISTRATOR)
def organisation(organisation_id: int) -> str:
    """What is known of an organisation, with its services and its people."""
    here = own_organisation(organisation_id)
    return render_template(
        "admin/organisation.html",
        organisation=here,
        services=_count(Service, here),
        people=_count(Person, here),
        is_instance=is_instance_administrator(current_person()),
        troubles=troubles(),
    )


@allow(Role.ADMINISTRATOR)
def change(organisation_id: int) -> Response:
    """Correct what is known of an organisation."""
    here = own_organisation(organisation_id)
    form = OrganisationForm(obj=here)
    if form.validate_on_submit():
        with attempt(form) as done:
            change_organisation(here, form.profile(), by=current_person(), at=clock.now())
        if done:
            flash("La fiche est à jour.", "success")
            return redirect(url_for("admin.organisation", organisation_id=organisation_id))
    return form_page("admin/organisation_form.html", form, organisation=here)


def _count(kind: type[Service] | type[Person], organisation: Organisation) -> int:
    return session.scalar(select(func.count(kind.id)).where(kind.organisation_id == organisation.id)) or 0
