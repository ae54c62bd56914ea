"""The openers of an organisation: the passphrase of each, the rehearsal that two of them do, the systems that ask for it."""

from flask import Response, flash, make_response, redirect, render_template, url_for
from wtforms import BooleanField, PasswordField, RadioField
from wtforms.validators import EqualTo, Length

from sad import clock
from sad.actions import rehearsals
from sad.actions.letters import people_with
from sad.actions.opener_keys import FEWEST, change_passphrase, choose_passphrase, live_key, live_keys
from sad.db import session
from sad.models.openers import Rehearsal
from sad.models.people import Role
from sad.web.access import allow, current_organisation, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, Required
from sad.web.procurement.opened import READERS
from sad.web.procurement.own import own_system, own_systems
from sad.web.running import site_settings

LONGEST = Length(max=300, message="300 caractères au plus.")
SECRET = {"autocomplete": "off"}
OPENED, STARTED = "L’offre d’essai s’est ouverte.", "À un autre ouvreur de terminer l’essai, dans les 24 heures."


class PassphraseForm(Form):
    """A passphrase, changed by who knows the one before, or chosen anew by who lost it."""

    known = PasswordField("Phrase secrète actuelle", [LONGEST], description="Si vous en avez une et la connaissez.", render_kw=SECRET)
    is_lost = BooleanField(
        "Ma phrase secrète est perdue",
        description="La nouvelle n’ouvrira pas les consultations déjà parties : deux autres ouvreurs les ouvriront.",
    )
    password = PasswordField(
        "Nouvelle phrase secrète",
        [Required("Choisissez une phrase."), LONGEST],
        description="Au moins 15 caractères. Quatre ou cinq mots sans lien entre eux. Pas le mot de passe de votre compte.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "La même, une seconde fois",
        [Required("Écrivez-la une seconde fois."), EqualTo("password", "Les deux saisies diffèrent.")],
        render_kw={"autocomplete": "new-password"},
    )


class RehearsalForm(Form):
    passphrase = PasswordField("Votre phrase secrète", [Required("Écrivez votre phrase secrète."), LONGEST], render_kw=SECRET)


class TwoPassphrasesForm(Form):
    needs = RadioField(
        "Comment ouvrir les offres des prochaines consultations",
        [Required("Choisissez l’une des deux.")],
        choices=[
            ("no", "Deux ouvreurs, avec le fichier de clé du serveur"),
            ("yes", "Deux ouvreurs, chacun avec sa phrase secrète en plus"),
        ],
    )


@allow(*READERS)
def openers() -> Response:
    """Who opens, who has a passphrase, when two of them last rehearsed, and for which systems it is needed."""
    organisation, at = current_organisation(), clock.now()
    return make_response(
        render_template(
            "procurement/openers.html",
            person=current_person(),
            people=people_with(Role.OPENER, organisation.id),
            keys={key.person_id: key for key in live_keys(organisation.id)},
            fewest=FEWEST,
            done=rehearsals.last_rehearsal(organisation.id, is_opened=True),
            waiting=rehearsals.waiting_rehearsal(organisation.id, at),
            faults=rehearsals.rehearsal_faults(organisation.id, at),
            systems=session.scalars(own_systems().order_by("id")).all(),
        )
    )


@allow(Role.OPENER)
def passphrase() -> Response:
    """Choose one's passphrase, change it, or say that it is lost."""
    person, form, at = current_person(), PassphraseForm(), clock.now()
    has_key = live_key(person) is not None
    if not has_key:
        del form.known, form.is_lost
    if form.validate_on_submit():
        with attempt(form) as done:
            if has_key and not form.is_lost.data:
                change_passphrase(person, form.known.data or "", form.password.data, by=person, at=at)
            else:
                choose_passphrase(person, form.password.data, is_lost=has_key, by=person, at=at)
        if done:
            flash("Votre phrase secrète est en place. Personne d’autre que vous ne la connaît.", "success")
            return redirect(url_for("procurement.openers"))
    return form_page("procurement/opener_passphrase.html", form, has_key=has_key)


@allow(Role.OPENER)
def rehearse() -> Response:
    """Start a rehearsal, or finish the one that another person started."""
    person, form, at = current_person(), RehearsalForm(), clock.now()
    waiting = rehearsals.waiting_rehearsal(current_organisation().id, at)
    finishes = waiting is not None and waiting.first_person_id != person.id
    if form.validate_on_submit():
        with attempt(form) as done:
            _rehearse(form.passphrase.data, finishes)
        if done:
            flash(OPENED if finishes else STARTED, "success")
            return redirect(url_for("procurement.openers"))
    return form_page("procurement/rehearsal.html", form, waiting=waiting, finishes=finishes)


@allow(Role.BUYER)
def two_passphrases(system_id: int) -> Response:
    """Say whether the next consultations of a system open only with two passphrases."""
    system, at = own_system(system_id), clock.now()
    form = TwoPassphrasesForm(data={"needs": "yes" if system.needs_two_passphrases else "no"})
    if form.validate_on_submit():
        with attempt(form) as done:
            rehearsals.require_two_passphrases(system, form.needs.data == "yes", by=current_person(), at=at)
        if done:
            flash("C’est enregistré. Les consultations déjà parties ne changent pas.", "success")
            return redirect(url_for("procurement.openers"))
    return form_page("procurement/system_passphrases.html", form, system=system)


def _rehearse(passphrase: str, finishes: bool) -> Rehearsal:
    act = rehearsals.finish_rehearsal if finishes else rehearsals.start_rehearsal
    return act(passphrase, seal_key=site_settings().seal_key, by=current_person(), at=clock.now())
