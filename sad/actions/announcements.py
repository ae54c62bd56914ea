"""Announcing a stage: one letter to every person of every supplier that it concerns, in the transaction that publishes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sad.actions.admitted import admitted_suppliers, pending_applicants
from sad.actions.journal import record
from sad.actions.letters import post_to_each
from sad.actions.stages import roadmap_of
from sad.db import session
from sad.domain.meaning import meaning_of
from sad.domain.play import AdmittedSupplier
from sad.domain.stages import Stage
from sad.letters import stages as letters
from sad.letters.stages import Announcement
from sad.letters.text import LetterText
from sad.models.people import Person
from sad.models.stage_changes import StageChange
from sad.models.stages import Stage as StageRow
from sad.models.systems import PurchasingSystem

SORTS = ("short", "silent", "met")


@dataclass(frozen=True, slots=True)
class Reader:
    """A supplier that an announcement concerns, with all its categories of the system; admitted to one of them, or waiting."""

    supplier: AdmittedSupplier
    is_admitted: bool


def announce_stage(stage_row: StageRow, change: StageChange, *, home: str, by: Person, at: datetime) -> int:
    """Tell every person of each admitted supplier and of each pending applicant what a corrigendum changes for it.

    `home` is the address of the site. Gives how many people are told.
    """
    session.flush()
    readers = readers_of(stage_row.system, at)
    announcement = announcement_of(stage_row, change)
    letters_by_supplier = texts_for(readers, announcement, home=home)
    told = post_to_each(letters_by_supplier, at=at, organisation_id=stage_row.organisation_id)
    record("announce_stage", stage_row, by=by, at=at, kind=change.kind, told=[each.supplier.id for each in readers], people=len(told))
    return len(told)


def announcement_of(stage_row: StageRow, change: StageChange) -> Announcement:
    """The change as the letters tell it."""
    stage = stage_row.as_value()
    return foretold(stage_row, stage, change.replaced, kind=change.kind, reason=change.reason, notice_reference=change.notice_reference)


def foretold(
    draft: StageRow, stage: Stage, replaced: StageRow | None, *, kind: str, reason: str, notice_reference: str
) -> Announcement:
    """The same before anything is published: `stage` is what the draft would become, `replaced` the version that would give way."""
    others = (each for each in roadmap_of(draft.system) if each.number != stage.number)
    earlier = tuple(each for each in others if each.effective_on < stage.effective_on)
    before = replaced.as_value() if replaced else earlier[-1] if earlier else None
    return Announcement(draft.system, kind, stage, draft.revision, before, reason, notice_reference, earlier)


def samples_of(readers: Sequence[Reader], announcement: Announcement, *, home: str) -> list[tuple[Reader, LetterText]]:
    """One letter of each sort, to be read before they leave: to a reader that lacks something, that has said nothing, that meets all."""
    firsts: dict[str, Reader] = {}
    for each in readers:
        firsts.setdefault(_sort(each, announcement.stage), each)
    shown = [firsts[sort] for sort in SORTS if sort in firsts]
    texts = texts_for(shown, announcement, home=home)
    return [(each, texts[each.supplier.id]) for each in shown]


def texts_for(readers: Sequence[Reader], announcement: Announcement, *, home: str) -> Mapping[int, LetterText]:
    """The letter of each reader, by id of supplier, to be read before it leaves or to be posted."""
    return {
        each.supplier.id: letters.announced(announcement, each.supplier, is_admitted=each.is_admitted, home=home) for each in readers
    }


def readers_of(system: PurchasingSystem, at: datetime) -> list[Reader]:
    """Whom a change of the roadmap concerns, by name: the admitted first, then those who only wait; each once."""
    found = {each.id: Reader(each, True) for each in admitted_suppliers(system, at)}
    for each in pending_applicants(system):
        known = found.get(each.id)
        if known:
            both = dict.fromkeys((*known.supplier.categories, *each.categories))
            found[each.id] = replace(known, supplier=replace(known.supplier, categories=tuple(both)))
        else:
            found[each.id] = Reader(each, False)
    return list(found.values())


def _sort(reader: Reader, stage: Stage) -> str:
    if not reader.supplier.declared:
        return "silent"
    return "short" if meaning_of(stage, reader.supplier).lacking else "met"
