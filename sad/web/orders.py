"""An order as the pages of its three readers show it: where it stands, what it holds, what was kept of it."""

from datetime import datetime

from flask import Response, url_for

from sad.domain.calendar import paris_day
from sad.letters.follow_up import follow_up
from sad.letters.orders import slot_words
from sad.models.orders import Order
from sad.reports.order import order_file_name, order_pdf
from sad.web.running import site_address
from sad.web.uploads import as_download

DELIVERED = {
    "full": ("Réceptionnée", "green"),
    "partial": ("Réceptionnée avec réserves", "apricot"),
    "refused": ("Livraison refusée", "red"),
}


def order_state(order: Order, at: datetime) -> tuple[str, str]:
    """Where it stands: words, then tone."""
    if order.delivery is not None:
        return DELIVERED[order.delivery.conformity]
    if paris_day(order.delivers_from) <= paris_day(at):
        return "Livraison à réceptionner", "apricot"
    return ("Commande reçue par le fournisseur", "green") if order.acknowledged_at else ("Commande envoyée", "blue")


def shown(order: Order, at: datetime) -> dict[str, object]:
    """What every page of an order needs beside it."""
    return {
        "order": order,
        "content": order.as_content(),
        "accepted": order.as_accepted(),
        "slot": slot_words(order),
        "kept": follow_up(order),
        "state": order_state(order, at),
        "may_confirm": may_confirm(order, at),
        "may_accept": order.delivery is None and paris_day(order.delivers_from) <= paris_day(at),
    }


def may_confirm(order: Order, at: datetime) -> bool:
    """Whether the headcount may still be confirmed today."""
    return order.delivery is None and order.headcount_until is not None and paris_day(at) <= order.headcount_until


def pdf_of(order: Order) -> Response:
    """The order as a PDF to keep."""
    return as_download(order_pdf(order), media_type="application/pdf", name=order_file_name(order))


def supplier_link(order_id: int) -> str:
    """Where the supplier reads an order, as letters give it."""
    return site_address() + url_for("supplier.order", order_id=order_id)
