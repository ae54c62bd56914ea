"""Passkeys of a person: added, used to come in or to confirm a grave act, taken away."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.db import session
from sad.domain.errors import refuse
from sad.letters import devices as letters
from sad.models.passkeys import Passkey
from sad.models.people import Person
from sad.trust.webauthn import NotThisKey, check_known_key, named_key, read_new_key

ASKED_FOR = timedelta(minutes=5)
MOST = 10
AGAIN = "Recharger la page, puis recommencer."


def add_passkey(
    person: Person, name: str, answer: str, *, state: Mapping[str, Any], drawn_at: datetime, base_url: str, by: Person, at: datetime
) -> Passkey:
    """Keep the key that the browser made within five minutes; the person is told by mail. The caller has checked the password.

    Raises `Refused` when it is no answer to what was asked, without a name, and above ten keys.
    """
    if not name.strip():
        raise refuse("Cette clé n’a pas de nom.", "Écrire où elle est, par exemple « Téléphone ».", field="name")
    if len(passkeys_of(person)) >= MOST:
        raise refuse(f"Vous avez déjà {MOST} clés d’accès.", "Retirez d’abord celles qui ne servent plus.")
    try:
        made = read_new_key(base_url, state, answer)
    except NotThisKey:
        raise refuse("Votre navigateur n’a pas fait de clé pour ce service.", AGAIN) from None
    if not _is_fresh(drawn_at, at):
        raise refuse("Cette page a plus de cinq minutes.", AGAIN)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        raise refuse("Cette clé est déjà connue.", "Choisissez-en une autre.")
    kept = {"credential_id": made.credential_id, "credential": made.credential, "counter": made.counter}
    added = Passkey(person=person, name=name.strip(), added_at=at, drawn_at=drawn_at, **kept)
    session.add(added)
    post_letter(letters.passkey_added(added), to=person, at=at)
    record("add_passkey", added, by=by, at=at, organisation_id=person.organisation_id)
    return added


def use_passkey(answer: str, *, state: Mapping[str, Any], drawn_at: datetime, base_url: str, at: datetime) -> Passkey | None:
    """The key that answered, whose owner is there; None when the answer is not good, too old, or served before."""
    try:
        found = session.scalar(select(Passkey).where(Passkey.credential_id == named_key(answer)))
        if found is None or not found.person.is_active or not _is_fresh(drawn_at, at):
            return None
        counter = check_known_key(base_url, state, found.credential, answer)
    except NotThisKey:
        return None
    # The comparisons belong to the change: of two who send the same answer, one comes in; a copied key is found by its counter.
    newer = Passkey.counter < counter if counter else Passkey.counter == 0
    used = update(Passkey).where(Passkey.id == found.id, Passkey.drawn_at < drawn_at, newer)
    if session.scalar(used.values(counter=counter, used_at=at, drawn_at=drawn_at).returning(Passkey.id)) is None:
        return None
    record("use_passkey", found, by=found.person, at=at, organisation_id=found.person.organisation_id)
    return found


def remove_passkey(passkey: Passkey, *, by: Person, at: datetime) -> Person:
    """Let this key open the account no more; the person is told by mail."""
    person = passkey.person
    record("remove_passkey", passkey, by=by, at=at, organisation_id=person.organisation_id)
    post_letter(letters.passkey_removed(passkey, at=at), to=person, at=at)
    session.delete(passkey)
    return person


def drop_passkeys(person: Person, *, by: Person | None, at: datetime) -> None:
    """Take away every key of a person, each with its line; the letter is the caller's."""
    for passkey in passkeys_of(person):
        record("remove_passkey", passkey, by=by, at=at, organisation_id=person.organisation_id)
        session.delete(passkey)


def passkeys_of(person: Person) -> list[Passkey]:
    """The keys of a person, in the order in which they were added."""
    return list(session.scalars(select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)))


def _is_fresh(drawn_at: datetime, at: datetime) -> bool:
    return timedelta() <= at - drawn_at <= ASKED_FOR
