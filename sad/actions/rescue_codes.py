"""Rescue codes: ten on paper, each for one use, for the day when the telephone is lost or no mail arrives."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.db import session
from sad.letters import second_factors as letters
from sad.models.people import Person, RescueCode
from sad.trust.one_time_codes import new_rescue_code, plain_code
from sad.trust.sealing import rescue_code_hash

CODES = 10


def make_rescue_codes(person: Person, *, seal_key: bytes, by: Person, at: datetime) -> list[str]:
    """Ten new codes, to be shown once, since only what recognises them is kept; those made before no longer serve."""
    drop_rescue_codes(person)
    codes = [new_rescue_code() for _ in range(CODES)]
    session.add_all(RescueCode(person_id=person.id, code_hash=_hash(person, code, seal_key), made_at=at) for code in codes)
    record("make_rescue_codes", person, by=by, at=at, organisation_id=person.organisation_id)
    return codes


def use_rescue_code(person: Person | None, typed: str, *, seal_key: bytes, at: datetime) -> bool:
    """Use up the code typed, and write to the person; whether it was one of its codes, unused until now.

    For nobody (None) it is never good, and takes as long to say so.
    """
    number, mine = (person.id if person else 0), _hash(person, typed, seal_key)
    unused = select(RescueCode.id).where(RescueCode.person_id == number, RescueCode.code_hash == mine, RescueCode.used_at.is_(None))
    found = session.scalar(unused)
    if person is None or found is None:
        return False
    # Asked again by the change itself: of two who type the same code at once, one comes in.
    taken = update(RescueCode).where(RescueCode.id == found, RescueCode.used_at.is_(None)).values(used_at=at)
    if session.scalar(taken.returning(RescueCode.id)) is None:
        return False
    post_letter(letters.rescue_code_used(person, left=codes_left(person), at=at), to=person, at=at)
    record("use_rescue_code", person, by=person, at=at, organisation_id=person.organisation_id)
    return True


def codes_left(person: Person) -> int:
    """How many codes of the person can still be used."""
    return session.scalars(
        select(func.count(RescueCode.id)).where(RescueCode.person_id == person.id, RescueCode.used_at.is_(None))
    ).one()


def drop_rescue_codes(person: Person) -> Person:
    """Let none of the codes made until now serve."""
    session.execute(delete(RescueCode).where(RescueCode.person_id == person.id))
    return person


def _hash(person: Person | None, code: str, seal_key: bytes) -> str:
    return rescue_code_hash(seal_key, f"person:{person.id if person else 0}", plain_code(code))
