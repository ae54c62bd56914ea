"""Where one's account is open, ended one by one; and the code asked on a device where it never was."""

from typing import TypeVar

from flask import Response, flash, redirect, request, session, url_for
from sqlalchemy import select

from sad import clock, db
from sad.actions import known_devices, sign_ins
from sad.db import transaction
from sad.models.people import Person
from sad.models.sign_ins import DeviceCode, KnownDevice, SignIn
from sad.web.access import current_person, own_or_404, public, sign_in_here, signed_in
from sad.web.account.forms import DeviceCodeForm
from sad.web.acts import form_page
from sad.web.devices import known_device, words_here
from sad.web.login import sign_in
from sad.web.returning import asked_page
from sad.web.running import site_settings

Thing = TypeVar("Thing", SignIn, KnownDevice)
WAITS = "device_code"
NAMED = "number"
EXPIRED = "Ce code a plus de dix minutes : il ne sert plus. Écrivez de nouveau votre mot de passe : un autre code part aussitôt."
WRONG = "Ce n’est pas le code que nous avons envoyé, ni un de vos codes de secours encore bons."
SPENT = "Aucun code envoyé ne sert plus ici. Demandez-en un autre, ou écrivez un code de secours."


@signed_in
def end_session() -> Response:
    """End one of one's own sessions, elsewhere."""
    found = _own(SignIn)
    if found is not None and found.id != sign_in_here().id:
        with transaction():
            sign_ins.end_session(found, by=current_person(), at=clock.now())
        flash("Cet appareil est déconnecté.", "success")
    return redirect(url_for("account.overview"))


@signed_in
def end_other_sessions() -> Response:
    """End the sessions of every other device."""
    person = current_person()
    with transaction():
        sign_ins.end_other_sessions(person, kept=sign_in_here(), by=person, at=clock.now())
    flash("Vos autres appareils sont déconnectés.", "success")
    return redirect(url_for("account.overview"))


@signed_in
def forget_device() -> Response:
    """Ask for a code again on a device where the account is not open now."""
    found = _own(KnownDevice)
    if found is not None and found.id != sign_in_here().device_id:
        with transaction():
            sign_ins.forget_device(found, by=current_person(), at=clock.now())
        flash("Cet appareil est oublié : un code y sera demandé.", "success")
    return redirect(url_for("account.overview"))


def waits_for_code(person: Person, typed: str) -> bool:
    """Does this browser need a code as well as the password, for a supplier? One is then sent; called within the sign-in's transaction.

    Where no mail leaves none could arrive, hence none is asked. `typed`: a rescue code may come with the password at once.
    """
    at, settings = clock.now(), site_settings()
    if person.is_agent or settings.smtp_url is None or known_device(person, at=at) is not None:
        return False
    if known_devices.has_only_mail_on_the_last_day(person, at=at):
        known_devices.let_in_without_code(person, words=words_here(), at=at)
        return False
    asked = known_devices.send_device_code(person, seal_key=settings.seal_key, at=at)
    if typed and known_devices.use_device_code(asked, typed, seal_key=settings.seal_key, at=at):
        return False
    session[WAITS] = asked.id
    return True


@public
def new_device() -> Response:
    """The code sent, or a rescue code, typed after the password on a device where the person is not known."""
    asked = _asked()
    if asked is None or not known_devices.is_waiting(asked, at=clock.now()):
        return _start_again(asked)
    form = DeviceCodeForm()
    if form.validate_on_submit() and _is_good(form, asked):
        sign_in(asked.person)
        return redirect(asked_page() or url_for("account.home"))
    return form_page("account/new_device.html", form, asked=asked, is_spent=known_devices.is_spent(asked))


@public
def send_device_code() -> Response:
    """Send another code to who has just given its password here."""
    asked, at = _asked(), clock.now()
    if asked is None or not known_devices.is_waiting(asked, at=at):
        return _start_again(asked)
    with transaction():
        session[WAITS] = known_devices.send_device_code(asked.person, seal_key=site_settings().seal_key, at=at).id
    return redirect(url_for("account.new_device", next=asked_page()))


def _own(model: type[Thing]) -> Thing | None:
    """The row of one's own that the form names; None when it names none, 404 when it is somebody else's."""
    number = request.form.get(NAMED, type=int)
    return own_or_404(select(model).where(model.id == number, model.person_id == current_person().id)) if number else None


def _asked() -> DeviceCode | None:
    number = session.get(WAITS)
    return db.session.get(DeviceCode, number) if number else None


def _start_again(asked: DeviceCode | None) -> Response:
    session.pop(WAITS, None)
    if asked is not None:
        flash(EXPIRED, "warning")
    return redirect(url_for("account.login", next=asked_page()))


def _is_good(form: DeviceCodeForm, asked: DeviceCode) -> bool:
    """Was a good code typed? The form says so when it was not."""
    with transaction():
        is_good = known_devices.use_device_code(asked, form.code.data, seal_key=site_settings().seal_key, at=clock.now())
    if not is_good:
        form.code.errors = [SPENT if known_devices.is_spent(asked) else WRONG]
    return is_good
