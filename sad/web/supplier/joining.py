"""The documents that a form joins: those sent piece by piece that it ticks, those that it carries itself."""

from collections.abc import Sequence

from sad.actions.offer_drafts import Draft
from sad.actions.staged_uploads import as_files, uploads_of
from sad.domain.errors import Refused
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier
from sad.models.uploads import StagedUpload
from sad.storage import UploadedFile, check_files
from sad.trust.envelopes import EnvelopeFile
from sad.web.supplier.answering import seal_key
from sad.web.supplier.offer_form import OfferForm


def joined_files(
    form: OfferForm, mini_tender: MiniTender | None, supplier: Supplier, draft: Draft | None = None
) -> list[EnvelopeFile] | None:
    """The documents of an offer, or (None) of a trial, as the form leaves them; None when they cannot be accepted, which it says."""
    try:
        files = form.kept_files(draft, as_files(ticked_uploads(form, mini_tender, supplier), seal_key=seal_key()))
        check_files([UploadedFile(file.name, file.body) for file in files], field="files")
    except Refused as refused:
        form.take(refused)
        return None
    return files


def ticked_uploads(form: OfferForm, mini_tender: MiniTender | None, supplier: Supplier) -> Sequence[StagedUpload]:
    """The files that came whole piece by piece, and that the page said to join."""
    own = uploads_of(mini_tender, supplier)
    return [upload for upload in own if upload.is_whole and str(upload.id) in (form.staged.data or ())]
