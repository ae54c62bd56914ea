"""Files sent piece by piece for an offer or a trial: a cut line is taken up where it stopped, nothing of them is ever in clear."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, select

from sad.actions.attempts import attempt_deposit
from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import refuse
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.uploads import StagedChunk, StagedUpload
from sad.storage import CHUNK_BYTES, UploadedFile, check_announced, check_files
from sad.trust.canonical import canonical_json
from sad.trust.envelopes import STEP, EnvelopeFile, size_class
from sad.trust.sealing import open_draft, seal_draft

KEPT_DAYS = 7
LENGTH_BYTES = 4
RECEIVED = "Fichier reçu en entier pour un brouillon, qui n’est pas un dépôt."
DESTROYED = "L’envoi de ce fichier est détruit."


def begin_upload(
    mini_tender: MiniTender | None, supplier: Supplier, name: str, size: int, *, seal_key: bytes, by: Person, at: datetime
) -> StagedUpload:
    """Make place for a file of `size` bytes, for an offer or (None) for a trial; its attempt is noted now, whatever the line does next.

    Raises `Refused` with every fault of its name, its size, and of all that is on its way beside it.
    """
    session.refresh(supplier, with_for_update={"of": Supplier})  # one beginning at a time: the sum is counted
    beside = [read_head(upload, seal_key=seal_key)[1] for upload in uploads_of(mini_tender, supplier)]
    check_announced(name, size, beside)
    token, chunks = uuid4().hex, -(-size // CHUNK_BYTES)
    upload = StagedUpload(token=token, supplier_id=supplier.id, started_by=by.id, chunks=chunks, received=0, started_at=at, touched_at=at)
    upload.sealed = seal_draft(seal_key, _context(upload, "head"), _padded(canonical_json({"name": name, "size": size})))
    if mini_tender is not None:
        upload.mini_tender_id = mini_tender.id
        upload.attempt = attempt_deposit(mini_tender, supplier, started_at=at, received_at=at, size=size, by=by, at=at)
        upload.attempt.refused_because = _interrupted(upload)
    session.add(upload)
    record("begin_upload", upload, by=by, at=at, is_sealed=True, size_class=size_class(size))
    return upload


def add_chunk(upload: StagedUpload, offset: int, body: bytes, *, seal_key: bytes, by: Person, at: datetime) -> StagedUpload:
    """Keep the piece that begins at that byte; one that is there already changes nothing, so that it may be sent again.

    Raises `Refused` for a piece that does not follow what came, that is not as long as it must be, or that ends a file which cannot be
    accepted.
    """
    session.refresh(upload, with_for_update=True)
    name, size = read_head(upload, seal_key=seal_key)
    number = offset // CHUNK_BYTES
    if 0 <= offset < size and offset % CHUNK_BYTES == 0 and number < upload.received:
        return upload
    if offset != upload.received * CHUNK_BYTES or len(body) != min(CHUNK_BYTES, size - offset):
        raise refuse("Ce morceau n’est pas celui qui est attendu.", "Demander où l’envoi en est, et continuer de là.", field="files")
    session.add(StagedChunk(upload_id=upload.id, number=number, sealed=seal_draft(seal_key, _context(upload, number), _padded(body))))
    upload.received, upload.touched_at = upload.received + 1, max(at, upload.touched_at)
    if upload.is_whole:
        check_files([UploadedFile(name, read_upload(upload, seal_key=seal_key).body)])
        record("receive_upload", upload, by=by, at=at, is_sealed=True)
    _note_progress(upload)
    return upload


def discard_uploads(uploads: Iterable[StagedUpload], *, by: Person | None, at: datetime) -> None:
    """Destroy files on their way or received, with all their pieces: the draft has them, or nobody wants them (`by` None: nobody came)."""
    for upload in uploads:
        record("discard_upload", upload, by=by, at=at, is_sealed=True)
        if upload.attempt is not None and not upload.is_whole:
            upload.attempt.refused_because = f"{_interrupted(upload)} {DESTROYED}"
        session.execute(delete(StagedChunk).where(StagedChunk.upload_id == upload.id))
        session.delete(upload)
    session.flush()


def discard_stale_uploads(*, at: datetime) -> int:
    """Destroy what nobody took up again for a week; how many files."""
    stale = session.scalars(select(StagedUpload).where(StagedUpload.touched_at < at - timedelta(days=KEPT_DAYS))).all()
    discard_uploads(stale, by=None, at=at)
    return len(stale)


def uploads_of(mini_tender: MiniTender | None, supplier: Supplier) -> Sequence[StagedUpload]:
    """The files that the supplier sends or has sent for its next draft, or (None) for a trial, in the order in which they began."""
    of = StagedUpload.mini_tender_id.is_(None) if mini_tender is None else StagedUpload.mini_tender_id == mini_tender.id
    return session.scalars(select(StagedUpload).where(StagedUpload.supplier_id == supplier.id, of).order_by(StagedUpload.id)).all()


def offset_of(upload: StagedUpload, size: int) -> int:
    """How many of its bytes came: where the next piece begins."""
    return min(upload.received * CHUNK_BYTES, size)


def read_head(upload: StagedUpload, *, seal_key: bytes) -> tuple[str, int]:
    """Its name as it was given, and its size in bytes. Raises `SealBroken`."""
    head = json.loads(_unpadded(open_draft(seal_key, _context(upload, "head"), upload.sealed)))
    return head["name"], head["size"]


def read_upload(upload: StagedUpload, *, seal_key: bytes) -> UploadedFile:
    """A file that came whole, byte for byte as it was sent. Raises `SealBroken`."""
    session.flush()
    pieces = session.execute(
        select(StagedChunk.number, StagedChunk.sealed).where(StagedChunk.upload_id == upload.id).order_by(StagedChunk.number)
    )
    bodies = [_unpadded(open_draft(seal_key, _context(upload, number), sealed)) for number, sealed in pieces]
    return UploadedFile(read_head(upload, seal_key=seal_key)[0], b"".join(bodies))


def as_files(uploads: Iterable[StagedUpload], *, seal_key: bytes) -> list[EnvelopeFile]:
    """Those that came whole, checked, as a draft holds them. Raises `SealBroken`, and `Refused` for what cannot be accepted."""
    checked = check_files([read_upload(upload, seal_key=seal_key) for upload in uploads if upload.is_whole])
    return [EnvelopeFile(file.name, file.media_type, file.body) for file in checked]


def _note_progress(upload: StagedUpload) -> None:
    """On its attempt: how far it came, and when its last byte did."""
    if upload.attempt is not None:
        upload.attempt.received_at = upload.touched_at
        upload.attempt.refused_because = RECEIVED if upload.is_whole else _interrupted(upload)


def _interrupted(upload: StagedUpload) -> str:
    return f"Envoi d’un fichier commencé et pas fini\u00a0: {upload.received}/{upload.chunks} des morceaux reçus."


def _context(upload: StagedUpload, part: str | int) -> str:
    return f"upload:{upload.token}:{part}"


def _padded(body: bytes) -> bytes:
    """As long as a whole number of steps of 64 KiB, its true length first."""
    told = len(body).to_bytes(LENGTH_BYTES, "big") + body
    return told.ljust(size_class(len(told)) * STEP, b"\0")


def _unpadded(padded: bytes) -> bytes:
    return padded[LENGTH_BYTES:][: int.from_bytes(padded[:LENGTH_BYTES], "big")]
