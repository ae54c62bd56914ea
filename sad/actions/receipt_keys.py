"""The key that signs receipts: made before the first invitation, changed when somebody asks, each time with a line of the journal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from sad.actions.journal import record
from sad.db import session
from sad.models.people import Person
from sad.models.receipt_keys import ReceiptKey
from sad.trust.canonical import instant
from sad.trust.receipt_check import KEYS_FORMAT
from sad.trust.signing import WrappedKey, new_receipt_key, opens


def ensure_receipt_key(*, seal_key: bytes, at: datetime) -> WrappedKey:
    """The key that signs today, made where there is none yet, or none that this seal key opens: no deposit waits for a person.

    To be called once the act has written its line: whoever holds the head of the journal makes a key alone.
    """
    found = current_key()
    if found is None or not opens(_wrapped(found), seal_key):
        found = rotate_receipt_key(seal_key=seal_key, by=None, at=at)
    return _wrapped(found)


def rotate_receipt_key(*, seal_key: bytes, by: Person | None, at: datetime) -> ReceiptKey:
    """A new key signs from now on; the one before is retired and still verifies what it signed."""
    before, drawn = current_key(is_held=True), new_receipt_key(seal_key)
    if before is not None:
        before.is_current, before.retired_at = False, at
        session.flush()
    key = ReceiptKey(key_id=drawn.key_id, public=drawn.public, wrapped_private=drawn.wrapped_private, made_at=at)
    session.add(key)
    record("rotate_receipt_key", key, by=by, at=at, public_key=drawn.public.hex(), before=before.key_id if before else None)
    return key


def current_key(*, is_held: bool = False) -> ReceiptKey | None:
    """The key that signs, if one was ever made; nobody else changes it meanwhile when `is_held`."""
    current = select(ReceiptKey).where(ReceiptKey.is_current)
    return session.scalar(current.with_for_update() if is_held else current)


def key_that_signs(*, seal_key: bytes) -> WrappedKey | None:
    """The key that signs today, if there is one that this seal key opens; nothing is made."""
    found = current_key()
    return _wrapped(found) if found is not None and opens(_wrapped(found), seal_key) else None


def receipt_keys() -> Sequence[ReceiptKey]:
    """Every key that ever signed, the last one first."""
    return session.scalars(select(ReceiptKey).order_by(ReceiptKey.id.desc())).all()


def published_keys() -> dict[str, Any]:
    """The list that verifiers read: each public key, its fingerprint, from when and until when it signed."""
    return {"format": KEYS_FORMAT, "keys": [_published(key) for key in receipt_keys()]}


def _wrapped(key: ReceiptKey) -> WrappedKey:
    return WrappedKey(key.key_id, key.public, key.wrapped_private)


def _published(key: ReceiptKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "public_key": key.public.hex(),
        "since": instant(key.made_at),
        "until": instant(key.retired_at) if key.retired_at else None,
    }
