"""The journal: every act appends its line, chained to the one before."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, Text, cast, select

from sad.db import Base, session
from sad.models.journal import JournalBody, JournalEntry, JournalHead
from sad.models.people import Person
from sad.trust.canonical import canonical_json
from sad.trust.chain import Entry, Head, body_commit, entry_hash, kept_as_written
from sad.trust.commitments import new_salt

WORDS = ("prev_hash", "actor", "action", "object", "body_commit", "hash")
NEVER = datetime.min.replace(tzinfo=UTC)


class NotKept(Exception):
    """A line was not kept as it was written: the act that it tells of is undone with it."""


def record(
    action: str,
    thing: Base,
    *,
    by: Person | None,
    at: datetime,
    organisation_id: int | None = None,
    is_sealed: bool = False,
    **details: Any,
) -> JournalEntry:
    """Append the line that says `by` (None: the product itself) did `action` to `thing` at `at`.

    `details` (JSON-safe) go beside the chain, behind a salted commitment, so that they can be erased one day. A sealed line
    belongs to no organisation: among those of the buyer, it would tell who deposits and how many do (SEC-01).
    The line is read back before anything else is done. Raises `NotKept` when the database keeps something else than what was
    written.
    """
    session.flush()
    head = session.scalars(select(JournalHead).with_for_update().execution_options(populate_existing=True)).one()
    salt = new_salt()
    entry = JournalEntry(
        seq=head.seq + 1,
        organisation_id=None if is_sealed else organisation_id or getattr(thing, "organisation_id", None),
        at=at,
        actor=f"person:{by.id}" if by else "system",
        action=action,
        object=f"{thing.__tablename__}:{thing.id}",  # type: ignore[attr-defined]
        body_commit=body_commit(salt, canonical_json(details)),
        prev_hash=head.hash,
    )
    entry.hash = _hash_of(entry)
    session.add(entry)
    session.flush()
    session.add(JournalBody(seq=entry.seq, salt=salt, body=details))
    _read_back(entry, Head(head.seq, head.hash))
    head.seq, head.hash = entry.seq, entry.hash
    return entry


def is_in_journal(head: Head) -> bool:
    """Does the journal still hold the line that somebody kept a copy of?"""
    return session.scalar(select(JournalEntry.seq).where(JournalEntry.hash == head.hash)) == head.seq


def journal_lines() -> Select[Any]:
    """Every line with the body beside it, in order, for `as_chained`: as text, since what was tampered with may be no date any more."""
    words = (getattr(JournalEntry, name) for name in WORDS)
    beside = JournalEntry.__table__.outerjoin(JournalBody.__table__, JournalBody.seq == JournalEntry.seq)
    at, body = cast(JournalEntry.at, Text).label("at"), cast(JournalBody.body, Text).label("body")
    return select(JournalEntry.seq, *words, at, JournalBody.salt, body).select_from(beside).order_by(JournalEntry.seq)


def as_chained(row: Row[Any]) -> Entry:
    """A line of `journal_lines` as the chain reads it; what cannot be read is not what was written, and so is found."""
    line = row._asdict()
    words = {name: str(line[name]) for name in WORDS}
    salt = line["salt"] if isinstance(line["salt"], bytes | None) else b""
    body = None if line["body"] is None else _canonical(line["body"])
    return Entry(seq=line["seq"], at=_instant(line["at"]), salt=salt, body=body, **words)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return NEVER
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _canonical(text: str) -> bytes:
    try:
        return canonical_json(json.loads(text))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return b""


def _read_back(entry: JournalEntry, after: Head) -> None:
    """What the database holds is read again, and held to what was written (verify after write)."""
    session.flush()
    row = session.execute(journal_lines().where(JournalEntry.seq == entry.seq)).one_or_none()
    if row is None or not kept_as_written(as_chained(row), after):
        raise NotKept(f"line {entry.seq}, {entry.action}")


def _hash_of(entry: JournalEntry) -> str:
    return entry_hash(
        seq=entry.seq,
        prev_hash=entry.prev_hash,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        object=entry.object,
        body_commit=entry.body_commit,
    )
