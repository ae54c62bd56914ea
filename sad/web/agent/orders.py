"""The requester's order: sent once the contract is notified, its headcount confirmed, its delivery accepted on the spot."""

from datetime import datetime

from flask import Response, abort, flash, redirect, render_template, url_for

from sad import clock
from sad.actions.evaluations import live_award
from sad.actions.orders import confirm_headcount, order_of, place_order, set_invoice_references, standing_faults
from sad.actions.receptions import accept_delivery
from sad.domain.calendar import paris_day
from sad.letters.headcounts import headcount_words
from sad.models.mini_tenders import MiniTender
from sad.models.orders import Order
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.agent.order_forms import DeliveryForm, HeadcountForm, PlaceForm, ReferencesForm, proposed_hours
from sad.web.agent.own import own_need
from sad.web.orders import pdf_of, shown, supplier_link


@allow(Role.REQUESTER)
def place(mini_tender_id: int) -> Response:
    """« Commander »: the lines of the offer retained, the slot, the references; or why it is not possible now."""
    need, at = own_need(mini_tender_id), clock.now()
    form = PlaceForm(data=proposed_hours(need.happens_at))
    if form.validate_on_submit() and _place(form, need, at):
        return redirect(url_for("agent.order", mini_tender_id=need.id))
    if not form.is_submitted() and order_of(need):
        return redirect(url_for("agent.order", mini_tender_id=need.id))
    award = live_award(need)
    offer = award.place.offer if award and award.notified_at else None
    faults = [] if form.is_submitted() else standing_faults(need, at)
    return form_page("agent/place_order.html", form, need=need, offer=offer, faults=faults, headcount=headcount_words(need))


@allow(Role.REQUESTER)
def order(mini_tender_id: int) -> str:
    """The order as it stands, what is still to be done, what was promised and what came."""
    found = _own_order(mini_tender_id)
    return render_template("agent/order.html", need=found.mini_tender, **shown(found, clock.now()))


@allow(Role.REQUESTER)
def headcount(mini_tender_id: int) -> Response:
    """Confirm for how many guests, within what was announced."""
    found, at = _own_order(mini_tender_id), clock.now()
    form = HeadcountForm(obj=found)
    if form.validate_on_submit():
        with attempt(form) as done:
            confirm_headcount(
                found, form.headcount.data, version=form.version.data, link=supplier_link, by=current_person(), at=at
            )
        if done:
            flash("Le nombre de convives est confirmé. Le fournisseur reçoit la commande à jour.", "success")
            return _back(found)
        form.note_crossing(found)
    return form_page("agent/headcount.html", form, need=found.mini_tender, **shown(found, at))


@allow(Role.REQUESTER)
def references(mini_tender_id: int) -> Response:
    """Write what the invoice must carry."""
    found, at = _own_order(mini_tender_id), clock.now()
    form = ReferencesForm(obj=found)
    if form.validate_on_submit():
        asked = {name: form[name].data or "" for name in ("engagement_number", "service_code")}
        with attempt(form) as done:
            set_invoice_references(found, **asked, version=form.version.data, link=supplier_link, by=current_person(), at=at)
        if done:
            flash("Les références sont enregistrées. Le fournisseur reçoit la commande à jour.", "success")
            return _back(found)
        form.note_crossing(found)
    return form_page("agent/order_references.html", form, need=found.mini_tender, order=found)


@allow(Role.REQUESTER)
def accept(mini_tender_id: int) -> Response:
    """« Réceptionner »: one page, one button, on a phone."""
    found, at = _own_order(mini_tender_id), clock.now()
    form = DeliveryForm.of(found)
    if form.validate_on_submit():
        with attempt(form) as done:
            accept_delivery(found, form.delivered(), link=supplier_link, by=current_person(), at=at)
        if done:
            flash("La livraison est réceptionnée. Le fournisseur en reçoit le compte rendu.", "success")
            return _back(found)
    return form_page("agent/accept_delivery.html", form, need=found.mini_tender, **shown(found, at))


@allow(Role.REQUESTER)
def order_file(mini_tender_id: int) -> Response:
    """The order as PDF."""
    return pdf_of(_own_order(mini_tender_id))


def _place(form: PlaceForm, need: MiniTender, at: datetime) -> bool:
    day = paris_day(need.happens_at or at)
    with attempt(form) as done:
        sent = place_order(need, form.terms(day), link=supplier_link, by=current_person(), at=at)
    if done:
        flash(f"La commande {sent.reference} est partie.", "success")
    return bool(done)


def _own_order(mini_tender_id: int) -> Order:
    """The order of a need of the person's services; 404 while there is none."""
    return order_of(own_need(mini_tender_id)) or abort(404)


def _back(order: Order) -> Response:
    return redirect(url_for("agent.order", mini_tender_id=order.mini_tender.id))
