"""Deposits received while the database does not answer: what the last page had said, and the provisional receipt.

The last page before a deposit carries a signed statement of whom it was shown to and of which sealed draft. Sent back with the last button,
it says who deposits what without anybody being asked; the provisional receipt repeats it with the instants, signed by the key of receipts.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from sad.trust.canonical import instant
from sad.trust.receipt_check import RECEPTION, Keys, NotGenuine, check_receipt
from sad.trust.signing import WrappedKey, sign_receipt

SHOWN = "sad-shown/1"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the last page says of itself: `key` is that of its form, `session` the fingerprint of the session it was shown in.

    `draft_stamp` is the fingerprint of the sealed draft; `closes_at` the deadline then in force, as `instant` writes it.
    """

    key: str
    session: str
    mini_tender_id: int
    supplier_id: int
    person_id: int
    draft_stamp: str
    depositor: str
    buyer: str
    title: str
    object: str
    closes_at: str


@dataclass(frozen=True, slots=True)
class Received:
    """A deposit as its provisional receipt states it."""

    shown: Shown
    started_at: datetime
    received_at: datetime
    keeps_draft: bool

    @property
    def closes_at(self) -> datetime:
        """The deadline that the page showed."""
        return datetime.fromisoformat(self.shown.closes_at)

    @property
    def late(self) -> bool:
        """After that deadline; the one in force decides once it is registered (REC-04)."""
        return self.received_at > self.closes_at


def fingerprint_of(session_name: str) -> str:
    """How a session is named where its name must not be told."""
    return sha256(session_name.encode()).hexdigest()


def sign_shown(shown: Shown, key: WrappedKey, seal_key: bytes) -> str:
    """The statement, for a hidden field. Raises `SealBroken`."""
    return urlsafe_b64encode(sign_receipt({"format": SHOWN, **asdict(shown)}, key, seal_key)).decode()


def key_named_by(statement: str) -> str:
    """The id of the key that a statement says it is signed with; empty when it is no statement."""
    try:
        return str(json.loads(urlsafe_b64decode(statement))["key_id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def read_shown(statement: str, keys: Keys) -> Shown:
    """What the page said. Raises `NotGenuine` for what these keys never signed."""
    try:
        file = urlsafe_b64decode(statement)
    except ValueError as fault:
        raise NotGenuine("Ce qui accompagne cet envoi ne se lit pas.") from fault
    return _shown(check_receipt(file, keys, formats=(SHOWN,)))


def sign_received(received: Received, key: WrappedKey, seal_key: bytes) -> bytes:
    """The provisional receipt, as canonical JSON. Raises `SealBroken`."""
    body = {
        "format": RECEPTION,
        **asdict(received.shown),
        "started_at": instant(received.started_at),
        "received_at": instant(received.received_at),
        "late": received.late,
        "keeps_draft": received.keeps_draft,
    }
    return sign_receipt(body, key, seal_key)


def read_received(file: bytes, keys: Keys) -> Received:
    """What a provisional receipt states. Raises `NotGenuine`."""
    said = check_receipt(file, keys, formats=(RECEPTION,))
    started_at, received_at = (datetime.fromisoformat(said[name]) for name in ("started_at", "received_at"))
    return Received(_shown(said), started_at, received_at, said["keeps_draft"])


def _shown(said: dict[str, Any]) -> Shown:
    return Shown(**{each.name: said[each.name] for each in fields(Shown)})
