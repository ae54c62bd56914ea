"""Changing one's password, or getting back in without it."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests

from sad import clock
from sad.actions import accounts
from sad.actions.shared_acts import APPROVERS
from sad.actions.sign_ins import devices_elsewhere, limits_of, live_sessions
from sad.db import transaction
from sad.domain.errors import Refused
from sad.letters.wording import ROLES
from sad.models.people import Person
from sad.trust.passwords import verify_password
from sad.web.access import current_person, current_supplier, own_suppliers, public, sign_in_here, signed_in
from sad.web.account.forms import AskResetForm, ChangePasswordForm, KnownPasswordForm, ResetForm
from sad.web.acts import attempt, form_page
from sad.web.keys import are_keys_possible
from sad.web.login import sign_in
from sad.web.running import site_address

NEVER_KEPT = "no-store"  # for pages that show a secret: the browser keeps no copy
TOO_MANY = "Trop de demandes depuis cet appareil. Attendez un quart d’heure, puis recommencez."


@signed_in
def overview() -> str:
    """One's own account: name, roles, suppliers, password, sessions."""
    person, suppliers, at = current_person(), own_suppliers(), clock.now()
    return render_template(
        "account/overview.html",
        person=person,
        suppliers=suppliers,
        current=current_supplier() if suppliers else None,
        roles=ROLES,
        approvers=APPROVERS,
        here=sign_in_here(),
        sessions=live_sessions(person, at=at),
        devices=devices_elsewhere(person, at=at),
        limits=limits_of(person),
        has_passkeys=are_keys_possible(),
    )


@signed_in
def change() -> Response:
    """A new password, knowing the old one."""
    person, form = current_person(), ChangePasswordForm()
    if form.validate_on_submit() and knows_current(form, person) and (hashed := _chosen(form, person)):
        with transaction():
            accounts.change_password(person, password_hash=hashed, by=person, at=clock.now())
        sign_in(person)
        flash("Votre mot de passe est changé. Vos autres appareils sont déconnectés.", "success")
        return redirect(url_for("account.overview"))
    return form_page("account/change_password.html", form, minimum=accounts.shortest_password(person))


@public
def ask_reset() -> Response:
    """Ask for a way back in; the answer is the same whether or not the address has an account."""
    form = AskResetForm()
    if not form.validate_on_submit():
        return form_page("account/ask_reset.html", form)
    email, address, at = form.email.data, request.remote_addr or "", clock.now()
    if accounts.is_guessing(email, address, at=at):
        raise TooManyRequests(TOO_MANY)
    with transaction():
        accounts.ask_password_reset(email, address=address, link=_reset_link, at=at)
    return redirect(url_for("account.reset_asked"))


@public
def reset_asked() -> str:
    return render_template("account/reset_asked.html")


@public
def reset(token: str) -> Response:
    """Choose a new password by the link received; a link that no longer serves leads to asking for another."""
    try:
        person = accounts.live_reset(token, at=clock.now()).person
    except Refused as refused:
        return _ask_again(refused)
    form = ResetForm()
    if form.validate_on_submit() and (hashed := _chosen(form, person)):
        with attempt(form) as done:
            accounts.reset_password(token, password_hash=hashed, at=clock.now())
        if done:
            return come_in(person)
    return form_page("account/reset.html", form, minimum=accounts.shortest_password(person))


def come_in(person: Person) -> Response:
    """Let in whoever has just chosen a new password, unless its account asks for a code as well."""
    if person.has_factor:
        flash("Votre nouveau mot de passe est enregistré. Connectez-vous avec lui et le code de votre application.", "success")
        return redirect(url_for("account.login"))
    sign_in(person)
    flash("Votre nouveau mot de passe est enregistré.", "success")
    return redirect(url_for("account.home"))


def knows_current(form: KnownPasswordForm, person: Person) -> bool:
    """Was the current password of the person typed? The form says so when it was not."""
    if verify_password(person.password_hash, form.current.data):
        return True
    form.current.errors = ["Ce n’est pas votre mot de passe actuel."]
    return False


def _ask_again(refused: Refused) -> Response:
    form = AskResetForm(formdata=None)
    form.take(refused)
    return form_page("account/ask_reset.html", form)


def _chosen(form: ResetForm, person: Person) -> str | None:
    """What to keep of the new password; None when it is too easy to guess, which the form then says."""
    try:
        return accounts.chosen_password(form.password.data, person)
    except Refused as refused:
        form.take(refused)
        return None


def _reset_link(token: str) -> str:
    return site_address() + url_for("account.reset", token=token)
