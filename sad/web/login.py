"""Sessions: who is signed in, with which cookie, until when."""

from flask import Flask, request, session
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import clock, db
from sad.actions.sign_ins import SEEN_EVERY, close_session, is_live, note_seen, open_session
from sad.models.people import Person
from sad.models.sign_ins import SignIn
from sad.settings import Settings
from sad.trust.passwords import new_token, token_hash
from sad.web.access import STATIC, Visitor, sign_in_here
from sad.web.devices import keep_device, words_here


def register(app: Flask) -> None:
    """Load the visitor of each request from its session."""
    # No template reads `current_user`: the page of a breakdown would ask the database for it.
    manager = LoginManager(app, add_context_processor=False)
    # Not "strong": it signs out whoever changes network, and a phone in a field does so at the worst minute.
    manager.session_protection = "basic"
    manager.user_loader(load_visitor)


def cookie_settings(settings: Settings) -> dict[str, object]:
    """The session cookie: unreadable by scripts, sent to this site only, bound to this host under https."""
    return {
        "SESSION_COOKIE_NAME": "__Host-sad" if settings.is_https else "sad",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
    }


def load_visitor(name: str) -> Visitor | None:
    """The visitor of a session that still opens the account: neither ended, nor over by itself, nor of a closed account."""
    identifier, _, token = name.partition(":")
    if not identifier.isdecimal():
        return None
    whole = joinedload(SignIn.person)
    at_once = (whole.joinedload(Person.organisation), whole.joinedload(Person.roles), whole.joinedload(Person.second_factor))
    known = (SignIn.id == int(identifier), SignIn.token_hash == token_hash(token))
    found = db.session.scalars(select(SignIn).where(*known).options(*at_once)).unique().one_or_none()
    return Visitor(found.person, found, name) if found and is_live(found, at=clock.now()) else None


def note_presence() -> None:
    """Before each request of somebody signed in: the session is alive, noted every five minutes."""
    if request.endpoint in STATIC or not current_user.is_authenticated:
        return
    at, sign_in = clock.now(), current_user.sign_in
    if at - sign_in.seen_at >= SEEN_EVERY:
        with db.transaction():
            note_seen(sign_in, at=at)


def sign_in(person: Person) -> None:
    """Open a fresh session for this person; what the browser held before is dropped, so that nobody can plant a session."""
    at, former = clock.now(), sign_in_here()
    token, hashed = new_token()
    with db.transaction():
        if former is not None:
            close_session(former, by=former.person, at=at)
        device = None if person.is_agent else keep_device(person, at=at)
        opened = open_session(person, device=device, token_hash=hashed, words=words_here(), at=at)
    session.clear()
    session.permanent = True
    login_user(Visitor(person, opened, f"{opened.id}:{token}"))


def sign_out() -> None:
    """Close the session of this browser: its cookie, copied elsewhere, opens nothing any more."""
    former = sign_in_here()
    if former is not None:
        with db.transaction():
            close_session(former, by=former.person, at=clock.now())
    logout_user()
    session.clear()
