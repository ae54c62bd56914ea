"""Rows changed behind the back of the actions, as somebody with the database's password could."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import select, text

from sad.db import session, transaction

Row = TypeVar("Row")
GUARDS = (
    "journal_no_update", "journal_no_delete", "journal_bodies_no_update", "published_heads_no_update", "published_heads_no_delete"
)


@contextmanager
def tampered(model: type[Row]) -> Iterator[Row]:
    """The first row of its kind, whose changes are kept."""
    with transaction():
        yield session.scalars(select(model).order_by(model.id).limit(1)).one()  # type: ignore[attr-defined]


@contextmanager
def unguarded() -> Iterator[None]:
    """A transaction in which nothing refuses that the journal be rewritten, as for who owns the database."""
    with transaction():
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
            for name in GUARDS:
                session.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        yield
