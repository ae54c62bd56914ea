"""The receipt of a deposit (annexe 8 of the code, art. 2 II; REC-02): what its depositor can prove later without us."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sad.trust.canonical import instant
from sad.trust.chain import Head
from sad.trust.commitments import commitment
from sad.trust.envelopes import EnvelopeFile
from sad.trust.receipt_check import FORMAT


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document received: its name, its size in bytes, and SHA-256(salt + its bytes) in hexadecimal."""

    name: str
    size: int
    salted_sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A deposit as received. Instants are aware; hashes are SHA-256 in hexadecimal.

    `depositor` and `buyer` are names with their SIRET where there is one; `content_commitment` is SHA-256(salt + content),
    `sealed_sha256` the fingerprint of the ciphertext kept, `journal_head` the journal's last line when the receipt was made.
    One of a trial says so in its body; its `closes_at` is the instant at which the trial is destroyed.
    """

    deposit_id: str
    depositor: str
    buyer: str
    title: str
    object: str
    started_at: datetime
    received_at: datetime
    closes_at: datetime
    documents: tuple[ListedDocument, ...]
    salt: bytes
    content_commitment: str
    sealed_sha256: str
    journal_head: Head
    is_trial: bool = False

    @property
    def late(self) -> bool:
        """Received after the deadline in force, to the microsecond (REC-04)."""
        return self.received_at > self.closes_at


def listed_documents(salt: bytes, files: Iterable[EnvelopeFile]) -> tuple[ListedDocument, ...]:
    """The detailed list that a receipt must hold, in the order of deposit."""
    return tuple(ListedDocument(file.name, file.size, commitment(salt, file.body)) for file in files)


def receipt_body(receipt: Receipt) -> dict[str, Any]:
    """The receipt as a mapping ready to be signed; the first five items are those of the law."""
    return {
        "depositor": receipt.depositor,
        "buyer": receipt.buyer,
        "title": receipt.title,
        "object": receipt.object,
        "received_at": instant(receipt.received_at),
        "documents": [
            {"name": document.name, "size": document.size, "salted_sha256": document.salted_sha256} for document in receipt.documents
        ],
        "format": FORMAT,
        "deposit_id": receipt.deposit_id,
        "started_at": instant(receipt.started_at),
        "closes_at": instant(receipt.closes_at),
        "late": receipt.late,
        "salt": receipt.salt.hex(),
        "content_commitment": receipt.content_commitment,
        "sealed_sha256": receipt.sealed_sha256,
        "journal": {"seq": receipt.journal_head.seq, "hash": receipt.journal_head.hash},
        **({"trial": "ESSAI"} if receipt.is_trial else {}),
    }
