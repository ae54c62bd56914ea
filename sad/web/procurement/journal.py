"""The journal of an organisation for whoever audits it: found by object, act, person and date; each line can be opened."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import render_template, request
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from sad.actions.journal_checks import is_sound_line, last_check
from sad.db import session
from sad.domain.calendar import paris_instant
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.people import Person, Role
from sad.reference import acts_in_words, things_in_words
from sad.web.access import allow, current_organisation, own_or_404
from sad.web.paging import page_of
from sad.web.typed import read_date

MOST_PEOPLE = 50
SYSTEM = "system"
SYSTEM_TYPED = frozenset({"system", "logiciel", "le logiciel"})
# What nobody reads before all have marked, auditors who also mark included; the page of the consultation shows it in its time.
KEPT_APART = frozenset({"give_own_mark", "type_sheet", "receive_sample"})


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, as typed; `wrong` says what could not be read of it."""

    thing: str = ""
    action: str = ""
    who: str = ""
    since: str = ""
    until: str = ""

    @property
    def is_any(self) -> bool:
        return any((self.thing, self.action, self.who, self.since, self.until))

    @property
    def wrong(self) -> list[str]:
        """The dates that are none, which then limit nothing."""
        return [text for text in (self.since, self.until) if text and _midnight(text) is None]


@allow(Role.AUDITOR)
def journal() -> str:
    """The lines of the organisation, the last first, and what the last verification of the whole journal found."""
    search = Search(*(request.args.get(name, "").strip() for name in ("objet", "acte", "personne", "du", "au")))
    page = page_of(_found(search), JournalEntry.seq, descending=True)
    return render_template(
        "procurement/journal.html", page=page, search=search, names=_names(page.rows), check=last_check(), system=SYSTEM
    )


@allow(Role.AUDITOR)
def journal_line(seq: int) -> str:
    """One line: all that it says, its hashes, and whether it is still as it was written."""
    line = own_or_404(_own().where(JournalEntry.seq == seq).options(joinedload(JournalEntry.body)))
    body = json.dumps(line.body.body, ensure_ascii=False, indent=2) if line.body else None
    return render_template(
        "procurement/journal_line.html",
        line=line,
        body=body,
        is_kept_apart=line.action in KEPT_APART,
        names=_names([line]),
        is_sound=is_sound_line(seq),
        system=SYSTEM,
    )


def _own() -> Select[tuple[JournalEntry]]:
    return select(JournalEntry).where(JournalEntry.organisation_id == current_organisation().id)


def _found(search: Search) -> Select[tuple[JournalEntry]]:
    query, since, until = _own(), _midnight(search.since), _midnight(search.until, after=1)
    if search.thing:
        query = query.where(JournalEntry.object.in_(_things(search.thing)))
    if search.action:
        query = query.where(_is_act(search.action))
    if search.who:
        query = query.where(JournalEntry.actor.in_(_actors(search.who)))
    if since:
        query = query.where(JournalEntry.at >= since)
    if until:
        query = query.where(JournalEntry.at < until)
    return query


def _things(typed: str) -> list[str]:
    """How the journal names what is called so: `consultation 7`, or its own `mini_tenders:7`."""
    noun, _, number = typed.rpartition(" ")
    return [typed, *(f"{table}:{number}" for table, words in things_in_words().items() if words.casefold() == noun.strip().casefold())]


def _is_act(typed: str) -> ColumnElement[bool]:
    """The acts whose French name holds these letters, or the one that the journal names so."""
    named = [name for name, words in acts_in_words().items() if typed.casefold() in words.casefold()]
    begun = (JournalEntry.action.startswith(name, autoescape=True) for name in named if name.endswith("_"))
    return or_(JournalEntry.action.in_([typed, *named]), *begun)


def _actors(who: str) -> list[str]:
    """How the journal names the people whose name holds these letters, or the product itself."""
    if who.casefold() in SYSTEM_TYPED:
        return [SYSTEM]
    named = select(Person.id).where(Person.name.icontains(who, autoescape=True)).order_by(Person.id).limit(MOST_PEOPLE)
    return [f"person:{identifier}" for identifier in session.scalars(named)]


def _names(lines: Iterable[JournalEntry]) -> dict[str, str]:
    """The name of each person that these lines name."""
    numbers = {int(line.actor.partition(":")[2]) for line in lines if line.actor != SYSTEM}
    named: Select[Any] = select(Person.id, Person.name).where(Person.id.in_(numbers))
    return {f"person:{identifier}": name for identifier, name in session.execute(named)} if numbers else {}


def _midnight(text: str, *, after: int = 0) -> datetime | None:
    """The first instant of a day in Paris, or of so many days after; None when the text is no day."""
    try:
        day = read_date(text)
        return paris_instant(datetime.combine(day + timedelta(days=after), time())) if day else None
    except (ValueError, OverflowError, Refused):
        return None
