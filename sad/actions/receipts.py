"""Receipts of deposits: the five legal items and what proves them later, sealed at rest and shown to the depositor alone."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from sad.actions.receipt_keys import ensure_receipt_key
from sad.db import session
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, Receipt
from sad.models.suppliers import Supplier
from sad.trust import receipts
from sad.trust.chain import Head
from sad.trust.commitments import commitment
from sad.trust.envelopes import Envelope, EnvelopeFile
from sad.trust.sealing import open_receipt, seal_receipt
from sad.trust.signing import sign_receipt

TYPED = "Prix et réponses donnés en ligne"


def make_receipt(
    offer: Offer, mini_tender: MiniTender, supplier: Supplier, envelope: Envelope, entry: JournalEntry, *, seal_key: bytes, at: datetime
) -> Receipt:
    """The signed receipt of a deposit (REC-02), with the line of the journal that says it. What was typed is its first document."""
    typed = EnvelopeFile(TYPED, "application/json", envelope.content)
    stated = receipts.Receipt(
        deposit_id=offer.deposit_id,
        depositor=f"{supplier.name}, SIRET {supplier.siret}",
        buyer=f"{mini_tender.organisation.name}, SIREN {mini_tender.organisation.siren}",
        title=mini_tender.title,
        object=f"Consultation n° {mini_tender.id}, catégorie « {mini_tender.category.label if mini_tender.category else ''} », "
        f"système d’acquisition dynamique {mini_tender.system.reference}",
        started_at=offer.started_at,
        received_at=offer.received_at,
        closes_at=offer.closes_at,
        documents=receipts.listed_documents(envelope.salt, (typed, *envelope.files)),
        salt=envelope.salt,
        content_commitment=commitment(envelope.salt, envelope.content),
        sealed_sha256=offer.sealed_sha256,
        journal_head=Head(entry.seq, entry.hash),
    )
    file = sign_receipt(receipts.receipt_body(stated), ensure_receipt_key(seal_key=seal_key, at=at), seal_key)
    receipt = Receipt(offer=offer, supplier_id=offer.supplier_id, sealed=seal_receipt(seal_key, _context(offer), file), made_at=at)
    session.add(receipt)
    return receipt


def receipt_text(offer: Offer, *, seal_key: bytes) -> bytes:
    """The signed receipt of an offer as canonical JSON, byte for byte as it was made. Raises `SealBroken`."""
    receipt = session.scalars(select(Receipt).where(Receipt.offer_id == offer.id)).one()
    return open_receipt(seal_key, _context(offer), receipt.sealed)


def read_receipt(offer: Offer, *, seal_key: bytes) -> dict[str, Any]:
    """The same as a mapping: see `sad.trust.receipts.receipt_body`, with `key_id` and `signature`."""
    body: dict[str, Any] = json.loads(receipt_text(offer, seal_key=seal_key))
    return body


def _context(offer: Offer) -> str:
    return f"receipt:{offer.deposit_id}"
