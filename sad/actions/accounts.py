"""Ways into an account: passwords, links to choose another, and what slows guessing down."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.actions.rescue_codes import use_rescue_code
from sad.actions.sign_ins import drop_sessions
from sad.db import kept_if, session
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused, refuse
from sad.domain.sentences import french_moment
from sad.letters.text import write_letter
from sad.models.people import LoginAttempt, PasswordReset, Person
from sad.trust.passwords import (
    AGENT_MINIMUM,
    SUPPLIER_MINIMUM,
    hash_password,
    new_token,
    password_faults,
    token_hash,
    verify_password,
)

RESET_LASTS = timedelta(hours=1)
GUESSES_SLOWED_FOR = timedelta(minutes=15)
MOST_GUESSES_HERE = 10
MOST_GUESSES_FROM_ONE_PLACE = 100


def find_person(email: str) -> Person | None:
    """The active person with this address, however its capitals were typed."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.is_active))


def recognise(email: str, password: str) -> Person | None:
    """The person whom this address and password open to; as slow for an unknown address as for a wrong password."""
    person = find_person(email)
    matches = verify_password(person.password_hash if person else None, password)
    return person if matches else None


def is_guessing(email: str, address: str, *, at: datetime) -> bool:
    """Has somebody at this network address failed too often of late, on this account or on many?

    An account is never blocked as such: else anybody could lock a supplier out on the last day.
    """
    since = at - GUESSES_SLOWED_FOR
    recent = select(func.count(LoginAttempt.id)).where(LoginAttempt.address == address, LoginAttempt.at > since)
    on_this_account = recent.where(LoginAttempt.email == email.strip().lower())
    return session.scalars(recent).one() >= MOST_GUESSES_FROM_ONE_PLACE or session.scalars(on_this_account).one() >= MOST_GUESSES_HERE


def note_failed_login(email: str, address: str, *, at: datetime) -> LoginAttempt:
    """Count a failed attempt, whether or not the account exists."""
    attempt = LoginAttempt(email=email.strip().lower()[:200], address=address, at=at)
    session.add(attempt)
    return attempt


def ask_password_reset(email: str, *, address: str, link: Callable[[str], str], at: datetime) -> None:
    """Send a way back in, for one use within the hour, if the address has an account; say nothing of it either way.

    `link` makes the address of the page from the token. The request counts as a guess, so that nobody floods a mailbox. For an unknown
    address the same is written, then undone: what the answer costs does not tell which addresses have an account.
    """
    note_failed_login(email, address, at=at)
    person = _owner_or_anybody(email)
    if person is None:
        return
    is_theirs = person.email == email.strip().lower() and person.is_active
    with kept_if(is_theirs):
        _send_reset(person, link=link, at=at)


def _owner_or_anybody(email: str) -> Person | None:
    """The active person with this address; else the first that ever came, so that what follows costs the same. None: nobody is there."""
    owns = and_(Person.email == email.strip().lower(), Person.is_active)
    first = select(func.min(Person.id)).scalar_subquery()
    return session.scalar(select(Person).where(or_(owns, Person.id == first)).order_by(owns.desc()).limit(1))


def _send_reset(person: Person, *, link: Callable[[str], str], at: datetime) -> None:
    token, hashed = new_token()
    session.add(PasswordReset(person=person, token_hash=hashed, asked_at=at, expires_at=at + RESET_LASTS))
    post_letter(write_letter("password_reset", person=person), to=person, at=at, secret=link(token))
    record("ask_password_reset", person, by=None, at=at, organisation_id=person.organisation_id)


def live_reset(token: str, *, at: datetime) -> PasswordReset:
    """The unused request of this token. Raises `Refused` when it is unknown, used or more than an hour old."""
    reset = session.scalar(select(PasswordReset).where(PasswordReset.token_hash == token_hash(token)))
    if reset is None or reset.used_at or at > reset.expires_at or not reset.person.is_active:
        raise refuse("Ce lien ne sert plus : il ne marche qu’une fois, pendant une heure.", "Demandez-en un autre, il arrive aussitôt.")
    return reset


def shortest_password(person: Person) -> int:
    """The fewest characters of this person's password: an agent's opens more than its own data."""
    return AGENT_MINIMUM if person.is_agent else SUPPLIER_MINIMUM


def chosen_password(password: str, person: Person) -> str:
    """What to keep of the password that a person chose, to be made before the transaction since it is slow on purpose.

    Raises `Refused` with all that makes it too easy to guess (field `password`).
    """
    faults = password_faults(password, minimum=shortest_password(person), email=person.email, name=person.name)
    if faults:
        raise Refused(*faults)
    return hash_password(password)


def reset_password(token: str, *, password_hash: str, at: datetime) -> Person:
    """Set the new password by a token, use up every token of the person and close its sessions. Raises `Refused`."""
    person = live_reset(token, at=at).person
    return _set_password(person, password_hash, "reset_password", by=person, at=at)


def rescue_password(email: str, code: str, *, password_hash: str, seal_key: bytes, at: datetime) -> Person | None:
    """Set the new password of whoever acts for suppliers by one of its rescue codes, since no mail arrives.

    None when the pair is not good, as for an unknown address and in the same time, and for an agent: its codes stand for its
    application, and the paper alone would then open its account.
    """
    person = find_person(email)
    theirs = person if person and not person.is_agent else None
    if not use_rescue_code(theirs, code, seal_key=seal_key, at=at) or theirs is None:
        return None
    return _set_password(theirs, password_hash, "rescue_password", by=theirs, at=at)


def change_password(person: Person, *, password_hash: str, by: Person, at: datetime) -> Person:
    """Set a new password, use up the pending tokens and close the other sessions; the caller has checked the old one."""
    return _set_password(person, password_hash, "change_password", by=by, at=at)


def _set_password(person: Person, password_hash: str, action: str, *, by: Person, at: datetime) -> Person:
    person.password_hash = password_hash
    drop_sessions(person, at=at)
    for reset in session.scalars(select(PasswordReset).where(PasswordReset.person_id == person.id, PasswordReset.used_at.is_(None))):
        reset.used_at = at
    moment = french_moment(at.astimezone(PARIS))
    post_letter(write_letter("password_changed", person=person, moment=moment), to=person, at=at)
    record(action, person, by=by, at=at, organisation_id=person.organisation_id)
    return person
