"""What an invariant finds, and how rows are read: a few at a time, whatever their number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, literal

from sad.db import session
from sad.models.destructions import destroyed_mini_tenders
from sad.models.mini_tenders import MiniTender

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Site:
    """What is examined beside the database: its documents, its seal key, and the instant (aware) of the examination."""

    data_dir: Path
    seal_key: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must never be: on which object (`offers:12`), in French words, and what to do about it."""

    about: str
    message: str
    remedy: str


def named(kind: str, identifier: Any) -> ColumnElement[str]:
    """How the journal names an object or an actor: `named("offers", Offer.id)` is `offers:12`."""
    return literal(f"{kind}:") + cast(identifier, String)


def still_there() -> ColumnElement[bool]:
    """The mini-tenders whose papers nobody destroyed."""
    return MiniTender.id.not_in(destroyed_mini_tenders())


def rows(statement: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a statement, read from the server a few at a time."""
    return iter(session.execute(statement.execution_options(yield_per=AT_ONCE)))
