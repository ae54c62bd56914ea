"""What a browser is asked of its passkeys, kept in its session until the answer; each question serves one answer."""

import json
from datetime import datetime
from typing import Any

from flask import session

from sad.actions.passkeys import passkeys_of, use_passkey
from sad.db import transaction
from sad.models.passkeys import Passkey
from sad.models.people import Person
from sad.trust.webauthn import ask_known_key, ask_new_key, may_have_passkeys
from sad.web.running import site_address

ASKED = "passkey_asked"
LONG_AGO = "2000-01-01T00:00:00+00:00"


def are_keys_possible() -> bool:
    """Do browsers make passkeys for the address of this service?"""
    return may_have_passkeys(site_address())


def question_of_new_key(person: Person, *, at: datetime) -> str:
    """What our script hands to the browser to have a key made, other than those that the person has."""
    known = [key.credential for key in passkeys_of(person)]
    return _keep(ask_new_key(site_address(), person_id=person.id, email=person.email, name=person.name, known=known), at)


def question_of_known_key(*, at: datetime) -> str:
    """What our script hands to the browser to have one of its keys prove itself."""
    return _keep(ask_known_key(site_address()), at)


def last_question() -> dict[str, Any]:
    """What this browser was asked last, and when; it is forgotten."""
    asked = session.pop(ASKED, None) or {"state": {}, "drawn_at": LONG_AGO}
    return {"state": asked["state"], "drawn_at": datetime.fromisoformat(asked["drawn_at"])}


def proven_key(answer: str, *, at: datetime) -> Passkey | None:
    """The key that answers the last question well, with its owner there; None otherwise."""
    asked = last_question()
    with transaction():
        return use_passkey(answer, **asked, base_url=site_address(), at=at)


def _keep(asked: tuple[dict[str, Any], dict[str, Any]], at: datetime) -> str:
    options, state = asked
    session[ASKED] = {"state": state, "drawn_at": at.isoformat()}
    return json.dumps(options)
