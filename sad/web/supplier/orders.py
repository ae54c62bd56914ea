"""My orders: what is bought of me, « Bien reçu », the PDF, and what the service said of the delivery."""

from collections.abc import Iterator
from datetime import datetime

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from sad import clock
from sad.actions.orders import acknowledge_order, with_all
from sad.db import session, transaction
from sad.letters.wording import long_date
from sad.models.awards import Award
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.orders import Delivery, Order
from sad.models.suppliers import Supplier
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.orders import order_state, pdf_of, shown
from sad.web.paging import page_of
from sad.web.supplier.tasks import Task

MOST_AT_HOME = 10


@allow_supplier
def orders() -> str:
    """Every order received, the last first."""
    at = clock.now()
    page = page_of(with_all(_own(current_supplier())), Order.ordered_at, Order.id, descending=True)
    return render_template("supplier/orders.html", page=page, state=lambda each: order_state(each, at))


@allow_supplier
def order(order_id: int) -> str:
    """One of them, line by line; what was promised and what came."""
    found = _own_order(order_id)
    return render_template("supplier/order.html", need=found.mini_tender, **shown(found, clock.now()))


@allow_supplier
def acknowledge(order_id: int) -> Response:
    """« Bien reçu », in one tap."""
    found = _own_order(order_id)
    with transaction():
        acknowledge_order(found, by=current_person(), at=clock.now())
    flash("C’est noté : le service sait que vous avez la commande.", "success")
    return redirect(url_for("supplier.order", order_id=order_id))


@allow_supplier
def order_file(order_id: int) -> Response:
    """The order as PDF."""
    return pdf_of(_own_order(order_id))


def order_tasks(supplier: Supplier, at: datetime) -> Iterator[Task]:
    """The orders that nobody has acknowledged, those whose delivery is still to come."""
    waiting = _own(supplier).outerjoin(Delivery, Delivery.order_id == Order.id)
    waiting = waiting.where(Order.acknowledged_at.is_(None), Order.delivers_until > at, Delivery.id.is_(None))
    buyer = contains_eager(Order.award).joinedload(Award.mini_tender).joinedload(MiniTender.organisation)
    for each in session.scalars(waiting.options(buyer).order_by(Order.delivers_from, Order.id).limit(MOST_AT_HOME)):
        text = f"{each.mini_tender.organisation.name}. Livraison le {long_date(each.delivers_from)}."
        url = url_for("supplier.order", order_id=each.id)
        yield Task("Commande à confirmer", f"{each.reference} : {each.mini_tender.title}", text, "Voir la commande", url)


def _own(supplier: Supplier) -> Select[tuple[Order]]:
    award = select(Order).join(Order.award).join(RankedOffer, RankedOffer.id == Award.ranked_offer_id)
    return award.join(Offer, Offer.id == RankedOffer.offer_id).where(Offer.supplier_id == supplier.id)


def _own_order(order_id: int) -> Order:
    return own_or_404(with_all(_own(current_supplier()).where(Order.id == order_id)))
