"""The services of an organisation."""

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import select

from sad import clock
from sad.actions.organisations import change_service, close_service, create_service, reopen_service
from sad.db import transaction
from sad.models.organisations import Service
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.admin.forms import ServiceForm
from sad.web.admin.scope import own_organisation, own_service
from sad.web.paging import page_of


@allow(Role.ADMINISTRATOR)
def services(organisation_id: int) -> str:
    """The services by name, those that are closed too."""
    here = own_organisation(organisation_id)
    page = page_of(select(Service).where(Service.organisation_id == here.id), Service.name, Service.id)
    return render_template("admin/services.html", organisation=here, page=page)


@allow(Role.ADMINISTRATOR)
def create(organisation_id: int) -> Response:
    """A new service."""
    here, form = own_organisation(organisation_id), ServiceForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            service = create_service(here, form.profile(), by=current_person(), at=clock.now())
        if done:
            flash(f"Le service «\u00a0{service.name}\u00a0» peut commander. Donnez à quelqu’un le rôle d’agent demandeur.", "success")
            return redirect(url_for("admin.services", organisation_id=organisation_id))
    return form_page("admin/service_form.html", form, organisation=here, service=None)


@allow(Role.ADMINISTRATOR)
def change(organisation_id: int, service_id: int) -> Response:
    """Correct what is known of a service."""
    service = own_service(organisation_id, service_id)
    form = ServiceForm(obj=service)
    if form.validate_on_submit():
        with attempt(form) as done:
            change_service(service, form.profile(), by=current_person(), at=clock.now())
        if done:
            flash("Le service est à jour.", "success")
            return redirect(url_for("admin.services", organisation_id=organisation_id))
    return form_page("admin/service_form.html", form, organisation=service.organisation, service=service)


@allow(Role.ADMINISTRATOR)
def close(organisation_id: int, service_id: int) -> Response:
    """Let a service order nothing more."""
    service = own_service(organisation_id, service_id)
    with transaction():
        close_service(service, by=current_person(), at=clock.now())
    flash(f"Le service «\u00a0{service.name}\u00a0» ne commande plus. Ce qu’il a commandé reste.", "success")
    return redirect(url_for("admin.services", organisation_id=organisation_id))


@allow(Role.ADMINISTRATOR)
def reopen(organisation_id: int, service_id: int) -> Response:
    """Let a closed service order again."""
    service = own_service(organisation_id, service_id)
    with transaction():
        reopen_service(service, by=current_person(), at=clock.now())
    flash(f"Le service «\u00a0{service.name}\u00a0» commande à nouveau.", "success")
    return redirect(url_for("admin.services", organisation_id=organisation_id))
