"""The application that gives the codes of one's account: put in place, confirmed, taken away."""

import segno
from flask import Response, flash, redirect, request, url_for
from markupsafe import Markup

from sad import clock
from sad.actions import second_factors as acts
from sad.actions.rescue_codes import codes_left
from sad.db import transaction
from sad.models.people import Person
from sad.trust.one_time_codes import key_address, secret_words
from sad.web.access import allow_agent, current_person
from sad.web.account.forms import ConfirmFactorForm, KnownPasswordForm, RemoveFactorForm
from sad.web.account.passwords import NEVER_KEPT, knows_current
from sad.web.acts import attempt, form_page
from sad.web.factors import remember_code
from sad.web.fields import Form
from sad.web.running import site_settings


@allow_agent
def factor() -> Response:
    """Where the person stands: nothing yet, a key to type into the application, or an application in use."""
    person = current_person()
    secret = acts.secret_being_set(person, seal_key=site_settings().seal_key, at=clock.now())
    return _page(person, KnownPasswordForm(formdata=None) if secret is None else ConfirmFactorForm(formdata=None))


@allow_agent
def start() -> Response:
    """Draw the key, once the password has been given again."""
    person, form = current_person(), KnownPasswordForm()
    if form.validate_on_submit() and knows_current(form, person):
        with attempt(form) as done:
            acts.start_factor(person, seal_key=site_settings().seal_key, by=person, at=clock.now())
        if done:
            return redirect(url_for("account.factor"))
    return _page(person, form)


@allow_agent
def confirm() -> Response:
    """The first code, which shows that the application has the key; the rescue codes come next."""
    person, form, at = current_person(), ConfirmFactorForm(), clock.now()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.confirm_factor(person, form.code.data, seal_key=site_settings().seal_key, by=person, at=at)
        if done:
            remember_code(person, at)
            flash("Votre application est en place. Faites maintenant dix codes de secours : un téléphone se perd.", "success")
            return redirect(url_for("account.rescue_codes"))
    return _page(person, form)


@allow_agent
def remove() -> Response:
    """Take the application away, with the password and a code."""
    person, form = current_person(), RemoveFactorForm()
    if not person.has_factor:
        return redirect(url_for("account.factor"))
    if form.validate_on_submit() and knows_current(form, person) and _gives_code(form, person):
        with attempt(form) as done:
            acts.remove_factor(person, by=person, at=clock.now())
        if done:
            flash("Votre compte ne demande plus de code.", "success")
            return redirect(url_for("account.factor"))
    return form_page("account/remove_factor.html", form)


def _gives_code(form: RemoveFactorForm, person: Person) -> bool:
    known = {"seal_key": site_settings().seal_key, "address": request.remote_addr or ""}
    with transaction():
        is_good = acts.give_code_again(person, form.code.data, **known, at=clock.now())
    if not is_good:
        form.code.errors = ["Ce code n’est pas le bon, ou il a déjà servi : attendez le suivant."]
    return is_good


def _page(person: Person, form: Form) -> Response:
    secret = acts.secret_being_set(person, seal_key=site_settings().seal_key, at=clock.now())
    answer = form_page(
        "account/factor.html",
        form,
        person=person,
        words=secret and secret_words(secret),
        address=secret and key_address(secret, person.email),
        picture=secret and _picture(key_address(secret, person.email)),
        left=codes_left(person),
        is_required=site_settings().is_production,
    )
    answer.headers["Cache-Control"] = NEVER_KEPT
    return answer


def _picture(address: str) -> Markup:
    """What a telephone reads from the screen: a QR code drawn here, in the page itself, so that the key goes nowhere else."""
    return Markup(segno.make(address, error="m", micro=False).svg_inline(scale=4, light="#fff", title="QR code de la clé"))
