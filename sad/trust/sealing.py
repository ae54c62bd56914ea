"""Sealed offers and drafts: nobody who holds the database, the disk and the backups reads a price before the opening.

Offers are encrypted to the key pair of their mini-tender in the age format. The private key, drafts, receipts, the key that signs receipts
and those of second factors are kept under keys derived from the seal key file, which lives outside the database.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyrage.x25519 import Identity, Recipient

from sad.trust.envelopes import Envelope, SealBroken, pack, unpack
from sad.trust.openers import half_open, open_half, share, sharers

KEY_BYTES = 32
NONCE_BYTES = 12
MARK = b"sad-kept/1\n"


class Purpose(Enum):
    """What a derived key protects; a thing kept for one purpose never opens as another."""

    PRIVATE_KEY = b"sad/private-key/1"
    DRAFT = b"sad/draft/1"
    RECEIPT = b"sad/receipt/1"
    SIGNING_KEY = b"sad/signing-key/1"
    SECOND_FACTOR = b"sad/second-factor/1"
    RESCUE_CODE = b"sad/rescue-code/1"
    SHARED_KEY = b"sad/shared-key/1"
    HALF_OPENED = b"sad/half-opened/1"
    NAME = b"sad/key-name/1"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The keys of a mini-tender: the public one (age recipient) and the private one, wrapped under the seal key."""

    public: str
    wrapped_private: bytes


def ciphertext_sha256(ciphertext: bytes) -> str:
    """The fingerprint kept in clear of what was received, in hexadecimal."""
    return hashlib.sha256(ciphertext).hexdigest()


def new_key_pair(seal_key: bytes, context: str, openers: Mapping[int, str] | None = None) -> KeyPair:
    """Keys for one mini-tender; the private one only opens again with the same seal key and `context` (`mini_tender:7`).

    With `openers` (number of key -> age recipient), two of them are needed as well: see `half_open_key`.
    """
    identity = Identity.generate()
    public, private = str(identity.to_public()), str(identity).encode()
    if openers is None:
        return KeyPair(public, _keep(seal_key, Purpose.PRIVATE_KEY, context, private))
    return KeyPair(public, _keep(seal_key, Purpose.SHARED_KEY, context, share(private, openers)))


def wrap(identity: Identity, seal_key: bytes, context: str) -> bytes:
    """A private key that two openers have released, under the seal key alone from then on."""
    return _keep(seal_key, Purpose.PRIVATE_KEY, context, str(identity).encode())


def sharers_of(wrapped_private: bytes, seal_key: bytes, context: str) -> set[int]:
    """The numbers of the opener keys among which a private key is shared. Raises `SealBroken`."""
    return sharers(_take(seal_key, Purpose.SHARED_KEY, context, wrapped_private))


def half_open_key(wrapped_private: bytes, seal_key: bytes, context: str, *, number: int, identity: Identity) -> bytes:
    """A shared private key once the first opener, with its key of that number, has done its half. Raises `SealBroken`."""
    half = half_open(_take(seal_key, Purpose.SHARED_KEY, context, wrapped_private), number, identity)
    return _keep(seal_key, Purpose.HALF_OPENED, context, half)


def open_half_key(half: bytes, seal_key: bytes, context: str, *, number: int, identity: Identity) -> Identity:
    """The private key, by the second opener. Raises `SealBroken`."""
    return Identity.from_str(open_half(_take(seal_key, Purpose.HALF_OPENED, context, half), number, identity).decode())


def unwrap(wrapped_private: bytes, seal_key: bytes, context: str) -> Identity:
    """The private key of a mini-tender; `str()` of it is what the age tool takes. Raises `SealBroken`."""
    return Identity.from_str(_take(seal_key, Purpose.PRIVATE_KEY, context, wrapped_private).decode())


def seal(public: str, envelope: Envelope) -> bytes:
    """The envelope encrypted to a mini-tender's public key, padded so that `size_class(len(sealed))` is all its length tells."""
    sealed: bytes = pyrage.encrypt(pack(envelope), [Recipient.from_str(public)])
    return sealed


