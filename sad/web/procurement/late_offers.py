"""Asking that an offer that came late because of the service be opened: the reason, then a second person approves (REC-04)."""

from flask import Response, flash, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import RadioField, TextAreaField

from sad import clock
from sad.actions.approvals import waiting_approval
from sad.actions.late_offers import may_be_proposed, outages_before
from sad.actions.shared_acts import ask_late_opening
from sad.domain.late_offers import GROUNDS
from sad.letters import outages
from sad.models.approvals import ApprovalKind
from sad.models.offers import Offer, OfferState
from sad.models.people import Role
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.drafts import LONG
from sad.web.fields import Form, Required
from sad.web.procurement.opened import opened_mini_tender
from sad.web.running import site_address


class LateOfferForm(Form):
    ground = RadioField(
        "La cause du retard", [Required("Choisissez la cause.")], choices=[(str(each), label) for each, label in GROUNDS.items()]
    )
    reason = TextAreaField(
        "Ce qui l’établit",
        [Required("Écrivez ce qui l’établit."), LONG],
        description="Ce que le fournisseur a tenté, à quelle heure, et la preuve gardée. Il le lira.",
    )


@allow(Role.BUYER)
def late_offer(mini_tender_id: int, late_offer_id: int) -> Response:
    """One late offer: when it came, what our probes saw; asking that it be opened."""
    mini_tender, form, at = opened_mini_tender(mini_tender_id), LateOfferForm(), clock.now()
    late = select(Offer).where(Offer.id == late_offer_id, Offer.mini_tender_id == mini_tender.id, Offer.late)
    offer = own_or_404(late.where(Offer.state == OfferState.DEPOSITED).options(joinedload(Offer.supplier)))
    if form.validate_on_submit():
        with attempt(form) as done:
            ask_late_opening(offer, form.ground.data, form.reason.data or "", home=site_address(), by=current_person(), at=at)
        if done:
            flash("La demande est faite. L’offre reste scellée tant qu’une autre personne n’a pas approuvé.", "success")
            return redirect(url_for("procurement.opening", mini_tender_id=mini_tender.id))
    return form_page(
        "procurement/late_offer.html",
        form,
        mini_tender=mini_tender,
        offer=offer,
        seen=[outages.noted(each) for each in outages_before(offer)],
        waiting=waiting_approval(ApprovalKind.LATE, f"{Offer.__tablename__}:{offer.id}", at),
        is_possible=may_be_proposed(offer),
    )
