"""Answering a consultation: the form, the check, the deposit; withdrawing an offer, throwing a draft away."""

from flask import Response, abort, flash, g, redirect, url_for

from sad import clock
from sad.actions.letters import people_of
from sad.actions.offer_drafts import discard_offer_draft, draft_of
from sad.actions.offers import withdraw_offer
from sad.letters import offers as letters
from sad.models.offers import OfferState
from sad.web.access import allow_supplier, current_person
from sad.web.acts import attempt, form_page
from sad.web.supplier.answering import answering_to, consultation_link
from sad.web.supplier.degraded import statement
from sad.web.supplier.deposits import CHECK, deposit, keep_draft
from sad.web.supplier.forms import ConfirmForm
from sad.web.supplier.offer_form import deposit_form, offer_form
from sad.web.supplier.own import own_invitation, own_offer
from sad.web.supplier.sent import sent_files


@allow_supplier
def offer(mini_tender_id: int) -> Response:
    """One screen; whatever button is pressed, what was typed is kept in a draft, which is not an offer."""
    answering = answering_to(mini_tender_id, clock.now())
    form = offer_form(answering.terms, answering.content, answering.draft, answering.stamp)
    form.show_sent(sent_files(answering.mini_tender, answering.supplier))
    if form.is_submitted():
        if keep_draft(form, answering):
            return _after_draft(form.next.data, mini_tender_id)
        answering = answering_to(mini_tender_id, answering.at)
    return form_page("supplier/offer.html", form, answering=answering, need=answering.mini_tender)


@allow_supplier
def check(mini_tender_id: int) -> Response:
    """Read the whole offer again with its total, then deposit it."""
    answering = answering_to(mini_tender_id, clock.now())
    form = deposit_form(answering.draft)
    if form.validate_on_submit() and (made := deposit(form, answering)):
        return redirect(url_for("supplier.receipt", offer_id=made.id))
    if answering.draft is None or answering.missing:
        flash("Votre offre n’est pas déposée : elle n’est pas complète.", "warning")
        return redirect(url_for("supplier.offer", mini_tender_id=mini_tender_id))
    shortfalls = answering.terms.shortfalls(answering.content)
    form.shown.data = statement(form, answering)
    return form_page("supplier/check_offer.html", form, answering=answering, need=answering.mini_tender, shortfalls=shortfalls)


@allow_supplier
def discard(mini_tender_id: int) -> Response:
    """Throw the draft away, after asking."""
    invitation, form = own_invitation(mini_tender_id), ConfirmForm()
    draft = draft_of(invitation.mini_tender, invitation.supplier) or abort(404)
    if form.validate_on_submit():
        with attempt(form) as done:
            discard_offer_draft(draft, by=current_person(), at=clock.now())
        if done:
            flash("Le brouillon est détruit.", "success")
            return redirect(url_for("supplier.mini_tender", mini_tender_id=mini_tender_id))
    return form_page("supplier/discard_offer.html", form, need=invitation.mini_tender)


@allow_supplier
def withdraw(offer_id: int) -> Response:
    """Take an offer back before the deadline, after reading what it entails."""
    found, form = own_offer(offer_id), ConfirmForm()
    if found.state != OfferState.DEPOSITED:
        return redirect(url_for("supplier.mini_tender", mini_tender_id=found.mini_tender_id))
    link = consultation_link(found.mini_tender)
    if form.validate_on_submit():
        with attempt(form) as done:
            withdraw_offer(found, link=link, by=current_person(), at=g.received_at)
        if done:
            flash("Votre offre est retirée. Vous pouvez en déposer une autre jusqu’à la date limite.", "success")
            return redirect(url_for("supplier.mini_tender", mini_tender_id=found.mini_tender_id))
    told = people_of(found.supplier)
    letter = letters.withdrawn(found, at=g.received_at, link=link)
    return form_page("supplier/withdraw_offer.html", form, offer=found, need=found.mini_tender, told=told, letter=letter)


def _after_draft(button: str | None, mini_tender_id: int) -> Response:
    if button == CHECK:
        return redirect(url_for("supplier.check_offer", mini_tender_id=mini_tender_id))
    flash("Brouillon enregistré. Votre offre n’est pas déposée.", "warning")
    return redirect(url_for("supplier.offer", mini_tender_id=mini_tender_id))
