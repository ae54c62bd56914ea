"""Sessions: opened at the sign-in, ended one by one or all at once, over by themselves after a time."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from sad.actions.journal import record
from sad.actions.known_devices import drop_device_codes, is_known
from sad.db import session
from sad.domain.sessions import SessionLimits, session_limits
from sad.models.people import Person, Role
from sad.models.sign_ins import KnownDevice, SignIn

SEEN_EVERY = timedelta(minutes=5)


def open_session(person: Person, *, device: KnownDevice | None, token_hash: str, words: str, at: datetime) -> SignIn:
    """Let the person in on this browser (`words`: how the person recognises it); its cookie holds what `token_hash` is of."""
    opened = SignIn(person=person, device=device, token_hash=token_hash, words=words, opened_at=at, seen_at=at)
    session.add(opened)
    record("open_session", person, by=person, at=at, organisation_id=person.organisation_id)
    return opened


def is_live(sign_in: SignIn, *, at: datetime) -> bool:
    """Does this session still open the account?"""
    is_over = limits_of(sign_in.person).is_over(sign_in.opened_at, sign_in.seen_at, at)
    return sign_in.ended_at is None and sign_in.person.is_active and not is_over


def limits_of(person: Person) -> SessionLimits:
    """After how long a session of this person is over by itself."""
    return session_limits(is_agent=person.is_agent, is_administrator=person.has_role(Role.ADMINISTRATOR))


def note_seen(sign_in: SignIn, *, at: datetime) -> SignIn:
    """Note that the session still serves; never a session that was ended meanwhile."""
    still = update(SignIn).where(SignIn.id == sign_in.id, SignIn.ended_at.is_(None), SignIn.seen_at < at)
    session.execute(still.values(seen_at=at))
    return sign_in


def live_sessions(person: Person, *, at: datetime) -> list[SignIn]:
    """The sessions that open the account now, the last one seen first."""
    found = session.scalars(select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None)).order_by(SignIn.seen_at.desc()))
    return [each for each in found if is_live(each, at=at)]


def devices_elsewhere(person: Person, *, at: datetime) -> list[KnownDevice]:
    """The devices on which the password is enough and where the account is not open now, the last one used first."""
    taken = {each.device_id for each in live_sessions(person, at=at)}
    found = session.scalars(
        select(KnownDevice)
        .where(KnownDevice.person_id == person.id, KnownDevice.forgotten_at.is_(None))
        .order_by(KnownDevice.seen_at.desc())
    )
    return [each for each in found if each.id not in taken and is_known(each, at=at)]


def close_session(sign_in: SignIn, *, by: Person, at: datetime) -> SignIn:
    """Sign out here; the device stays known."""
    sign_in.ended_at = sign_in.ended_at or at
    record("close_session", sign_in, by=by, at=at, organisation_id=by.organisation_id)
    return sign_in


def end_session(sign_in: SignIn, *, by: Person, at: datetime) -> SignIn:
    """End a session from another device; its own is not known any more: whoever holds it needs more than a password kept there."""
    if sign_in.device is not None:
        _forget(sign_in.person, at, KnownDevice.id == sign_in.device_id)
    sign_in.ended_at = sign_in.ended_at or at
    record("end_session", sign_in, by=by, at=at, organisation_id=by.organisation_id)
    return sign_in


def end_other_sessions(person: Person, *, kept: SignIn, by: Person, at: datetime) -> Person:
    """End every session but this one, and know no other device."""
    _end(person, at, SignIn.id != kept.id)
    _forget(person, at, *([KnownDevice.id != kept.device_id] if kept.device_id else []))
    record("end_other_sessions", person, by=by, at=at, organisation_id=person.organisation_id)
    return person


def drop_sessions(person: Person, *, at: datetime) -> Person:
    """End every session, forget every device, use up every code sent: with a new password, and with a closed account."""
    _end(person, at)
    _forget(person, at)
    return drop_device_codes(person, at=at)


def forget_device(device: KnownDevice, *, by: Person, at: datetime) -> KnownDevice:
    """Ask for a code again on this device, and end the sessions that were opened there."""
    _forget(device.person, at, KnownDevice.id == device.id)
    record("forget_device", device, by=by, at=at, organisation_id=by.organisation_id)
    return device


def _end(person: Person, at: datetime, *conditions: ColumnElement[bool]) -> None:
    ending = update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None), *conditions)
    session.execute(ending.values(ended_at=at))


def _forget(person: Person, at: datetime, *conditions: ColumnElement[bool]) -> None:
    known = (KnownDevice.person_id == person.id, KnownDevice.forgotten_at.is_(None), *conditions)
    numbers = list(session.scalars(select(KnownDevice.id).where(*known)))
    if numbers:
        session.execute(update(KnownDevice).where(KnownDevice.id.in_(numbers)).values(forgotten_at=at))
        _end(person, at, SignIn.device_id.in_(numbers))
