"""Files in and out: kept before the act that uses them, given back so that a browser never runs them."""

import io
from collections.abc import Iterator

from flask import Response, abort, send_file

from sad.domain.errors import refuse
from sad.models.documents import Document
from sad.models.examinations import ExaminationFile
from sad.models.offers import OfferFile
from sad.models.scanning import Scanned
from sad.storage import StoredFile, get, put
from sad.web.fields import FilesField
from sad.web.running import site_settings


def keep_file(field: FilesField) -> StoredFile:
    """The single file of a field that was found good, kept on disk; to be called before the transaction that uses it."""
    return put(site_settings().data_dir, field.checked[0])


def send_document(document: Document) -> Response:
    """A stored document as a download. Raises `Refused` when it is in quarantine."""
    _hold_quarantine(document)
    try:
        body = get(site_settings().data_dir, document.storage_key)
    except FileNotFoundError:
        abort(404)
    return as_download(body, media_type=document.media_type, name=document.name)


def send_file_kept(file: OfferFile | ExaminationFile) -> Response:
    """A file that the database holds, as a download. Raises `Refused` when it is in quarantine."""
    _hold_quarantine(file)
    return as_download(file.body, media_type=file.media_type, name=file.name)


def as_download(body: bytes, *, media_type: str, name: str) -> Response:
    """A file to keep: never shown in the page's own origin, never guessed to be something else; its name on one line."""
    on_one_line = " ".join(name.splitlines())
    return _kept_apart(send_file(io.BytesIO(body), mimetype=media_type, as_attachment=True, download_name=on_one_line))


def as_streamed(chunks: Iterator[bytes], *, media_type: str, name: str) -> Response:
    """The same, sent piece by piece as it is made; `name` is of plain letters."""
    response = Response(chunks, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return _kept_apart(response)


def _hold_quarantine(file: Scanned) -> None:
    if file.is_quarantined:
        message = f"Ce fichier est en quarantaine : l’antivirus y a trouvé « {file.threat} ». Personne ne peut l’ouvrir."
        raise refuse(message, "Il reste conservé. Qui l’a envoyé peut en donner un autre, fait sur un appareil sain.")


def _kept_apart(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
