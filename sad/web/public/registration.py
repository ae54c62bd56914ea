"""Opening a supplier's account, and joining one: each begins with a link sent to an address, which proves whose it is."""

from datetime import datetime, timedelta

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import TooManyRequests

from sad import clock
from sad.actions import accounts, members, suppliers
from sad.domain.errors import Refused, refuse
from sad.models.people import Person
from sad.models.suppliers import SupplierInvitation
from sad.trust.passwords import SUPPLIER_MINIMUM
from sad.web.access import act_for, person_or_none, public
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.login import sign_in
from sad.web.public.forms import AcceptForm, AskRegistrationForm, JoinForm, RegistrationForm
from sad.web.running import site_address

LINK_LASTS = timedelta(days=1)
TOO_MANY = "Trop de demandes depuis cet appareil. Attendez un quart d’heure, puis recommencez."


@public
def ask() -> Response:
    """Ask for the link that opens an account; the answer is the same whether or not the address has one."""
    if person_or_none():
        return redirect(url_for("supplier.add_supplier"))
    form = AskRegistrationForm()
    if not form.validate_on_submit():
        return form_page("public/ask_registration.html", form)
    with attempt(form):
        _send_link(form.email.data)
    return redirect(url_for("public.registration_asked"))


@public
def asked() -> str:
    return render_template("public/registration_asked.html")


@public
def register(token: str) -> Response:
    """The account of a SIRET and of its first person."""
    email, form = _email_of(token, at=clock.now()), RegistrationForm()
    if form.validate_on_submit() and (person := _newcomer(form, email)):
        with attempt(form) as done:
            supplier = suppliers.register_supplier(form.siret.data, form.profile(), by=person, at=clock.now())
        if done:
            sign_in(person)
            act_for(supplier)
            flash(f"Le compte de {supplier.name} est ouvert. Choisissez maintenant une catégorie.", "success")
            return redirect(url_for("supplier.applications"))
    return form_page("public/register.html", form, email=email, minimum=SUPPLIER_MINIMUM)


@public
def join(token: str) -> Response:
    """Accept to act for a supplier: with the account of the address invited, or with a new one."""
    invitation, me = members.live_invitation(token, at=clock.now()), person_or_none()
    has_account = accounts.find_person(invitation.email) is not None
    if me is None and has_account:
        return redirect(url_for("account.login", next=url_for("public.join", token=token)))
    form = AcceptForm() if me else JoinForm()
    if form.validate_on_submit() and (person := me or _newcomer(form, invitation.email)):
        with attempt(form) as done:
            members.accept_invitation(token, by=person, at=clock.now())
        if done:
            return _come_in(person, invitation)
    return form_page("public/join.html", form, invitation=invitation, me=me, minimum=SUPPLIER_MINIMUM)


def _come_in(person: Person, invitation: SupplierInvitation) -> Response:
    sign_in(person)
    act_for(invitation.supplier)
    flash(f"Vous agissez maintenant pour {invitation.supplier.name}.", "success")
    return redirect(url_for("supplier.home"))


def _send_link(email: str) -> None:
    address, at = request.remote_addr or "", clock.now()
    if accounts.is_guessing(email, address, at=at):
        raise TooManyRequests(TOO_MANY)
    base_url = site_address()
    token = _links().dumps([email, (at + LINK_LASTS).isoformat()])
    suppliers.ask_registration(
        email,
        address=address,
        link=base_url + url_for("public.register", token=token),
        known_link=base_url + url_for("account.login"),
        at=at,
    )


def _email_of(token: str, *, at: datetime) -> str:
    """The address that a link was sent to. Raises `Refused` when it is a day old, or not ours."""
    try:
        email, expires_at = _links().loads(token)
    except BadSignature:
        email, expires_at = "", ""
    if not email or at > datetime.fromisoformat(expires_at):
        raise refuse("Ce lien ne sert plus : il marche pendant une journée.", "Demandez-en un autre, page « Ouvrir un compte ».")
    return str(email)


def _links() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="registration")


def _newcomer(form: Form, email: str) -> Person | None:
    """The person described by the form, with its password; None when this one is too easy to guess, which the form then says."""
    person = suppliers.new_person(email, form.person_name.data, at=clock.now())
    try:
        person.password_hash = accounts.chosen_password(form.password.data, person)
    except Refused as refused:
        form.take(refused)
        return None
    return person
