"""What must be true of a deposit once it was acknowledged: it is there, whole, will open, and its receipt is genuine."""

import json

from sqlalchemy import func, select

from sad.actions.journal import is_in_journal
from sad.actions.journal_checks import verify_journal
from sad.actions.receipt_keys import published_keys
from sad.actions.receipts import receipt_text
from sad.db import session
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, Receipt
from sad.trust.canonical import canonical_json, instant
from sad.trust.chain import Head
from sad.trust.envelopes import Envelope
from sad.trust.receipt_check import check_receipt, read_keys
from sad.trust.sealing import open_envelope, unwrap
from tests.factories.mini_tenders import SEAL_KEY


def check_deposit(offer: Offer) -> Envelope:
    """The envelope of a deposit, opened; fails unless its one receipt is genuine and says what is kept."""
    assert session.scalar(select(func.count(Receipt.id)).where(Receipt.offer_id == offer.id)) == 1
    said = check_receipt(receipt_text(offer, seal_key=SEAL_KEY), read_keys(canonical_json(published_keys())))
    told = (said["deposit_id"], said["received_at"], said["closes_at"], said["late"], said["sealed_sha256"])
    kept = (offer.deposit_id, instant(offer.received_at), instant(offer.closes_at), offer.late, offer.sealed_sha256)
    assert told == kept, "the receipt says something else"
    assert is_in_journal(Head(said["journal"]["seq"], said["journal"]["hash"])), "the receipt quotes a line that is not there"
    return _opened(offer)


def check_journal() -> None:
    """The whole chain holds."""
    report = verify_journal()
    assert report.is_sound, str(report)


def _opened(offer: Offer) -> Envelope:
    mini_tender = session.get_one(MiniTender, offer.mini_tender_id)
    assert mini_tender.wrapped_private_key is not None
    identity = unwrap(mini_tender.wrapped_private_key, SEAL_KEY, f"mini_tender:{mini_tender.id}")
    sealed = session.scalars(select(Offer.sealed).where(Offer.id == offer.id)).one()
    envelope = open_envelope(
        sealed, identity, mini_tender_id=offer.mini_tender_id, supplier_id=offer.supplier_id, deposit_id=offer.deposit_id
    )
    assert json.loads(envelope.content)["prices"], "an offer has prices"
    return envelope
