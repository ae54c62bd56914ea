"""Sessions: who is signed in, with which cookie, until when."""

from flask import Flask, session
from flask_login import LoginManager, login_user, logout_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import db
from sad.models.people import Person
from sad.settings import Settings
from sad.web.access import Visitor


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
    """The visitor of a session, as long as the person is active and has not closed its sessions."""
    identifier, _, stamp = name.partition(":")
    if not identifier.isdecimal():
        return None
    at_once = (joinedload(Person.organisation), joinedload(Person.roles), joinedload(Person.second_factor))
    person = db.session.scalars(select(Person).where(Person.id == int(identifier)).options(*at_once)).unique().one_or_none()
    if person is None or not person.is_active or person.session_stamp != stamp:
        return None
    return Visitor(person)


def sign_in(person: Person) -> None:
    """Open a fresh session for this person; what the browser held before is dropped, so that nobody can plant a session."""
    session.clear()
    session.permanent = True
    login_user(Visitor(person))


def sign_out() -> None:
    """Close the session of this browser."""
    logout_user()
    session.clear()
