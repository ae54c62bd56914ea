"""What others wrote in a draft since a page showed it: read from the journal, for whoever saves second."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.db import session
from sad.domain.drafting import changes_in_words
from sad.domain.sentences import french_date
from sad.models.journal import JournalEntry
from sad.models.people import Person
from sad.models.stages import Stage


@dataclass(frozen=True, slots=True)
class DraftChange:
    """One act on a draft: who, when, and what it changed, in French."""

    who: str
    at: datetime
    words: str


def changes_since(draft: Stage, version: int) -> list[DraftChange]:
    """What was saved in the draft after the version that a page showed, the oldest first."""
    lines = select(JournalEntry).where(JournalEntry.object == f"{Stage.__tablename__}:{draft.id}", JournalEntry.body.has())
    entries = session.scalars(lines.options(joinedload(JournalEntry.body)).order_by(JournalEntry.seq))
    found = [(entry, entry.body.body) for entry in entries if entry.body and entry.body.body.get("version", 0) > version]
    names = _names({entry.actor for entry, _ in found})
    return [DraftChange(names.get(entry.actor, "Une personne"), entry.at, _words(body)) for entry, body in found]


def _names(actors: set[str]) -> dict[str, str]:
    numbers = [int(actor.removeprefix("person:")) for actor in actors if actor.startswith("person:")]
    return {f"person:{each.id}": each.name for each in session.scalars(select(Person).where(Person.id.in_(numbers)))}


def _words(body: dict) -> str:  # type: ignore[type-arg]
    if "renamed" in body:
        return f"nom : « {body['renamed'][1]} » au lieu de « {body['renamed'][0]} »"
    if "moved" in body:
        before, after = (french_date(datetime.fromisoformat(day).date()) for day in body["moved"])
        return f"date d’effet : {after} au lieu du {before}"
    return " ; ".join(changes_in_words(before, after) for before, after in body.get("lines", ()))
