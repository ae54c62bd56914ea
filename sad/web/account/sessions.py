"""Coming in and going out."""

from flask import Response, abort, flash, redirect, request, url_for
from werkzeug.exceptions import TooManyRequests

from sad import clock
from sad.actions import accounts, second_factors
from sad.db import transaction
from sad.models.people import Person
from sad.web.access import act_for, allow_supplier, current_person, own_suppliers, person_or_none, public, signed_in
from sad.web.account.devices import waits_for_code
from sad.web.account.forms import LoginForm
from sad.web.acts import form_page
from sad.web.factors import remember_code
from sad.web.keys import are_keys_possible
from sad.web.login import sign_in, sign_out
from sad.web.navigation import spaces_of
from sad.web.returning import asked_page
from sad.web.running import site_settings

TOO_MANY = "Trop d’essais depuis cet appareil. Attendez un quart d’heure, ou demandez un nouveau mot de passe."

WRONG = "L’adresse, le mot de passe ou le code n’est pas le bon. Si votre compte demande un code, écrivez aussi celui du moment."


@public
def login() -> Response:
    """The login page; who is already in goes home."""
    if person_or_none():
        return redirect(url_for("account.home"))
    form = LoginForm()
    if form.validate_on_submit():
        person = _recognise(form)
        if person and _waits(person, form):
            return redirect(url_for("account.new_device", next=asked_page()))
        if person:
            sign_in(person)
            remember_code(person, clock.now())
            return redirect(asked_page() or url_for("account.home"))
    return form_page("account/login.html", form, has_passkeys=are_keys_possible())


@signed_in
def logout() -> Response:
    sign_out()
    flash("Vous êtes déconnecté.", "info")
    answer = redirect(url_for("public.home"))
    # Not the cookies: the one by which the device is known stays, else a code is asked at each sign-in.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@signed_in
def home() -> Response:
    """The first page of whoever comes in, by role."""
    person = current_person()
    homes = (space.home(person) for space in spaces_of(person))
    return redirect(next((url for url in homes if url), url_for("account.overview")))


@allow_supplier
def choose_supplier(supplier_id: int) -> Response:
    """Act for another of one's suppliers."""
    chosen = next((supplier for supplier in own_suppliers() if supplier.id == supplier_id), None)
    if chosen is None:
        abort(404)
    act_for(chosen)
    flash(f"Vous agissez maintenant pour {chosen.name}.", "success")
    return redirect(url_for("account.home"))


def _recognise(form: LoginForm) -> Person | None:
    email, address, at = form.email.data, request.remote_addr or "", clock.now()
    if accounts.is_guessing(email, address, at=at):
        raise TooManyRequests(TOO_MANY)
    person, code = accounts.recognise(email, form.password.data), form.code.data or ""
    with transaction():
        # One answer for an unknown address, a wrong password, a wrong code and a missing one: it tells nothing of the others.
        if not second_factors.passes(person, code, seal_key=site_settings().seal_key, address=address, at=at) or person is None:
            accounts.note_failed_login(email, address, at=at)
            form.password.errors = [WRONG]
            return None
    return person


def _waits(person: Person, form: LoginForm) -> bool:
    with transaction():
        return waits_for_code(person, form.code.data or "")
