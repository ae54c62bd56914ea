"""Stored files and proofs in a supplier's vault."""

import itertools
import uuid
from datetime import date

from sad.db import session
from sad.models.certificates import Certificate
from sad.models.documents import Document
from sad.models.suppliers import Supplier
from sad.storage import StoredFile
from tests.factories.organisations import LONG_AGO
from tests.factories.suppliers import member_of

numbers = itertools.count(1)


def stored_file(name: str = "attestation.pdf") -> StoredFile:
    """A file as storage gives it, with nothing on disk."""
    identifier = str(uuid.uuid4())
    return StoredFile(name, "application/pdf", 2048, f"{next(numbers):064x}", f"{identifier[:2]}/{identifier}")


def make_certificate(supplier: Supplier, kind: str = "liability_insurance", *, expires_on: date | None = None, **values) -> Certificate:
    file = stored_file()
    document = Document(
        supplier_id=supplier.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        storage_key=file.key,
        uploaded_by=member_of(supplier).id,
        uploaded_at=LONG_AGO,
        kind=kind,
    )
    certificate = Certificate(
        **{
            "supplier_id": supplier.id,
            "kind": kind,
            "label": "Assurance responsabilité civile professionnelle",
            "expires_on": expires_on,
            "document": document,
            "added_at": LONG_AGO,
            **values,
        }
    )
    session.add(certificate)
    session.flush()
    return certificate