def open_envelope(ciphertext: bytes, identity: Identity, *, mini_tender_id: int, supplier_id: int, deposit_id: str) -> Envelope:
    """The envelope that this supplier deposited for this mini-tender.

    Raises `SealBroken` when the ciphertext was altered, belongs to another key, or was moved from another deposit.
    """
    try:
        packed = pyrage.decrypt(ciphertext, [identity])
    except pyrage.DecryptError as fault:
        raise SealBroken("Le pli ne s’ouvre pas : il a été modifié, ou scellé pour une autre consultation.") from fault
    envelope = unpack(packed)
    if (envelope.mini_tender_id, envelope.supplier_id, envelope.deposit_id) != (mini_tender_id, supplier_id, deposit_id):
        raise SealBroken("Le pli n’est pas à sa place : il vient d’une autre consultation, d’un autre fournisseur ou d’un autre dépôt.")
    return envelope


def seal_draft(seal_key: bytes, context: str, draft: bytes) -> bytes:
    """A draft, which may hold prices, encrypted for storage; it opens only in the same `context`."""
    return _keep(seal_key, Purpose.DRAFT, context, draft)


def open_draft(seal_key: bytes, context: str, sealed: bytes) -> bytes:
    """What `seal_draft` kept. Raises `SealBroken`."""
    return _take(seal_key, Purpose.DRAFT, context, sealed)


def seal_receipt(seal_key: bytes, context: str, body: bytes) -> bytes:
    """A receipt's body, which names files, encrypted for storage; it opens only in the same `context`."""
    return _keep(seal_key, Purpose.RECEIPT, context, body)


def open_receipt(seal_key: bytes, context: str, sealed: bytes) -> bytes:
    """What `seal_receipt` kept. Raises `SealBroken`."""
    return _take(seal_key, Purpose.RECEIPT, context, sealed)


def wrap_signing_key(seal_key: bytes, context: str, private: bytes) -> bytes:
    """The private half of a signing key, encrypted for storage; it opens only in the same `context`."""
    return _keep(seal_key, Purpose.SIGNING_KEY, context, private)


def take_signing_key(seal_key: bytes, context: str, wrapped: bytes) -> bytes:
    """What `wrap_signing_key` kept. Raises `SealBroken`."""
    return _take(seal_key, Purpose.SIGNING_KEY, context, wrapped)


def seal_factor(seal_key: bytes, context: str, secret: bytes) -> bytes:
    """The key that a person's application shares, encrypted for storage; it opens only in the same `context` (`person:12`)."""
    return _keep(seal_key, Purpose.SECOND_FACTOR, context, secret)


def open_factor(seal_key: bytes, context: str, sealed: bytes) -> bytes:
    """What `seal_factor` kept. Raises `SealBroken`."""
    return _take(seal_key, Purpose.SECOND_FACTOR, context, sealed)


def rescue_code_hash(seal_key: bytes, context: str, code: str) -> str:
    """What is kept of a rescue code, in hexadecimal: without the seal key file nobody can try codes against it."""
    return hmac.digest(_derived(seal_key, Purpose.RESCUE_CODE), f"{context}\n{code}".encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def rekey(kept: bytes, context: str, *, old: bytes, new: bytes) -> bytes:
    """What was kept under the old seal key, for whatever purpose, kept under the new one for the same. Raises `SealBroken`."""
    for purpose in Purpose:
        with suppress(SealBroken):
            return _keep(new, purpose, context, _take(old, purpose, context, kept))
    raise SealBroken("Ce qui était scellé ne s’ouvre pas avec l’ancien fichier de clé.")


def seal_key_id(seal_key: bytes) -> str:
    """A name for a seal key, in hexadecimal, from which nobody comes back to it."""
    return _derived(seal_key, Purpose.NAME).hex()[:16]


def _keep(seal_key: bytes, purpose: Purpose, context: str, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return MARK + nonce + _cipher(seal_key, purpose).encrypt(nonce, plain, MARK + context.encode())


def _take(seal_key: bytes, purpose: Purpose, context: str, kept: bytes) -> bytes:
    mark, nonce, sealed = kept[: len(MARK)], kept[len(MARK) :][:NONCE_BYTES], kept[len(MARK) + NONCE_BYTES :]
    try:
        if mark != MARK:
            raise ValueError("unknown format")
        return _cipher(seal_key, purpose).decrypt(nonce, sealed, MARK + context.encode())
    except (InvalidTag, ValueError) as fault:
        raise SealBroken("Ce qui était scellé ne s’ouvre pas : modifié, déplacé, ou scellé avec un autre fichier de clé.") from fault


def _cipher(seal_key: bytes, purpose: Purpose) -> AESGCM:
    return AESGCM(_derived(seal_key, purpose))


def _derived(seal_key: bytes, purpose: Purpose) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.value).derive(seal_key)
