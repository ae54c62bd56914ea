"""One agent: its roles, its account."""

from flask import Response, flash, redirect, url_for

from sad import clock
from sad.actions.people import close_account, invite_again, reopen_account, revoke_role
from sad.actions.second_factors import remove_factor
from sad.actions.shared_acts import grant_or_ask
from sad.db import transaction
from sad.letters.people import role_lines, roles_changed
from sad.letters.second_factors import factor_removed
from sad.letters.text import LetterText
from sad.models.people import Person, PersonRole, Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.admin.forms import HINTS, ConfirmForm, GrantForm
from sad.web.admin.people import open_services
from sad.web.admin.scope import own_agent, own_role, password_link
from sad.web.running import site_address

ASKED = "La demande est faite. Une autre personne la lit et l’approuve dans les 24 heures ; le rôle est donné alors."


@allow(Role.ADMINISTRATOR)
def agent(person_id: int) -> Response:
    """An agent, its roles, and the form that gives another."""
    person = own_agent(person_id)
    form = GrantForm(open_services(person.organisation) if person.organisation else ())
    if person.organisation and form.validate_on_submit():
        with attempt(form) as done:
            asked = grant_or_ask(person, form.grant(form.role.data), home=site_address(), by=current_person(), at=clock.now())
        if done:
            return _back(person, ASKED if asked else f"{person.name} a un rôle de plus, et en est prévenu par courriel.")
    lines = list(zip(person.roles, role_lines(person.roles), strict=True))
    return form_page("admin/agent.html", form, person=person, lines=lines, hints=HINTS)


@allow(Role.ADMINISTRATOR)
def revoke(person_id: int, role_id: int) -> Response:
    """Take a role back, after reading what it entails."""
    held, form = own_role(person_id, role_id), ConfirmForm()
    person, (words,) = held.person, role_lines([held])
    if form.validate_on_submit():
        with attempt(form) as done:
            revoke_role(held, by=current_person(), at=clock.now())
        if done:
            return _back(person, f"{person.name} n’a plus ce rôle, et en est prévenu par courriel.")
    return form_page("admin/revoke_role.html", form, person=person, words=words, letter=_letter_without(held))


@allow(Role.ADMINISTRATOR)
def remove_code(person_id: int) -> Response:
    """Ask somebody who lost telephone and paper for no code any more, after reading what it entails."""
    person, form, by, at = own_agent(person_id), ConfirmForm(), current_person(), clock.now()
    if person.id == by.id:
        return redirect(url_for("account.remove_factor"))
    if form.validate_on_submit():
        with attempt(form) as done:
            remove_factor(person, by=by, at=at)
        if done:
            return _back(person, f"Le compte de {person.name} ne demande plus de code. Un courriel l’en prévient.")
    return form_page("admin/remove_factor.html", form, person=person, letter=factor_removed(person, by=by, at=at))


@allow(Role.ADMINISTRATOR)
def close(person_id: int) -> Response:
    """Close an account, after reading what it entails."""
    person, form = own_agent(person_id), ConfirmForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            close_account(person, by=current_person(), at=clock.now())
        if done:
            return _back(person, f"Le compte de {person.name} est fermé.")
    return form_page("admin/close_account.html", form, person=person)


@allow(Role.ADMINISTRATOR)
def reopen(person_id: int) -> Response:
    """Open a closed account again."""
    person = own_agent(person_id)
    with transaction():
        reopen_account(person, by=current_person(), at=clock.now())
    return _back(person, "Le compte est ouvert à nouveau, avec les rôles qu’il avait.")


@allow(Role.ADMINISTRATOR)
def invite(person_id: int) -> Response:
    """Send another link to somebody who has no password yet."""
    person = own_agent(person_id)
    with transaction():
        invite_again(person, link=password_link, by=current_person(), at=clock.now())
    return _back(person, f"Une nouvelle invitation part à {person.email}. La précédente ne sert plus.")


def _back(person: Person, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("admin.agent", person_id=person.id))


def _letter_without(held: PersonRole) -> LetterText:
    """The letter as it will go once this role is taken back."""
    rest = [other for other in held.person.roles if other is not held]
    return roles_changed(held.person, by=current_person(), roles=rest)
