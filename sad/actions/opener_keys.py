"""The keys of openers: each chooses a passphrase, which nobody keeps; two of them open what is shared among all."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from pyrage.x25519 import Identity
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.models.openers import OpenerKey
from sad.models.people import Person, PersonRole, Role
from sad.trust.openers import WrongPassphrase, keep_under, new_opener_key, unlock_opener_key
from sad.trust.passwords import password_faults, verify_password

FEWEST = 3  # with two, one forgotten passphrase would lose every offer


def choose_passphrase(person: Person, passphrase: str, *, is_lost: bool = False, by: Person, at: datetime) -> OpenerKey:
    """A key for this opener, under a passphrase of its own.

    One that has a key must say that its passphrase is lost: the new key opens only what is sent from now on, and another rehearsal is
    needed. Raises `Refused` with every fault: not an opener, too easy to guess, the password of the account.
    """
    _check_opener(person)
    _check_strength(person, passphrase)
    before = live_key(person)
    if before is not None:
        if not is_lost:
            message = "Vous avez déjà une phrase secrète."
            raise refuse(message, "La changer en donnant l’ancienne, ou dire qu’elle est perdue.", rule="REC-01", field="is_lost")
        before.ended_at = at
        session.flush()
    public, wrapped = new_opener_key(passphrase, _context(person))
    key = OpenerKey(organisation_id=person.organisation_id, person_id=person.id, public=public, wrapped_private=wrapped, made_at=at)
    session.add(key)
    record("choose_passphrase", key, by=by, at=at, public=public, ended=before.id if before else None)
    return key


def change_passphrase(person: Person, known: str, passphrase: str, *, by: Person, at: datetime) -> OpenerKey:
    """Another passphrase for the same key: what it opens today it still opens. Raises `Refused`."""
    _check_opener(person)
    key = live_key(person)
    if key is None:
        raise refuse("Vous n’avez pas encore de phrase secrète.", "En choisir une.", rule="REC-01", field="known")
    try:
        identity = unlock_opener_key(key.wrapped_private, known, _context(person))
    except WrongPassphrase as fault:
        raise refuse("Ce n’est pas votre phrase secrète actuelle.", "La relire : chaque signe compte.", field="known") from fault
    _check_strength(person, passphrase)
    key.wrapped_private = keep_under(passphrase, _context(person), identity)
    record("change_passphrase", key, by=by, at=at)
    return key


def unlocked(person: Person, numbers: Collection[int], passphrase: str) -> tuple[int, Identity]:
    """The key of this person among those numbers, and its private half; one whose passphrase comes back to mind still serves.

    Raises `Refused`: the person has none of them, or the passphrase is not the one of its key.
    """
    held = select(OpenerKey).where(OpenerKey.person_id == person.id, OpenerKey.id.in_(numbers)).order_by(OpenerKey.id.desc())
    keys = session.scalars(held).all()
    if not keys:
        message = "Vous n’aviez pas de phrase secrète quand cette clé a été partagée."
        raise refuse(message, "Deux des ouvreurs de ce moment-là l’ouvrent.", rule="REC-01", field="passphrase")
    for key in keys:
        with suppress(WrongPassphrase):
            return key.id, unlock_opener_key(key.wrapped_private, passphrase, _context(person))
    message = "Ce n’est pas votre phrase secrète."
    remedy = "La relire : chaque signe compte. Si elle est perdue, deux autres ouvreurs peuvent ouvrir sans vous."
    raise refuse(message, remedy, rule="REC-01", field="passphrase")


def live_key(person: Person) -> OpenerKey | None:
    """The key that this person would open with, whatever is sent from now on."""
    return session.scalar(select(OpenerKey).where(OpenerKey.person_id == person.id, OpenerKey.ended_at.is_(None)))


def live_keys(organisation_id: int) -> list[OpenerKey]:
    """The keys of the present openers of an organisation, with their people, the oldest first."""
    is_opener = PersonRole.person_id == OpenerKey.person_id, PersonRole.role == Role.OPENER
    live = (
        select(OpenerKey)
        .join(OpenerKey.person)
        .where(OpenerKey.organisation_id == organisation_id, OpenerKey.ended_at.is_(None), Person.is_active)
        .where(select(PersonRole.id).where(*is_opener).exists())
    )
    return list(session.scalars(live.options(joinedload(OpenerKey.person).lazyload(Person.roles)).order_by(OpenerKey.id)))


def _check_opener(person: Person) -> None:
    if not person.has_role(Role.OPENER) or person.organisation_id is None:
        raise refuse(f"{person.name} n’est pas ouvreur.", "L’administrateur donne ce rôle.", rule="REC-01")


def _check_strength(person: Person, passphrase: str) -> None:
    faults = password_faults(passphrase, email=person.email, name=person.name, field="password")
    if verify_password(person.password_hash, passphrase):
        message = "C’est le mot de passe de votre compte : qui l’apprend aurait les deux."
        faults.append(Refusal(message, "Choisir une autre phrase.", field="password"))
    if faults:
        raise Refused(*faults)


def _context(person: Person) -> str:
    return f"person:{person.id}"
