"""Rescue codes: made and printed by whoever is in, used by whoever no mail reaches."""

from flask import Response, request
from werkzeug.exceptions import TooManyRequests

from sad import clock
from sad.actions import accounts
from sad.actions.rescue_codes import codes_left, make_rescue_codes
from sad.db import transaction
from sad.domain.errors import Refused
from sad.models.people import Person
from sad.trust.passwords import SUPPLIER_MINIMUM, hash_password, password_faults
from sad.web.access import current_person, public, signed_in
from sad.web.account.forms import KnownPasswordForm, RescueForm
from sad.web.account.passwords import NEVER_KEPT, TOO_MANY, come_in, knows_current
from sad.web.acts import attempt, form_page
from sad.web.running import site_settings

WRONG = "L’adresse ou le code de secours n’est pas le bon, ou ce code a déjà servi."


@signed_in
def rescue_codes() -> Response:
    """How many are left; ten new ones, shown this once, after the password."""
    person, form, codes = current_person(), KnownPasswordForm(), list[str]()
    if form.validate_on_submit() and knows_current(form, person):
        with attempt(form) as done:
            codes = make_rescue_codes(person, seal_key=site_settings().seal_key, by=person, at=clock.now())
        if done:
            answer = form_page("account/rescue_codes_made.html", form, person=person, codes=codes, made_at=clock.now())
            answer.headers["Cache-Control"] = NEVER_KEPT
            return answer
    return form_page("account/rescue_codes.html", form, person=person, left=codes_left(person))


@public
def rescue() -> Response:
    """A new password by a rescue code; the answer is the same whichever half is wrong, and for an agent."""
    form = RescueForm()
    if form.validate_on_submit() and _is_strong(form):
        person = _recognise(form)
        if person:
            return come_in(person)
    return form_page("account/rescue.html", form, minimum=SUPPLIER_MINIMUM)


def _recognise(form: RescueForm) -> Person | None:
    email, address, at = form.email.data, request.remote_addr or "", clock.now()
    if accounts.is_guessing(email, address, at=at):
        raise TooManyRequests(TOO_MANY)
    hashed = hash_password(form.password.data)
    with transaction():
        known = {"password_hash": hashed, "seal_key": site_settings().seal_key}
        person = accounts.rescue_password(email, form.code.data, **known, at=at)
        if person is None:
            accounts.note_failed_login(email, address, at=at)
            form.code.errors = [WRONG]
    return person


def _is_strong(form: RescueForm) -> bool:
    """Is the new password hard to guess, as far as can be said before the person is known?"""
    faults = password_faults(form.password.data, minimum=SUPPLIER_MINIMUM, email=form.email.data)
    if faults:
        form.take(Refused(*faults))
    return not faults
