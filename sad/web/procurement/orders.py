"""The order of a contract as the buyers follow it, and the court actions that stop a contract."""

from flask import Response, abort, flash, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from wtforms import TextAreaField
from wtforms.validators import Length

from sad import clock
from sad.actions.litigation import hold_of, lift_hold, place_hold
from sad.actions.orders import order_of
from sad.db import session
from sad.models.litigation import LitigationHold
from sad.models.mini_tenders import MiniTender
from sad.models.orders import Order
from sad.models.people import Person, Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, Required
from sad.web.orders import pdf_of, shown
from sad.web.procurement.opened import READERS, opened_mini_tender


class HoldForm(Form):
    """What happened: the court action, or the judge's decision."""

    reason = TextAreaField("Ce qui s’est passé", [Required("Écrivez une phrase."), Length(max=4000, message="Au plus 4 000 caractères.")])


@allow(*READERS)
def order(mini_tender_id: int) -> str:
    """The order, or that it is still awaited; what was promised and what came."""
    mini_tender, at = opened_mini_tender(mini_tender_id), clock.now()
    found = order_of(mini_tender)
    return render_template("procurement/order.html", mini_tender=mini_tender, **(shown(found, at) if found else {"order": None}))


@allow(*READERS)
def order_file(mini_tender_id: int) -> Response:
    """The order as PDF."""
    return pdf_of(_order(opened_mini_tender(mini_tender_id)))


@allow(*READERS, acting=(Role.BUYER,))
def litigation(mini_tender_id: int) -> Response:
    """Record a court action, or what the judge decided of it."""
    mini_tender, form = opened_mini_tender(mini_tender_id), HoldForm()
    live = hold_of(mini_tender)
    form.reason.description = "Ce que le juge a décidé, et quel jour." if live else "Le tribunal, la référence, le jour où vous l’avez su."
    if form.validate_on_submit():
        act, words = (lift_hold, "Le recours est levé.") if live else (place_hold, "Le recours est enregistré : plus rien ne se signe.")
        with attempt(form) as done:
            act(mini_tender, form.reason.data or "", by=current_person(), at=clock.now())
        if done:
            flash(words, "success")
            return redirect(url_for("procurement.litigation", mini_tender_id=mini_tender.id))
    past = list(session.scalars(_past(mini_tender)))
    return form_page(
        "procurement/litigation.html", form, mini_tender=mini_tender, live=live, past=past, may_act=current_person().has_role(Role.BUYER)
    )


def _order(mini_tender: MiniTender) -> Order:
    return order_of(mini_tender) or abort(404)


def _past(mini_tender: MiniTender) -> Select[LitigationHold]:
    people = (joinedload(each).lazyload(Person.roles) for each in (LitigationHold.placer, LitigationHold.lifter))
    lifted = select(LitigationHold).where(LitigationHold.mini_tender_id == mini_tender.id, LitigationHold.lifted_at.is_not(None))
    return lifted.options(*people).order_by(LitigationHold.id)
