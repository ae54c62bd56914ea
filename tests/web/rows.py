"""Rows read again after a request, whose end has closed the session that made them."""

from typing import TypeVar

from sqlalchemy import inspect

from sad.db import session

Row = TypeVar("Row")


def again(row: Row) -> Row:
    """The same row as the database has it now."""
    return session.get_one(type(row), inspect(row).identity, populate_existing=True)
