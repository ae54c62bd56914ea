"""Rows changed behind the back of the actions, as somebody with the database's password could."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import select

from sad.db import session, transaction

Row = TypeVar("Row")


@contextmanager
def tampered(model: type[Row]) -> Iterator[Row]:
    """The first row of its kind, whose changes are kept."""
    with transaction():
        yield session.scalars(select(model).order_by(model.id).limit(1)).one()  # type: ignore[attr-defined]
