"""The journal: every act appends its line, chained to the one before."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from sad.db import Base, session
from sad.models.journal import JournalBody, JournalEntry, JournalHead
from sad.models.people import Person
from sad.trust.canonical import canonical_json
from sad.trust.chain import body_commit, entry_hash
from sad.trust.commitments import new_salt


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
    head.seq, head.hash = entry.seq, entry.hash
    return entry


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
