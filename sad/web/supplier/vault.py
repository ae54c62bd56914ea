"""« Mes documents »: proofs given once, with their end date."""

from flask import Response, flash, redirect, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions import vault as acts
from sad.actions.proof_deposits import keep_proof
from sad.db import transaction
from sad.domain.calendar import paris_day
from sad.domain.proofs import ProofKind
from sad.models.applications import Application, ApplicationDocument
from sad.models.certificates import Certificate
from sad.models.documents import Document
from sad.models.suppliers import Supplier
from sad.storage import StoredFile
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.paging import page_of
from sad.web.supplier.forms import OTHER, CertificateForm
from sad.web.uploads import keep_file, send_document


@allow_supplier
def documents() -> Response:
    """The vault, the last added first; adding a document."""
    supplier, form = current_supplier(), CertificateForm()
    if form.validate_on_submit():
        file = keep_file(form.files)
        with attempt(form) as done:
            _keep(supplier, form, file)
        if done:
            flash("Le document est dans votre coffre.", "success")
            return redirect(url_for("supplier.documents"))
    held = (
        select(Certificate)
        .where(Certificate.supplier_id == supplier.id, Certificate.withdrawn_at.is_(None))
        .options(joinedload(Certificate.document))
    )
    page = page_of(held, Certificate.id, descending=True)
    return form_page("supplier/documents.html", form, page=page, today=paris_day(clock.now()))


@allow_supplier
def withdraw_certificate(certificate_id: int) -> Response:
    certificate = own_or_404(
        select(Certificate).where(Certificate.id == certificate_id, Certificate.supplier_id == current_supplier().id)
    )
    with transaction():
        acts.withdraw_certificate(certificate, by=current_person(), at=clock.now())
    flash("Le document n’est plus dans votre coffre. Il reste joint aux candidatures déjà envoyées.", "success")
    return redirect(url_for("supplier.documents"))


@allow_supplier
def download(document_id: int) -> Response:
    """One of the supplier's own documents, or one that a member joined to an application of its consortium."""
    joined = (
        select(ApplicationDocument.document_id)
        .join(ApplicationDocument.application)
        .where(Application.supplier_id == current_supplier().id)
    )
    mine = or_(Document.supplier_id == current_supplier().id, Document.id.in_(joined))
    return send_document(own_or_404(select(Document).where(Document.id == document_id, mine)))


def _keep(supplier: Supplier, form: CertificateForm, file: StoredFile) -> None:
    """A proof that buyers ask before a contract has its own name and its age; any other paper has the name that is typed."""
    expires_on, by, at = form.expires_on.data, current_person(), clock.now()
    if form.kind.data in set(ProofKind):
        keep_proof(supplier, file, ProofKind(form.kind.data), issued_on=form.issued_on.data, expires_on=expires_on, by=by, at=at)
    else:
        acts.add_certificate(supplier, file, kind=OTHER, label=form.label.data or "", expires_on=expires_on, by=by, at=at)
