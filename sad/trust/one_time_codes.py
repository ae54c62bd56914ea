"""Codes that an application shows for thirty seconds (TOTP, RFC 6238), and rescue codes printed on paper.

Six figures, SHA-1, steps of thirty seconds: what every application of the market reads without a setting.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

SECRET_BYTES = 20  # the length of the hash, as RFC 4226 recommends
STEP_SECONDS = 30
DIGITS = 6
DRIFT = (0, -1, 1)  # steps: a telephone a little slow or fast, or a code typed as it changed
ISSUER = "Marchés alimentaires"
NOBODY = b"nobody-has-this-key!"  # checked for an account without a key, which so takes the time of one that has
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # neither 0 nor O, neither 1 nor I
GROUPS, GROUP = 3, 4


def new_secret() -> bytes:
    """The key that the application and the server will share, of 160 bits."""
    return secrets.token_bytes(SECRET_BYTES)


def secret_words(secret: bytes) -> str:
    """The key as it is typed into an application: base 32, in groups of four."""
    return _grouped(base64.b32encode(secret).decode())


def key_address(secret: bytes, email: str) -> str:
    """The `otpauth:` address that opens an application on the same device."""
    label = quote(f"{ISSUER}:{email}", safe="")
    known = {"secret": base64.b32encode(secret).decode(), "issuer": ISSUER, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(known, quote_via=quote)}"


def step_at(at: datetime) -> int:
    """The number of the step of thirty seconds to which an instant belongs."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: bytes, step: int) -> str:
    """The six figures of a step (RFC 6238, RFC 4226 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: bytes, typed: str, *, at: datetime) -> int | None:
    """The step whose code was typed, at most one step away from the instant; None when there is none."""
    code, now = plain_code(typed).encode(), step_at(at)
    # Every step is compared, so that the answer takes the same time wherever the code is.
    found = [now + drift for drift in DRIFT if hmac.compare_digest(code_of(secret, now + drift).encode(), code)]
    return found[0] if found else None


def is_application_code(typed: str) -> bool:
    """Was a code of an application typed, rather than a rescue code?"""
    plain = plain_code(typed)
    return len(plain) == DIGITS and plain.isascii() and plain.isdigit()


def new_rescue_code() -> str:
    """A code for paper, of 60 bits, in three groups of four."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)))


def plain_code(typed: str) -> str:
    """What was typed, without its spaces, dashes and small letters."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def _grouped(text: str) -> str:
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))
