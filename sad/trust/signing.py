"""The key that signs receipts: its private half is kept wrapped under the seal key, its public half is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sad.trust.canonical import canonical_json
from sad.trust.envelopes import SealBroken
from sad.trust.receipt_check import fingerprint
from sad.trust.sealing import take_signing_key, wrap_signing_key


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it is kept: `key_id` is the fingerprint of its public half (32 bytes)."""

    key_id: str
    public: bytes
    wrapped_private: bytes


def new_receipt_key(seal_key: bytes) -> WrappedKey:
    """A key drawn at random; whoever holds the database without the seal key cannot sign with it."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key_id = fingerprint(public)
    return WrappedKey(key_id, public, wrap_signing_key(seal_key, key_id, private.private_bytes_raw()))


def opens(key: WrappedKey, seal_key: bytes) -> bool:
    """Can this seal key sign with it?"""
    try:
        take_signing_key(seal_key, key.key_id, key.wrapped_private)
    except SealBroken:
        return False
    return True


def sign_receipt(body: Mapping[str, Any], key: WrappedKey, seal_key: bytes) -> bytes:
    """The file of a receipt: `body` with the key's id and its Ed25519 signature, as canonical JSON.

    What is signed is the canonical JSON of all the rest. Raises `SealBroken` when the seal key is not the one of the wrapping.
    """
    signed = {**body, "key_id": key.key_id}
    private = Ed25519PrivateKey.from_private_bytes(take_signing_key(seal_key, key.key_id, key.wrapped_private))
    return canonical_json({**signed, "signature": private.sign(canonical_json(signed)).hex()})
