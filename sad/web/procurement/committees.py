"""The award committee: its rules, its members, and the list of its sittings."""

from flask import Response, abort, flash, redirect, render_template, url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import lazyload

from sad import clock, parameters
from sad.actions import committees as acts
from sad.actions.opinions import waiting_rankings
from sad.db import session
from sad.domain.calendar import paris_day
from sad.models.committees import Committee, CommitteeMember
from sad.models.people import Person, Role
from sad.models.sittings import Sitting
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.paging import page_of
from sad.web.procurement.committee_forms import MemberForm, TermsForm

COMMITTEE_READERS = (Role.BUYER, Role.AWARD_AUTHORITY, Role.AUDITOR)


@allow(*COMMITTEE_READERS)
def committee() -> str:
    """Its rules, its members, the sitting to come, those that were held."""
    found = acts.committee_of(current_organisation().id)
    past = select(Sitting).where(Sitting.organisation_id == current_organisation().id, ~_is_live())
    return render_template(
        "procurement/committee.html",
        committee=found,
        warning=acts.name_warning(found.name, clock.now()) if found else None,
        vacant=acts.vacant_seats(found) if found else [],
        live=acts.live_sitting_of(found) if found else None,
        waiting=waiting_rankings(found) if found else [],
        page=page_of(past, Sitting.held_at, Sitting.id, descending=True),
        may_act=current_person().has_role(Role.BUYER),
    )


@allow(Role.BUYER)
def set_up() -> Response:
    """Ask for the opinion of a committee, or change its rules."""
    organisation, at = current_organisation(), clock.now()
    found = acts.committee_of(organisation.id)
    interval, threshold = (parameters.value(name, on=paris_day(at)) for name in ("committee_interval_days", "formal_procedure_threshold"))
    form = TermsForm.of(found, interval_days=interval)
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.set_up_committee(organisation, form.terms(), by=current_person(), at=at)
        if done:
            flash("Les règles de la commission sont enregistrées.", "success")
            return redirect(url_for("procurement.committee"))
    return form_page("procurement/committee_terms.html", form, committee=found, threshold=threshold)


@allow(Role.BUYER)
def name_member() -> Response:
    """Name a titular or a substitute."""
    found = own_committee()
    people = _possible(found)
    form = MemberForm().offer(acts.vacant_seats(found), people)
    if form.validate_on_submit():
        with attempt(form) as done:
            member = acts.name_member(found, form.named(people), by=current_person(), at=clock.now())
        if done:
            flash(f"{member.name} est membre de la commission.", "success")
            return redirect(url_for("procurement.committee"))
    return form_page("procurement/committee_member.html", form, committee=found)


@allow(Role.BUYER)
def end_member(member_id: int) -> Response:
    """Somebody leaves the committee."""
    members = select(CommitteeMember).where(CommitteeMember.organisation_id == current_organisation().id)
    member, form = own_or_404(members.where(CommitteeMember.id == member_id)), Form()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.end_member(member, by=current_person(), at=clock.now())
        if done:
            flash(f"{member.name} n’est plus membre de la commission.", "success")
            return redirect(url_for("procurement.committee"))
    return form_page("procurement/committee_end_member.html", form, member=member)


def own_committee() -> Committee:
    """The committee of the organisation; 404 where none is asked."""
    return acts.committee_of(current_organisation().id) or abort(404)


def _possible(found: Committee) -> list[Person]:
    """The agents who are not members yet."""
    taken = {member.person_id for member in found.sitting_members}
    agents = select(Person).where(Person.organisation_id == current_organisation().id, Person.is_active).options(lazyload(Person.roles))
    return [each for each in session.scalars(agents.order_by(Person.name, Person.id)) if each.id not in taken]


def _is_live() -> ColumnElement[bool]:
    return Sitting.closed_at.is_(None) & Sitting.cancelled_at.is_(None)
