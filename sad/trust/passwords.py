"""Passwords and one-time tokens: how they are kept, and which ones are too easy to guess."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from sad.domain.errors import Refusal
from sad.settings import ROOT

AGENT_MINIMUM = 15
SUPPLIER_MINIMUM = 12
FEWEST_DISTINCT = 6
LONGEST_REPEAT = 3
SHORTEST_OWN_WORD = 4
RUN = 6
ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "abcdefghijklmnopqrstuvwxyz")
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
COMMON_PASSWORDS = ROOT / "config" / "common_passwords.txt"

# OWASP's profile for Argon2id: 19 MiB of memory, two passes, one lane.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)

# The hash of a random secret that nobody kept: checking it costs an unknown account the time of a known one.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$LtsocAFhl3ktbMLuaVSzyw$AV89X0PZz/9QwYyJNKhDcDjakaaA/VuGvJE31BB1Bx0"


class NewToken(NamedTuple):
    """A token to send once, and the hash to keep of it."""

    token: str
    hash: str


def hash_password(password: str) -> str:
    """What is kept of a password (Argon2id, salted)."""
    return _hasher.hash(_typed(password))


def verify_password(hashed: str | None, password: str) -> bool:
    """Whether `password` is the one kept as `hashed`; takes the same time for an account that is unknown or has none (None)."""
    try:
        _hasher.verify(hashed or NOBODY, _typed(password))
    except VerifyMismatchError:
        return False
    return hashed is not None


def new_token() -> NewToken:
    """A token of 256 bits for a link sent by mail (password reset, invitation)."""
    token = secrets.token_urlsafe(32)
    return NewToken(token, token_hash(token))


def token_hash(token: str) -> str:
    """What is kept of a token, in hexadecimal; no salt is needed, since a random token cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def password_faults(
    password: str, *, minimum: int = AGENT_MINIMUM, email: str = "", name: str = "", field: str = "password"
) -> list[Refusal]:
    """All that makes a password too easy to guess for the person with this e-mail address and name; empty when it is good."""
    return [Refusal(message, remedy, field=field) for message, remedy in _faults(password, minimum, email, name)]


def _faults(password: str, minimum: int, email: str, name: str) -> Iterator[tuple[str, str]]:
    plain = _plain(password)
    if len(password) < minimum:
        yield (
            f"Ce mot de passe a {len(password)} caractères : il en faut au moins {minimum}.",
            "Une phrase de quatre ou cinq mots sans lien entre eux se retient bien.",
        )
    if _is_common(plain):
        yield "Ce mot de passe est parmi les premiers que l’on essaie.", "Choisir des mots moins attendus, sans lien entre eux."
    if _is_repetitive(plain):
        yield "Ce mot de passe répète trop peu de caractères.", "Varier les lettres : plusieurs mots différents suffisent."
    if run := _keyboard_run(plain):
        yield f"Ce mot de passe contient une suite du clavier ou de l’alphabet (« {run} »).", "La remplacer par un mot."
    if own := _own_word(plain, email, name):
        yield f"Ce mot de passe contient votre nom ou votre adresse (« {own} »).", "Choisir des mots qui ne parlent pas de vous."


def _is_common(plain: str) -> bool:
    """A listed password, bare, dressed with figures and signs at its ends, spelt with look-alikes, or said several times."""
    between_letters = re.search(r"[a-z].*[a-z]", plain, re.DOTALL)
    core = between_letters[0] if between_letters else ""
    spelt = (plain, core, plain.translate(LOOKALIKES), core.translate(LOOKALIKES))
    return any(word in common_passwords() for form in spelt for word in (form, _said_once(form)))


def _said_once(text: str) -> str:
    """What `text` repeats: a text turned by its period is itself again."""
    return text[: (text + text).find(text, 1)]


@cache
def common_passwords() -> frozenset[str]:
    """The passwords refused whatever their length, without accents nor capitals."""
    lines = COMMON_PASSWORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(_plain(line.strip()) for line in lines if line.strip() and not line.startswith("#"))


def _is_repetitive(plain: str) -> bool:
    return len(set(plain)) < FEWEST_DISTINCT or re.search(rf"(.)\1{{{LONGEST_REPEAT}}}", plain) is not None


def _keyboard_run(plain: str) -> str | None:
    """The first six neighbours in a row found in the password, read in either direction."""
    rows = (direction for row in ROWS for direction in (row, row[::-1]))
    runs = (row[start : start + RUN] for row in rows for start in range(len(row) - RUN + 1))
    return next((run for run in runs if run in plain), None)


def _own_word(plain: str, email: str, name: str) -> str | None:
    words = re.split(r"[^a-z0-9]+", _plain(f"{email.partition('@')[0]} {name}"))
    return next((word for word in words if len(word) >= SHORTEST_OWN_WORD and word in plain), None)


def _plain(text: str) -> str:
    """Without accents nor capitals."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))


def _typed(password: str) -> bytes:
    """The same bytes whichever keyboard typed it: accents are composed in one way only."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
