"""Receipts of deposits, for their depositor alone."""

from datetime import datetime

from flask import Response, render_template, url_for

from sad import clock
from sad.actions.assisted_deposits import assistance_of
from sad.actions.receipts import read_receipt, receipt_text
from sad.domain.phases import is_open
from sad.reports.receipt import receipt_pdf
from sad.web.access import allow_supplier
from sad.web.running import site_address
from sad.web.supplier.answering import seal_key
from sad.web.supplier.own import own_offer
from sad.web.uploads import as_download

INSTANTS = ("started_at", "received_at", "closes_at")


@allow_supplier
def receipt(offer_id: int) -> str:
    """The five legal items, and what proves them; made to be printed."""
    offer = own_offer(offer_id)
    body = read_receipt(offer, seal_key=seal_key())
    body |= {name: datetime.fromisoformat(body[name]) for name in INSTANTS}
    may_change = is_open(offer.mini_tender, clock.now())
    shown = {"offer": offer, "need": offer.mini_tender, "receipt": body, "assisted": assistance_of(offer)}
    return render_template("supplier/receipt.html", **shown, may_change=may_change)


@allow_supplier
def receipt_file(offer_id: int) -> Response:
    """The same to keep, byte for byte as it was made."""
    offer = own_offer(offer_id)
    name = f"accuse-de-reception-{offer.deposit_id}.json"
    return as_download(receipt_text(offer, seal_key=seal_key()), media_type="application/json", name=name)


@allow_supplier
def receipt_paper(offer_id: int) -> Response:
    """The same on one page, for whoever reads paper."""
    offer = own_offer(offer_id)
    verify_url = site_address() + url_for("public.receipts")
    pdf = receipt_pdf(read_receipt(offer, seal_key=seal_key()), made_at=offer.received_at, verify_url=verify_url)
    return as_download(pdf, media_type="application/pdf", name=f"accuse-de-reception-{offer.deposit_id}.pdf")
