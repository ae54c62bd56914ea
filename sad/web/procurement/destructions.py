"""Papers whose time has come: the list with what still keeps each one, asking for a destruction, its certificate."""

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from wtforms import StringField
from wtforms.validators import Length

from sad import clock
from sad.actions.application_retention import applications_destruction, gathered_of, old_categories
from sad.actions.retention import lives_of, old_mini_tenders, retention_law
from sad.actions.shared_acts import ask_destruction
from sad.actions.shared_keeping import GOING, Kept, keeping_faults_of, remains_and_going
from sad.domain.calendar import paris_day
from sad.domain.retention import applications_clock, applications_faults, clocks_of, keeping_faults
from sad.models.destructions import Destruction
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from sad.models.systems import Category
from sad.reports.destruction import destruction_file_name, destruction_pdf
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, Required
from sad.web.kept import say_destroyed
from sad.web.paging import page_of
from sad.web.procurement.mini_tenders import own_mini_tender
from sad.web.procurement.own import own_system
from sad.web.running import site_address
from sad.web.uploads import as_download

READERS = (Role.BUYER, Role.AWARD_AUTHORITY, Role.AUDITOR)


class VisaForm(Form):
    visa = StringField(
        "Visa des archives",
        [Required("Recopiez la référence de leur accord."), Length(max=200, message="200 caractères au plus.")],
        description="La référence du bordereau visé par le directeur des archives départementales.",
    )


@allow(*READERS)
def to_destroy() -> str:
    """The oldest mini-tenders first, with the clocks of each and what still keeps it."""
    at = clock.now()
    page = page_of(old_mini_tenders(current_organisation(), at), MiniTender.closes_at, MiniTender.id)
    lives, law, day = lives_of(page.rows), retention_law(at), paris_day(at)
    told = {each.id: (clocks_of(lives[each.id], law), list(keeping_faults(lives[each.id], law, day))) for each in page.rows}
    categories = old_categories(current_organisation(), at)
    gathered = gathered_of(categories)
    told_of = {number: (applications_clock(each, law), list(applications_faults(each, law, day))) for number, each in gathered.items()}
    shown = {"categories": categories, "told_of": told_of, "may_ask": current_person().has_role(Role.BUYER)}
    return render_template("procurement/to_destroy.html", page=page, told=told, law=law, **shown)


@allow(*READERS)
def destroyed() -> str:
    """The destructions, the last first, each with its certificate."""
    page = page_of(_own(), Destruction.destroyed_at, Destruction.id, descending=True)
    return render_template("procurement/destroyed.html", page=page)


@allow(Role.BUYER)
def ask(mini_tender_id: int) -> Response:
    """Ask for the destruction of a mini-tender's papers, under the visa of the archives; another person approves."""
    found = own_mini_tender(mini_tender_id)
    return _ask(found, f"Détruire le dossier : {found.title}")


@allow(Role.BUYER)
def ask_applications(system_id: int, category_id: int) -> Response:
    """Ask for the destruction of the applications to a category."""
    of_it = select(Category).where(Category.id == category_id, Category.system_id == own_system(system_id).id)
    found = own_or_404(of_it)
    destruction = applications_destruction(found.id)
    if destruction is not None:
        say_destroyed(destruction, f"candidatures, {found.label}")
    return _ask(found, f"Détruire les candidatures : {found.label}")


@allow(*READERS)
def certificate(destruction_id: int) -> Response:
    """The certificate of a destruction, as PDF."""
    found = own_or_404(_own().where(Destruction.id == destruction_id))
    return as_download(destruction_pdf(found), media_type="application/pdf", name=destruction_file_name(found))


def _ask(found: Kept, title: str) -> Response:
    form, at = VisaForm(), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            asked = ask_destruction(found, form.visa.data, home=site_address(), by=current_person(), at=at)
        if done:
            flash("La demande est faite. Une autre personne la lit et l’approuve dans les 24 heures.", "success")
            return redirect(url_for("account.approval", approval_id=asked.id))
    faults = keeping_faults_of(found, at)
    # How many deposits there are is told to nobody while they may still be opened (SEC-01).
    remains, going = ([], []) if faults else remains_and_going(found, at)
    shown = {"title": title, "words": f"{GOING[type(found)]}Pour toujours.", "remains": remains, "going": going}
    return form_page("procurement/ask_destruction.html", form, faults=faults, **shown)


def _own() -> Select[tuple[Destruction]]:
    people = (joinedload(person).lazyload(Person.roles) for person in (Destruction.asker, Destruction.approver))
    around = map(joinedload, (Destruction.organisation, Destruction.mini_tender, Destruction.category))
    return select(Destruction).where(Destruction.organisation_id == current_organisation().id).options(*around, *people)
