"""Trial deposits: a supplier tries the way of an offer at any time, and keeps a receipt that says it was a trial."""

from datetime import datetime
from uuid import uuid4

from flask import Response, g, redirect, render_template, url_for
from sqlalchemy import select

from sad import clock
from sad.actions.staged_uploads import discard_uploads
from sad.actions.trials import read_trial_receipt, submit_trial, trial_receipt_text, trial_terms, trials_of
from sad.domain.offers import OfferTerms
from sad.models.trials import TrialDeposit
from sad.reports.receipt import receipt_pdf
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.running import site_address
from sad.web.supplier.answering import seal_key
from sad.web.supplier.joining import joined_files, ticked_uploads
from sad.web.supplier.offer_form import OfferForm, offer_form
from sad.web.supplier.sent import sent_files
from sad.web.uploads import as_download

INSTANTS = ("started_at", "received_at", "closes_at")


@allow_supplier
def trial() -> Response:
    """The form of a trial: the fields, the documents and the limits of an offer; its stamp is the key that makes it single."""
    supplier = current_supplier()
    terms = trial_terms(supplier, at=clock.now())
    form = offer_form(terms, terms.read({}), None, uuid4().hex)
    if form.validate_on_submit() and (made := _deposited(form, terms)):
        return redirect(url_for("supplier.trial_receipt", trial_id=made.id))
    form.show_sent(sent_files(None, supplier))
    return form_page("supplier/trial.html", form, terms=terms, trials=trials_of(supplier), at=clock.now())


@allow_supplier
def receipt(trial_id: int) -> str:
    """What the receipt of an offer would say, marked as that of a trial."""
    found = _own_trial(trial_id)
    body = read_trial_receipt(found, seal_key=seal_key())
    body |= {name: datetime.fromisoformat(body[name]) for name in INSTANTS}
    return render_template("supplier/trial_receipt.html", trial=found, receipt=body)


@allow_supplier
def receipt_file(trial_id: int) -> Response:
    """The same to keep, byte for byte as it was signed: it verifies like any other, and says that it is a trial."""
    found = _own_trial(trial_id)
    name = f"ESSAI-accuse-de-reception-{found.deposit_id}.json"
    return as_download(trial_receipt_text(found, seal_key=seal_key()), media_type="application/json", name=name)


@allow_supplier
def receipt_paper(trial_id: int) -> Response:
    """The same on one page, marked as a trial from its title to its foot."""
    found, verify_url = _own_trial(trial_id), site_address() + url_for("public.receipts")
    pdf = receipt_pdf(read_trial_receipt(found, seal_key=seal_key()), made_at=found.received_at, verify_url=verify_url)
    return as_download(pdf, media_type="application/pdf", name=f"ESSAI-accuse-de-reception-{found.deposit_id}.pdf")


def _deposited(form: OfferForm, terms: OfferTerms) -> TrialDeposit | None:
    supplier, content, made = current_supplier(), terms.read(form.content()), None
    files = joined_files(form, None, supplier)
    if files is None:
        return None
    with attempt(form):
        made = submit_trial(
            supplier,
            content,
            files,
            idempotency_key=(form.stamp.data or "")[:40],
            started_at=g.started_at,
            received_at=g.received_at,
            seal_key=seal_key(),
            by=current_person(),
            at=clock.now(),
        )
        discard_uploads(ticked_uploads(form, None, supplier), by=current_person(), at=clock.now())
    return made


def _own_trial(trial_id: int) -> TrialDeposit:
    """404 for another's, and for one that is destroyed."""
    return own_or_404(select(TrialDeposit).where(TrialDeposit.id == trial_id, TrialDeposit.supplier_id == current_supplier().id))
