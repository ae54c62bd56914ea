"""Files sent piece by piece by the page of an offer: begun, taken up where the line was cut, given up. Answers are for its script."""

from flask import Response, g, jsonify, request, url_for
from sqlalchemy import select

from sad import clock
from sad.actions.staged_uploads import add_chunk, begin_upload, discard_uploads, offset_of, read_head
from sad.db import transaction
from sad.models.mini_tenders import MiniTender
from sad.models.uploads import StagedUpload
from sad.storage import CHUNK_BYTES
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.supplier.answering import answering_to, seal_key

LONGEST_SIZE = 12  # digits


@allow_supplier
def begin(mini_tender_id: int) -> Response:
    """A file of an offer, named with its size."""
    return _begun(answering_to(mini_tender_id, clock.now()).mini_tender)


@allow_supplier
def begin_trial() -> Response:
    """A file of a trial deposit."""
    return _begun(None)


@allow_supplier
def upload(upload_id: int) -> Response:
    """Where the sending is; with a POST, its next piece, which begins at `offset`."""
    found = _own_upload(upload_id)
    if request.method == "POST":
        body = request.get_data()
        with transaction():
            add_chunk(found, _whole_number("offset"), body, seal_key=seal_key(), by=current_person(), at=clock.now())
    return _said(found)


@allow_supplier
def discard(upload_id: int) -> Response:
    """Give up a file that is on its way, or that came and was not joined yet."""
    found = _own_upload(upload_id)
    with transaction():
        discard_uploads([found], by=current_person(), at=clock.now())
    return jsonify({})


def _begun(mini_tender: MiniTender | None) -> Response:
    supplier, name = current_supplier(), request.form.get("name", "")
    with transaction():
        made = begin_upload(mini_tender, supplier, name, _whole_number("size"), seal_key=seal_key(), by=current_person(), at=g.received_at)
    return _said(made)


def _said(found: StagedUpload) -> Response:
    _, size = read_head(found, seal_key=seal_key())
    ways = {"url": url_for("supplier.upload", upload_id=found.id), "discard": url_for("supplier.discard_upload", upload_id=found.id)}
    offset = offset_of(found, size)
    return jsonify({"id": found.id, "size": size, "offset": offset, "piece": CHUNK_BYTES, "is_whole": found.is_whole, **ways})


def _own_upload(upload_id: int) -> StagedUpload:
    """404 for another's, and for one that is destroyed."""
    return own_or_404(select(StagedUpload).where(StagedUpload.id == upload_id, StagedUpload.supplier_id == current_supplier().id))


def _whole_number(name: str) -> int:
    """A number of bytes; -1, which nothing accepts, for anything else."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_SIZE else -1
