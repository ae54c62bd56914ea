"""The offer of a supplier which agreed that an agent enters it: typed, sealed as soon as it is sent (REC-08)."""

from uuid import uuid4

from flask import Response, flash, g, redirect, url_for
from wtforms import HiddenField

from sad import clock
from sad.actions import assisted_deposits as acts
from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.offer_terms import terms_of
from sad.actions.offers import offer_of_key
from sad.db import transaction
from sad.domain.errors import Refused
from sad.domain.offers import OfferContent
from sad.models.assisted_deposits import AssistedDeposit
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import DepositAttempt, Offer
from sad.models.people import Role
from sad.trust.envelopes import EnvelopeFile
from sad.web.access import allow, current_person
from sad.web.acts import form_page
from sad.web.fields import FilesField
from sad.web.offer_fields import OfferFields, offer_fields, read_typed
from sad.web.procurement.declarations import published_mini_tender
from sad.web.running import site_address, site_settings


class AssistedOfferForm(OfferFields):
    """What the supplier says. `key` is drawn when the page is shown: the same sending twice is one offer."""

    key = HiddenField()
    files = FilesField("Documents du fournisseur")


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


def supplier_link(mini_tender: MiniTender) -> str:
    """The whole address where the supplier finds the consultation, for letters."""
    return site_address() + url_for("supplier.mini_tender", mini_tender_id=mini_tender.id)


def _deposit(form: AssistedOfferForm, begun: AssistedDeposit, content: OfferContent) -> Offer | None:
    """Deposit it, once; None when it is refused, which the form then says."""
    known = offer_of_key(begun.mini_tender, begun.supplier, form.key.data or "")
    if known is not None:
        return known
    files = [EnvelopeFile(file.name, file.media_type, file.body) for file in form.files.checked]
    link, trial = supplier_link(begun.mini_tender), _attempt(begun, sum(file.size for file in files))
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
