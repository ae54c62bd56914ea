"""Two of n: a private key that opens only with the passphrases of two openers, whatever else somebody holds.

Each opener has an age key pair whose private half is kept under its passphrase. A key shared among openers is kept once for each ordered
pair of them, encrypted to the second, then to the first: standard age twice over, no arithmetic of our own. The first opener takes the
outer layers off; what is left still opens for nobody but the others.
"""

import base64
import json
import secrets
import unicodedata
from collections.abc import Mapping
from itertools import permutations

import pyrage
from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyrage.x25519 import Identity, Recipient

from sad.trust.canonical import canonical_json
from sad.trust.envelopes import SealBroken

MARK = b"sad-opener/1\n"
DAMAGED = "La clé partagée de cette consultation est abîmée."
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
# Argon2id well above the profile of passwords: a stolen database can be tried for years, an opener waits a third of a second.
MEMORY_KIB, PASSES, LANES = 128 * 1024, 3, 2


class WrongPassphrase(Exception):
    """The passphrase is not the one that the key of this opener was kept under."""


def new_opener_key(passphrase: str, context: str) -> tuple[str, bytes]:
    """The public half (age recipient) and the private one, which opens again with the same passphrase and `context` (`person:12`)."""
    identity = Identity.generate()
    return str(identity.to_public()), keep_under(passphrase, context, identity)


def keep_under(passphrase: str, context: str, identity: Identity) -> bytes:
    """An opener's private key, encrypted under a passphrase."""
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(passphrase, salt).encrypt(nonce, str(identity).encode(), MARK + context.encode())
    return MARK + salt + nonce + sealed


def unlock_opener_key(kept: bytes, passphrase: str, context: str) -> Identity:
    """What `keep_under` kept. Raises `WrongPassphrase`."""
    start = len(MARK)
    salt, nonce = kept[start:][:SALT_BYTES], kept[start + SALT_BYTES :][:NONCE_BYTES]
    try:
        plain = _cipher(passphrase, salt).decrypt(nonce, kept[start + SALT_BYTES + NONCE_BYTES :], MARK + context.encode())
    except (InvalidTag, HashingError, ValueError) as fault:
        raise WrongPassphrase from fault
    return Identity.from_str(plain.decode())


def share(private: bytes, openers: Mapping[int, str]) -> bytes:
    """A private key kept so that any two of these openers (number of key -> age recipient) open it together, and no one alone."""
    to = {number: Recipient.from_str(public) for number, public in openers.items()}
    pairs = {f"{one}-{two}": _text(pyrage.encrypt(pyrage.encrypt(private, [to[two]]), [to[one]])) for one, two in permutations(to, 2)}
    return canonical_json(pairs)


def sharers(shared: bytes) -> set[int]:
    """The numbers of the opener keys that a shared key was kept for. Raises `SealBroken`."""
    try:
        return {int(number) for pair in _read(shared) for number in pair.split("-")}
    except ValueError as fault:
        raise SealBroken(DAMAGED) from fault


def half_open(shared: bytes, number: int, identity: Identity) -> bytes:
    """What the first opener leaves to the others: for each of them the key, under its own lock alone. Raises `SealBroken`."""
    pairs = {pair.partition("-")[2]: sealed for pair, sealed in _read(shared).items() if pair.partition("-")[0] == str(number)}
    return canonical_json({other: _text(_decrypt(sealed, identity)) for other, sealed in pairs.items()})


def open_half(half: bytes, number: int, identity: Identity) -> bytes:
    """The shared private key, by the second opener. Raises `SealBroken`."""
    return _decrypt(_read(half).get(str(number), ""), identity)


def _decrypt(sealed: str, identity: Identity) -> bytes:
    try:
        plain: bytes = pyrage.decrypt(base64.b64decode(sealed), [identity])
    except (pyrage.DecryptError, ValueError) as fault:
        raise SealBroken("La clé de cette consultation ne s’ouvre pas pour cet ouvreur.") from fault
    return plain


def _read(written: bytes) -> dict[str, str]:
    try:
        return {str(name): str(sealed) for name, sealed in json.loads(written).items()}
    except (ValueError, AttributeError) as fault:
        raise SealBroken(DAMAGED) from fault


def _text(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    typed = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    return AESGCM(hash_secret_raw(typed, salt, PASSES, MEMORY_KIB, LANES, KEY_BYTES, Type.ID))
