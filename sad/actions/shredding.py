"""Destroying rows with all that hangs on them, and what the journal says of them in detail; its lines stay, and still verify.

What hangs on a thing is found by the references between tables, so that a table born tomorrow is destroyed too. The bodies of the journal
go with their salts, and with them all that could tell what was committed to.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, delete, select

from sad.db import Base, session
from sad.models.approvals import Approval, ApprovalKind
from sad.models.destructions import DestroyedObject, Destruction
from sad.models.journal import JournalBody, JournalEntry

AT_ONCE = 500
SPARED = {"mini_tenders", "destructions", "destroyed_objects"}
COUNTED = {
    "offers": "Offres",
    "offer_files": "Documents des offres",
    "receipts": "Accusés de réception",
    "application_documents": "Documents joints",
    "documents": "Fichiers effacés du disque",
    "letters": "Courriers",
    "marks": "Notes",
    "journal_bodies": "Détails du journal",
}
Ids = dict[str, list[int]]
Value = TypeVar("Value")


def hanging_on(roots: Mapping[str, Sequence[int]], *, spared: Collection[str] = ()) -> Ids:
    """The rows that hang on these (table -> numbers), directly or through others; not those of the tables spared, nor the roots."""
    found: Ids = {name: list(numbers) for name, numbers in roots.items()}
    for table in Base.metadata.sorted_tables:
        if table.name in SPARED or table.name in spared or table.name in roots:
            continue
        held = [fk for fk in table.foreign_keys if fk.column.table.name in found and fk.column.name == "id"]
        numbers = sorted({number for fk in held for number in _holding(table, fk.parent, found[fk.column.table.name])})
        if numbers:
            found[table.name] = numbers
    return {name: numbers for name, numbers in found.items() if name not in roots}


def held_by_others(name: str, numbers: Collection[int], *, but: Collection[str]) -> set[int]:
    """Which rows of that table (by number) a row of another table refers to; the tables of `but` do not count."""
    held: set[int] = set()
    for table in Base.metadata.sorted_tables:
        for fk in table.foreign_keys:
            if table.name not in but and fk.column.table.name == name and fk.column.name == "id":
                for some in batched(sorted(numbers), AT_ONCE):
                    held.update(session.scalars(select(fk.parent).where(fk.parent.in_(some)).distinct()))
    return held


def shred(ids: Ids, destruction: Destruction, *, about: Sequence[str] = ()) -> dict[str, int]:
    """Delete these rows, what the journal says of them and of the things `about` in detail, the requests made to a second person about
    them but that of a destruction; their files wait for the job.

    Gives how many went, by table.
    """
    destruction.paper_keys = [*destruction.paper_keys, *_paper_keys(ids)]
    told = [*_objects(ids), *about]
    counts = {**_delete_rows(ids), "journal_bodies": _delete_bodies(told)}
    for some in batched(told, AT_ONCE):
        session.execute(delete(Approval).where(Approval.object.in_(some), Approval.kind != ApprovalKind.DESTROY))
    session.add_all(DestroyedObject(object=each, destruction_id=destruction.id) for each in _objects(ids))
    session.flush()
    return counts


def counted(ids: Ids) -> list[tuple[str, int]]:
    """What is destroyed, in the words of a page; the rest by its number of rows."""
    told = [(label, len(ids.get(name, ()))) for name, label in COUNTED.items() if name in ids]
    rest = sum(len(numbers) for name, numbers in ids.items() if name not in COUNTED)
    return [*told, ("Autres lignes du dossier", rest)]


def batched(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    """So many at a time: a database takes only so many in one statement."""
    yield from (values[start : start + size] for start in range(0, len(values), size))


def added(*each: Mapping[str, int]) -> dict[str, int]:
    """The sum of several counts, by table."""
    names = {name for counts in each for name in counts}
    return {name: sum(counts.get(name, 0) for counts in each) for name in names}


def _holding(table: Table, column: ColumnElement[int], numbers: Sequence[int]) -> list[int]:
    found: list[int] = []
    for some in batched(numbers, AT_ONCE):
        found += session.scalars(select(table.c.id).where(column.in_(some)))
    return found


def _paper_keys(ids: Ids) -> list[str]:
    keys: list[str] = []
    for name in ("letter_papers", "documents"):
        column: ColumnElement[Any] = Base.metadata.tables[name].c.storage_key
        for some in batched(ids.get(name, []), AT_ONCE):
            kept = select(column).where(Base.metadata.tables[name].c.id.in_(some), column.is_not(None))
            keys += session.scalars(kept)
    return keys


def _delete_rows(ids: Ids) -> dict[str, int]:
    """The last of the references first."""
    for table in reversed(Base.metadata.sorted_tables):
        for some in batched(ids.get(table.name, []), AT_ONCE):
            session.execute(delete(table).where(table.c.id.in_(some)))
    return {name: len(numbers) for name, numbers in ids.items()}


def _objects(ids: Ids) -> list[str]:
    return [f"{name}:{number}" for name, numbers in ids.items() for number in numbers]


def _delete_bodies(objects: Sequence[str]) -> int:
    """What the journal says in detail of these things, with the salts: the lines stay, and hold."""
    gone = 0
    for some in batched(objects, AT_ONCE):
        told = select(JournalBody.seq).join(JournalEntry, JournalEntry.seq == JournalBody.seq).where(JournalEntry.object.in_(some))
        lines = list(session.scalars(told))
        for few in batched(lines, AT_ONCE):
            session.execute(delete(JournalBody).where(JournalBody.seq.in_(few)))
        gone += len(lines)
    return gone
