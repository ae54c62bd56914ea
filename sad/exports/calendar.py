"""The roadmap of a system as a calendar to follow (RFC 5545): a day for each stage, and the last day of its validity."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, vText

from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem

PRODUCT = "-//sad//trajectoire//FR"
CHECK_EVERY = "P1D"


def roadmap_calendar(system: PurchasingSystem, rows: Sequence[Stage], *, home: str) -> bytes:
    """The calendar of the stages that are on the roadmap. `home` is the address of the site.

    An event keeps its UID when its stage is postponed or softened; its SEQUENCE is then the revision.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(f"Paliers : {system.title}"))
    calendar.add("x-published-ttl", CHECK_EVERY)
    for event in _events(system, rows, home.rstrip("/")):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def last_change(system: PurchasingSystem, rows: Sequence[Stage]) -> datetime:
    """When what the calendar says changed last."""
    return max([_validity_told_at(system), *(row.published_at for row in rows if row.published_at)])


def _events(system: PurchasingSystem, rows: Sequence[Stage], home: str) -> Iterator[Event]:
    page = f"{home}/systemes/{system.id}"
    for row in rows:
        assert row.published_at is not None
        event = _event(_uid(system, f"palier-{row.number}{_place(row, rows)}"), row.effective_on, row.published_at, row.revision)
        event.add("summary", f"{row.label} prend effet : {system.title}")
        event.add("description", f"À partir de ce jour, à 0 h, heure de Paris. Système {system.reference}, {system.organisation.name}.")
        event.add("url", f"{page}/paliers/{row.number}/versions/{row.revision}")
        yield event
    end = _event(_uid(system, "fin"), system.last_valid_day, _validity_told_at(system), len(system.changes))
    end.add("summary", f"Dernier jour : {system.title}")
    end.add("description", f"Dernier jour de validité du système {system.reference}, {system.organisation.name}.")
    end.add("url", page)
    yield end


def _event(uid: str, day: date, told_at: datetime, sequence: int) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", told_at)
    event.add("last-modified", told_at)
    event.add("sequence", sequence)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _uid(system: PurchasingSystem, name: str) -> str:
    return f"{name}.systeme-{system.id}.{system.organisation.siren}@sad"


def _place(row: Stage, rows: Sequence[Stage]) -> str:
    """What tells a revision from an earlier one that stays on the roadmap, because it was in force before."""
    earlier = sum(other.number == row.number and other.revision < row.revision for other in rows)
    return f"-{earlier + 1}" if earlier else ""


def _validity_told_at(system: PurchasingSystem) -> datetime:
    """When the last day of validity was last decided."""
    told = system.changes[-1].decided_at if system.changes else system.opened_at
    assert told is not None
    return told
