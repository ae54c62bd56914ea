"""Sessions and known devices, as coming in leaves them."""

import itertools

from sad.actions.known_devices import remember_device
from sad.actions.sign_ins import open_session
from sad.models.sign_ins import KnownDevice, SignIn
from sad.trust.passwords import token_hash

WORDS = "Firefox, sur Android"
numbers = itertools.count(1)


def make_device(person, *, at, token=None) -> KnownDevice:
    return remember_device(person, token_hash=token_hash(token or f"appareil {next(numbers)}"), words=WORDS, at=at)


def make_sign_in(person, *, at, device=None, token=None) -> SignIn:
    hashed = token_hash(token or f"session {next(numbers)}")
    return open_session(person, device=device, token_hash=hashed, words=WORDS, at=at)
