"""Commitments: what proves a content later and tells nothing of it now, since prices could be guessed from a plain hash."""

import hashlib
import secrets

SALT_BYTES = 32


def new_salt() -> bytes:
    """A salt drawn at random, to be kept apart from the commitment it hides."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, content: bytes) -> str:
    """SHA-256(salt + content), in hexadecimal. Raises `ValueError` for a salt that is not 32 bytes.

    The fixed length says where the content begins: nobody can pass the first bytes of one for the last of the other.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + content).hexdigest()
