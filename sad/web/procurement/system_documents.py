"""The documents of the consultation: added at any time, taken out of a draft only (SAD-04)."""

from flask import Response, flash, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions.system_documents import publish_document, remove_document
from sad.db import transaction
from sad.models.people import Role
from sad.models.systems import SystemDocument
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.procurement.own import own_system
from sad.web.procurement.system_forms import DocumentForm
from sad.web.procurement.systems import READERS, SCREENS
from sad.web.uploads import keep_file, send_document


@allow(Role.BUYER)
def documents(system_id: int) -> Response:
    """Those published, and adding one."""
    found, form = own_system(system_id), DocumentForm()
    if form.validate_on_submit():
        file = keep_file(form.files)
        with attempt(form) as done:
            publish_document(found, form.title.data, file, by=current_person(), at=clock.now())
        if done:
            flash("Le document est ajouté.", "success")
            return redirect(url_for("procurement.system_documents", system_id=found.id))
    return form_page("procurement/system_documents.html", form, system=found, screens=SCREENS)


@allow(*READERS)
def download(system_id: int, document_id: int) -> Response:
    """One of them."""
    return send_document(_own(system_id, document_id).document)


@allow(Role.BUYER)
def remove(system_id: int, document_id: int) -> Response:
    """Take a document out of a draft; refused once the system is open."""
    published = _own(system_id, document_id)
    with transaction():
        remove_document(published, by=current_person(), at=clock.now())
    flash("Le document est retiré du brouillon.", "success")
    return redirect(url_for("procurement.system_documents", system_id=system_id))


def _own(system_id: int, document_id: int) -> SystemDocument:
    return own_or_404(
        select(SystemDocument)
        .where(
            SystemDocument.document_id == document_id,
            SystemDocument.system_id == system_id,
            SystemDocument.organisation_id == current_organisation().id,
        )
        .options(joinedload(SystemDocument.document), joinedload(SystemDocument.system))
    )
