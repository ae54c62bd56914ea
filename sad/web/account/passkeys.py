"""Passkeys: made and taken away in the account, used to come in."""

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import select

from sad import clock
from sad.actions import passkeys as acts
from sad.db import transaction
from sad.domain.errors import refuse
from sad.models.passkeys import Passkey
from sad.web.access import current_person, own_or_404, person_or_none, public, signed_in
from sad.web.account.forms import PasskeyForm, PasskeyLoginForm
from sad.web.account.passwords import knows_current
from sad.web.acts import attempt, form_page
from sad.web.factors import remember_code
from sad.web.keys import are_keys_possible, last_question, proven_key, question_of_known_key, question_of_new_key
from sad.web.login import sign_in
from sad.web.returning import asked_page
from sad.web.running import site_address


@signed_in
def passkeys() -> Response:
    """The keys of the account; another, made by the device once the password is given."""
    if not are_keys_possible():
        abort(404)
    person, form, at = current_person(), PasskeyForm(), clock.now()
    if form.validate_on_submit() and knows_current(form, person):
        asked, answer = last_question(), form.passkey_answer.data or ""
        with attempt(form) as done:
            acts.add_passkey(person, form.name.data, answer, **asked, base_url=site_address(), by=person, at=at)
        if done:
            flash("Votre clé d’accès est en place. Un courriel vous le confirme.", "success")
            return redirect(url_for("account.passkeys"))
    form.passkey_answer.data = ""
    return form_page("account/passkeys.html", form, keys=acts.passkeys_of(person), options=question_of_new_key(person, at=at))


@signed_in
def remove() -> Response:
    """Take one of one's own keys away."""
    number, person = request.form.get("number", type=int), current_person()
    if number:
        found = own_or_404(select(Passkey).where(Passkey.id == number, Passkey.person_id == person.id))
        with transaction():
            acts.remove_passkey(found, by=person, at=clock.now())
        flash("Cette clé n’ouvre plus votre compte.", "success")
    return redirect(url_for("account.passkeys"))


@public
def login() -> Response:
    """Come in with a key: it proves both the device and its owner, so no code is asked besides."""
    if not are_keys_possible():
        abort(404)
    if person_or_none():
        return redirect(url_for("account.home"))
    form, at = PasskeyLoginForm(), clock.now()
    if form.validate_on_submit():
        used = proven_key(form.passkey_answer.data or "", at=at)
        if used is not None:
            sign_in(used.person)
            remember_code(used.person, at)
            return redirect(asked_page() or url_for("account.home"))
        form.take(refuse("Votre appareil n’a pas prouvé que c’était vous.", "Recommencez, ou revenez au mot de passe."))
    form.passkey_answer.data = ""
    return form_page("account/passkey_login.html", form, options=question_of_known_key(at=at))
