"""Entering an offer for a supplier which agreed to it: first the agreement, then what the supplier says (REC-08)."""

from uuid import uuid4

from flask import Response, flash, g, redirect, url_for
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Length

from sad import clock
from sad.actions import assisted_deposits as acts
from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.offer_terms import terms_of
from sad.actions.offers import offer_of_key
from sad.actions.publications import invitees_of
from sad.db import transaction
from sad.domain.errors import Refused
from sad.domain.offers import OfferContent
from sad.domain.phases import is_open
from sad.letters.wording import MEANS
from sad.models.assisted_deposits import AssistedDeposit, Means
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import DepositAttempt, Offer
from sad.models.people import Role
from sad.trust.envelopes import EnvelopeFile
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import FilesField, Form, ParisDateTimeField, Required
from sad.web.offer_fields import OfferFields, offer_fields, read_typed
from sad.web.procurement.declarations import published_mini_tender
from sad.web.running import site_address, site_settings

MEANS_CHOICES = [(each.value, words.capitalize()) for each, words in MEANS.items()]


class AgreementForm(Form):
    supplier = SelectField("Fournisseur", [Required("Choisissez le fournisseur.")])
    means = RadioField("Comment il a donné son accord", [Required("Choisissez comment.")], choices=MEANS_CHOICES)
    agreed_by = StringField(
        "Qui a donné l’accord",
        [Required("Écrivez son nom."), Length(max=200, message="200 caractères au plus.")],
        description="Le nom de la personne, et son rôle dans l’entreprise.",
    )
    agreed_at = ParisDateTimeField("Quand", [Required("Donnez le jour et l’heure.")])
    aside = BooleanField(
        "Je laisse la place pour cette consultation",
        [Required("Cochez pour continuer : qui saisit des prix ne peut plus ni ouvrir, ni examiner, ni décider.")],
    )


class AssistedOfferForm(OfferFields):
    """What the supplier says. `key` is drawn when the page is shown: the same sending twice is one offer."""

    key = HiddenField()
    files = FilesField("Documents du fournisseur")


@allow(Role.BUYER)
def assist(mini_tender_id: int) -> Response:
    """The agreement: which supplier, how, by whom, when. Then on to the offer."""
    mini_tender, person = published_mini_tender(mini_tender_id), current_person()
    if acts.assistance_by(mini_tender, person) is not None:
        return redirect(url_for("procurement.assisted_offer", mini_tender_id=mini_tender_id))
    form, invitees = AgreementForm(), {str(each.id): each for each in invitees_of(mini_tender)}
    form.supplier.choices = [("", "Choisir"), *((number, each.name) for number, each in invitees.items())]
    if form.validate_on_submit():
        link, supplier = _consultation_link(mini_tender), invitees[form.supplier.data]
        with attempt(form) as done:
            agreed = {"means": Means(form.means.data), "agreed_by": form.agreed_by.data, "agreed_at": form.agreed_at.data}
            acts.begin_assistance(mini_tender, supplier, **agreed, link=link, by=person, at=clock.now())
        if done:
            return redirect(url_for("procurement.assisted_offer", mini_tender_id=mini_tender_id))
    return form_page("procurement/assist.html", form, mini_tender=mini_tender, is_open=is_open(mini_tender, clock.now()))


@allow(Role.BUYER)
def assisted_offer(mini_tender_id: int) -> Response:
    """The offer as the supplier says it; sealed as soon as it is sent, never shown again."""
    mini_tender = published_mini_tender(mini_tender_id)
    begun = acts.assistance_by(mini_tender, current_person())
    if begun is None or mini_tender.state != MiniTenderState.PUBLISHED:
        return redirect(url_for("procurement.mini_tender", mini_tender_id=mini_tender_id))
    terms = terms_of(mini_tender, begun.supplier, at=clock.now())
    form = type("AssistedOfferForm", (AssistedOfferForm,), offer_fields(terms))(data={"key": uuid4().hex})
    if form.validate_on_submit() and _deposit(form, begun, read_typed(form, terms)):
        flash("L’offre est déposée et scellée. Le fournisseur reçoit son accusé de réception.", "success")
        return redirect(url_for("procurement.mini_tender", mini_tender_id=mini_tender_id))
    return form_page("procurement/assisted_offer.html", form, mini_tender=mini_tender, begun=begun, terms=terms)


def _deposit(form: AssistedOfferForm, begun: AssistedDeposit, content: OfferContent) -> Offer | None:
    """Deposit it, once; None when it is refused, which the form then says."""
    known = offer_of_key(begun.mini_tender, begun.supplier, form.key.data or "")
    if known is not None:
        return known
    files = [EnvelopeFile(file.name, file.media_type, file.body) for file in form.files.checked]
    link, trial = _consultation_link(begun.mini_tender), _attempt(begun, sum(file.size for file in files))
    sent = {"idempotency_key": form.key.data or "", "started_at": g.started_at, "received_at": g.received_at, "attempt": trial}
    try:
        with transaction():
            known = {"seal_key": site_settings().seal_key, "link": link, "by": current_person(), "at": clock.now()}
            return acts.submit_assisted_offer(begun, content, files, **sent, **known)
    except Refused as refused:
        with transaction():
            refuse_attempt(trial, refused.refusals, by=current_person(), at=clock.now())
        form.show_faults(list(refused.refusals))
        return None


def _attempt(begun: AssistedDeposit, size: int) -> DepositAttempt:
    """In a transaction of its own, before anything can fail."""
    instants = {"started_at": g.started_at, "received_at": g.received_at}
    with transaction():
        return attempt_deposit(begun.mini_tender, begun.supplier, **instants, size=size, by=current_person(), at=clock.now())


def _consultation_link(mini_tender: MiniTender) -> str:
    return site_address() + url_for("supplier.mini_tender", mini_tender_id=mini_tender.id)
