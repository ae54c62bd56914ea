"""Agents: finding them, opening an account for one."""

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import Select, or_, select

from sad import clock
from sad.actions.shared_acts import invite_or_ask
from sad.db import session
from sad.letters.people import role_lines
from sad.models.organisations import Organisation, Service
from sad.models.people import Person, Role
from sad.web.access import allow, allow_instance, current_person
from sad.web.acts import attempt, form_page
from sad.web.admin.forms import HINTS, AdministratorForm, AgentForm
from sad.web.admin.scope import agents, own_organisation, password_link
from sad.web.paging import page_of
from sad.web.running import site_address

ASKED = "La demande est faite. Une autre personne la lit et l’approuve dans les 24 heures ; l’invitation part alors."


@allow(Role.ADMINISTRATOR)
def people(organisation_id: int) -> str:
    """The agents of an organisation by name; `?q=` keeps those whose name or address holds these letters."""
    here, wanted = own_organisation(organisation_id), request.args.get("q", "").strip()
    page = page_of(_found(wanted).where(Person.organisation_id == here.id), Person.name, Person.id)
    return render_template("admin/people.html", organisation=here, page=page, wanted=wanted, role_lines=role_lines)


@allow_instance
def administrators() -> str:
    """The administrators of the whole instance."""
    page = page_of(agents().where(Person.organisation_id.is_(None)), Person.name, Person.id)
    return render_template("admin/people.html", organisation=None, page=page, wanted="", role_lines=role_lines)


@allow(Role.ADMINISTRATOR)
def create(organisation_id: int) -> Response:
    """Open the account of an agent, with its first roles."""
    here = own_organisation(organisation_id)
    return _open_account(AgentForm(open_services(here)), here)


@allow_instance
def create_administrator() -> Response:
    """Open the account of an administrator of the instance."""
    return _open_account(AdministratorForm(), None)


def open_services(organisation: Organisation) -> list[Service]:
    """The services of an organisation that may order, by name."""
    query = select(Service).where(Service.organisation_id == organisation.id, Service.closed_at.is_(None))
    return list(session.scalars(query.order_by(Service.name)))


def _found(wanted: str) -> Select[tuple[Person]]:
    query = agents()
    if wanted:
        query = query.where(or_(Person.name.icontains(wanted, autoescape=True), Person.email.icontains(wanted, autoescape=True)))
    return query


def _open_account(form: AdministratorForm, here: Organisation | None) -> Response:
    if form.validate_on_submit():
        facts = {"name": form.name.data, "email": form.email.data, "grants": form.grants()}
        with attempt(form) as done:
            person = invite_or_ask(here, **facts, link=password_link, home=site_address(), by=current_person(), at=clock.now())
        if done:
            flash(f"L’invitation part à {person.email}. Elle vaut quinze jours." if person else ASKED, "success")
            return redirect(url_for("admin.agent", person_id=person.id) if person else _people_of(here))
    return form_page("admin/agent_form.html", form, organisation=here, hints=HINTS)


def _people_of(here: Organisation | None) -> str:
    return url_for("admin.people", organisation_id=here.id) if here else url_for("admin.administrators")
