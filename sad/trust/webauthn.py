"""What a passkey is asked and what it answers (WebAuthn level 2): always with the owner's finger, face or PIN, for this site alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "Marchés alimentaires"
VERIFIED = UserVerificationRequirement.REQUIRED
LONGEST_ANSWER = 20_000
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class NotThisKey(Exception):
    """What came back is no answer of a passkey to what this site asked."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is kept of a passkey that was just made."""

    credential_id: bytes
    credential: bytes
    counter: int


def may_have_passkeys(base_url: str) -> bool:
    """Do browsers make passkeys for this address? Under https, or on the machine itself; never for a bare number."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    is_number = ":" in host or host.replace(".", "").isdigit()
    return not is_number and (parts.scheme == "https" or host == "localhost")


def ask_new_key(base_url: str, *, person_id: int, email: str, name: str, known: list[bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked to make a key of, and what to keep until its answer. `known`: the keys that the person has."""
    user = PublicKeyCredentialUserEntity(id=f"person:{person_id}".encode(), name=email, display_name=name)
    credentials = [AttestedCredentialData(each) for each in known]
    needs = {"resident_key_requirement": ResidentKeyRequirement.REQUIRED, "user_verification": VERIFIED}
    options, state = _server(base_url).register_begin(user, credentials, **needs)
    return dict(options), state


def read_new_key(base_url: str, state: Mapping[str, Any], answer: str) -> NewKey:
    """The key that the browser made. Raises `NotThisKey`."""
    try:
        made = _server(base_url).register_complete(state, _mapping(answer))
        if made.credential_data is None:
            raise ValueError("no key")
        return NewKey(made.credential_data.credential_id, bytes(made.credential_data), made.counter)
    except MALFORMED as fault:
        raise NotThisKey from fault


def ask_known_key(base_url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked to prove with any of its keys, and what to keep until its answer."""
    options, state = _server(base_url).authenticate_begin(user_verification=VERIFIED)
    return dict(options), state


def named_key(answer: str) -> bytes:
    """The id of the key that an answer says it comes from; nothing is checked yet. Raises `NotThisKey`."""
    try:
        return AuthenticationResponse.from_dict(_mapping(answer)).raw_id
    except MALFORMED as fault:
        raise NotThisKey from fault


def check_known_key(base_url: str, state: Mapping[str, Any], credential: bytes, answer: str) -> int:
    """The counter that the key says, once its signature is found good. Raises `NotThisKey`."""
    try:
        response = AuthenticationResponse.from_dict(_mapping(answer))
        _server(base_url).authenticate_complete(state, [AttestedCredentialData(credential)], response)
        return response.response.authenticator_data.counter
    except (InvalidSignature, *MALFORMED) as fault:
        raise NotThisKey from fault


def _server(base_url: str) -> Fido2Server:
    host = urlsplit(base_url).hostname or ""
    return Fido2Server(PublicKeyCredentialRpEntity(name=NAME, id=host), verify_origin=lambda origin: origin == base_url)


def _mapping(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise ValueError("not a mapping")
    return found
