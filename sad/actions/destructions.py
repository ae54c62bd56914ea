"""Destroying the papers of a mini-tender: its key, its offers, its letters, what the journal says of them in detail (ARC-03).

Everything that hangs on it is found by the references between tables, so that a table born tomorrow is destroyed too. The lines of the
journal stay, with the commitments; the bodies and their salts go, and with them all that could tell what was committed to.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from sad.actions.journal import record
from sad.actions.mini_tenders import hold
from sad.actions.retention import destruction_faults, lives_of, retention_law
from sad.db import Base, session
from sad.domain.errors import Refusal, Refused
from sad.domain.retention import clocks_of
from sad.letters.wording import long_date
from sad.models.approvals import Approval, ApprovalKind
from sad.models.destructions import DestroyedObject, Destruction
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import LetterPaper
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person

AT_ONCE = 500
TYPED = ("access", "dietary_needs", "allergens", "constraints")
SPARED = {"mini_tenders", "destructions", "destroyed_objects"}
COUNTED = {
    "offers": "Offres",
    "offer_files": "Documents des offres",
    "receipts": "Accusés de réception",
    "letters": "Courriers",
    "marks": "Notes",
    "journal_bodies": "Détails du journal",
}
Ids = dict[str, list[int]]
Value = TypeVar("Value")


def destroy_papers(mini_tender: MiniTender, visa: str, *, asked_by: Person, by: Person, at: datetime) -> Destruction:
    """Destroy, as the second person, all that hangs on a mini-tender but its references and dates. It cannot be undone.

    `visa`: reference of the written agreement of the archives. Raises `Refused` with every fault: a clock that still runs (ARC-01,
    ARC-02), a court action, no visa, the same person twice.
    """
    hold(mini_tender)
    faults = [*destruction_faults(mini_tender, at), *visa_faults(visa), *_two_people_faults(asked_by, by)]
    if faults:
        raise Refused(*faults)
    remains, ids = remains_of(mini_tender, at), dependents_of(mini_tender)
    destruction = Destruction(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        visa=visa.strip(),
        asker=asked_by,
        approver=by,
        destroyed_at=at,
        remains=[list(each) for each in remains],
        counts={},
        paper_keys=_paper_keys(ids),
    )
    session.add(destruction)
    session.flush()
    counts = {**_delete_rows(ids), "journal_bodies": _delete_bodies([*_objects(ids), f"{MiniTender.__tablename__}:{mini_tender.id}"])}
    destruction.counts = counts
    _note_objects(ids, destruction)
    _blank(mini_tender)
    told: dict[str, Any] = {"mini_tender": mini_tender.id, "visa": destruction.visa, "asked_by": asked_by.id, "counts": counts}
    record("destroy_papers", destruction, by=by, at=at, **told)
    return destruction


def visa_faults(visa: str) -> Iterator[Refusal]:
    """Nothing is destroyed without the written agreement of the archives (code du patrimoine, L212-2)."""
    if not visa.strip():
        yield Refusal("La référence du visa des archives manque.", "Recopier celle de leur accord écrit.", "ARC-03", "visa")


def remains_of(mini_tender: MiniTender, at: datetime) -> list[tuple[str, str]]:
    """The references and dates that stay once everything else is destroyed."""
    lived = lives_of([mini_tender])[mini_tender.id]
    deposits = session.scalar(select(func.count(Offer.id)).where(Offer.mini_tender_id == mini_tender.id))
    return [
        ("Consultation", f"n° {mini_tender.id}, {mini_tender.title}"),
        ("Service", mini_tender.service.name),
        ("Système", mini_tender.system.reference),
        ("Envoyée le", long_date(mini_tender.published_at)),
        ("Date limite", long_date(mini_tender.closes_at)),
        ("Dépôts reçus", str(deposits)),
        ("Marché notifié le" if lived.is_contracted else "Déclarée sans suite le", long_date(lived.ended_on)),
        *((f"{clock.label}, à garder jusqu’au", long_date(clock.until)) for clock in clocks_of(lived, retention_law(at))),
    ]


def dependents_of(mini_tender: MiniTender) -> Ids:
    """The rows that hang on it, directly or through others: table -> numbers."""
    found: Ids = {MiniTender.__tablename__: [mini_tender.id]}
    for table in Base.metadata.sorted_tables:
        if table.name in SPARED:
            continue
        held = [fk for fk in table.foreign_keys if fk.column.table.name in found and fk.column.name == "id"]
        numbers = sorted({number for fk in held for number in _holding(table, fk.parent, found[fk.column.table.name])})
        if numbers:
            found[table.name] = numbers
    del found[MiniTender.__tablename__]
    return found


def counted(ids: Ids) -> list[tuple[str, int]]:
    """What is destroyed, in the words of a page; the rest by its number of rows."""
    told = [(label, len(ids.get(name, ()))) for name, label in COUNTED.items() if name in ids]
    rest = sum(len(numbers) for name, numbers in ids.items() if name not in COUNTED)
    return [*told, ("Autres lignes du dossier", rest)]


def with_papers_left() -> list[Destruction]:
    """The destructions whose PDFs are still to be taken off the disk."""
    return [each for each in session.scalars(select(Destruction).order_by(Destruction.id)) if each.paper_keys]


def note_papers_gone(destruction: Destruction, *, at: datetime) -> Destruction:
    """Note that its PDFs are no longer on the disk."""
    gone = len(destruction.paper_keys)
    destruction.paper_keys = []
    record("destroy_files", destruction, by=None, at=at, gone=gone)
    return destruction


def _holding(table: Table, column: ColumnElement[int], numbers: Sequence[int]) -> list[int]:
    found: list[int] = []
    for some in batched(numbers, AT_ONCE):
        found += session.scalars(select(table.c.id).where(column.in_(some)))
    return found


def batched(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    """So many at a time: a database takes only so many in one statement."""
    yield from (values[start : start + size] for start in range(0, len(values), size))


def _two_people_faults(asked_by: Person, by: Person) -> Iterator[Refusal]:
    if asked_by.id == by.id:
        yield Refusal("Vous avez demandé cette destruction : une autre personne l’approuve.", "Prévenir un collègue.", "ARC-03")


def _paper_keys(ids: Ids) -> list[str]:
    keys = select(LetterPaper.storage_key).where(LetterPaper.id.in_(ids.get("letter_papers", [])), LetterPaper.storage_key.is_not(None))
    return [key for key in session.scalars(keys) if key is not None]


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


def _note_objects(ids: Ids, destruction: Destruction) -> None:
    session.add_all(DestroyedObject(object=each, destruction_id=destruction.id) for each in _objects(ids))


def _blank(mini_tender: MiniTender) -> None:
    """The key that opened its envelopes, in whatever copy, and what was typed for its making."""
    about = f"{MiniTender.__tablename__}:{mini_tender.id}"
    session.execute(delete(Approval).where(Approval.object == about, Approval.kind != ApprovalKind.DESTROY))
    blank: dict[str, Any] = {"wrapped_private_key": b"", "opener_keys": None, "justifications": {}, "returned_reason": None}
    blank |= dict.fromkeys(TYPED, "")
    session.execute(update(MiniTender).where(MiniTender.id == mini_tender.id).values(blank))
