"""A supplier's person on a device where it is not known: the password and a code sent by e-mail, or a rescue code."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.actions.rescue_codes import codes_left, use_rescue_code
from sad.actions.supplier_limits import has_limit_within
from sad.db import session
from sad.letters import devices as letters
from sad.models.people import Person
from sad.models.sign_ins import DeviceCode, KnownDevice
from sad.trust.one_time_codes import DIGITS, is_application_code, plain_code
from sad.trust.sealing import rescue_code_hash

KNOWN_FOR = timedelta(days=365)
CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
SENT_COUNT_FOR = timedelta(hours=1)
MOST_SENT = 5
LAST_DAY = timedelta(hours=24)


def remember_device(person: Person, *, token_hash: str, words: str, at: datetime) -> KnownDevice:
    """Ask this person for its password alone on this browser, for a year after the last time; it has shown who it is."""
    device = KnownDevice(person=person, token_hash=token_hash, words=words, known_at=at, seen_at=at)
    session.add(device)
    record("remember_device", device, by=person, at=at)
    return device


def is_known(device: KnownDevice | None, *, at: datetime) -> bool:
    """Is the password enough on this device?"""
    return device is not None and device.forgotten_at is None and at - device.seen_at <= KNOWN_FOR


def send_device_code(person: Person, *, seal_key: bytes, at: datetime) -> DeviceCode:
    """Send a code for ten minutes; those sent before no longer serve.

    After five within the hour none is sent, so that nobody fills a mailbox: a rescue code still opens.
    """
    drop_device_codes(person, at=at)
    asked = DeviceCode(person=person, asked_at=at, expires_at=at + CODE_LASTS, tries=0)
    is_enough = _sent_of_late(person, at) >= MOST_SENT
    session.add(asked)
    session.flush()
    if not is_enough:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        asked.code_hash = _hash(asked, code, seal_key)
        post_letter(letters.device_code(person, until=asked.expires_at), to=person, at=at, secret=code)
    record("send_device_code", person, by=person, at=at, is_sent=not is_enough)
    return asked


def use_device_code(asked: DeviceCode, typed: str, *, seal_key: bytes, at: datetime) -> bool:
    """Use up the code sent, or a rescue code of the person; whether it was good. Five wrong ones end a code, never the rescue codes."""
    if not is_waiting(asked, at=at):
        return False
    if is_application_code(typed):
        is_good = _has_try_left(asked) and secrets.compare_digest(asked.code_hash or "", _hash(asked, typed, seal_key))
    else:
        is_good = use_rescue_code(asked.person, typed, seal_key=seal_key, at=at)
    if is_good:
        drop_device_codes(asked.person, at=at)
        record("use_device_code", asked.person, by=asked.person, at=at)
    return is_good


def is_waiting(asked: DeviceCode, *, at: datetime) -> bool:
    """Can the code still be typed, or a rescue code in its place?"""
    return asked.used_at is None and at <= asked.expires_at and asked.person.is_active


def is_spent(asked: DeviceCode) -> bool:
    """Were too many wrong codes typed, or none sent? Another is to be asked for, or a rescue code typed."""
    return asked.tries >= MOST_TRIES or asked.code_hash is None


def has_only_mail_on_the_last_day(person: Person, *, at: datetime) -> bool:
    """Would a code by e-mail be the only way in, within a day of a limit of its supplier's (rule 9 of the deposits)?"""
    return codes_left(person) == 0 and has_limit_within(person, LAST_DAY, at=at)


def let_in_without_code(person: Person, *, words: str, at: datetime) -> Person:
    """Let the password be enough on a new device, since a mail that is late would cost an offer; the person is told."""
    post_letter(letters.let_in_without_code(person, words=words, at=at), to=person, at=at)
    record("let_in_without_code", person, by=person, at=at)
    return person


def drop_device_codes(person: Person, *, at: datetime) -> Person:
    """Let none of the codes sent until now serve."""
    session.execute(update(DeviceCode).where(DeviceCode.person_id == person.id, DeviceCode.used_at.is_(None)).values(used_at=at))
    return person


def _has_try_left(asked: DeviceCode) -> bool:
    """Take one of the tries; counted by the change itself, so that a hundred requests at once have five."""
    more = update(DeviceCode).where(DeviceCode.id == asked.id, DeviceCode.used_at.is_(None), DeviceCode.tries < MOST_TRIES)
    return session.scalar(more.values(tries=DeviceCode.tries + 1).returning(DeviceCode.id)) is not None


def _sent_of_late(person: Person, at: datetime) -> int:
    recent = (DeviceCode.person_id == person.id, DeviceCode.asked_at > at - SENT_COUNT_FOR, DeviceCode.code_hash.is_not(None))
    return session.scalars(select(func.count(DeviceCode.id)).where(*recent)).one()


def _hash(asked: DeviceCode, code: str, seal_key: bytes) -> str:
    """Kept as a rescue code is: nobody can try codes against it without the seal key file."""
    return rescue_code_hash(seal_key, f"device_code:{asked.id}", plain_code(code))
