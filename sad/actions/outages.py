"""When the service did not answer its own probes, kept as it is found: each outage begins and ends with a line of the journal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from sad import parameters
from sad.actions.journal import record
from sad.db import session
from sad.domain.calendar import paris_day
from sad.models.mini_tenders import MiniTender
from sad.models.outages import Outage, Part, Watch
from sad.trust.canonical import instant


def note_watch(*, at: datetime, database_down: tuple[datetime, datetime] | None = None) -> Watch:
    """Say that the service was watched at `at`, and keep what came before: the database that refused (its first and last failed
    probe), and the gap during which nobody watched, of which nothing is known."""
    last = session.scalar(select(Watch).order_by(Watch.id.desc()).limit(1).with_for_update())
    if last is not None:
        seen_at = _keep_database_outage(last, database_down, at) if database_down else last.last_at
        if at - seen_at > watch_gap(at):
            _end_unwatched(seen_at, at)
            _keep(Part.WATCH, seen_at, at, at)
        elif not database_down:
            last.last_at = max(last.last_at, at)
            return last
    made = Watch(began_at=at, last_at=at)
    session.add(made)
    session.flush()
    return made


def watch_gap(at: datetime) -> timedelta:
    """How long without a probe before nothing is known of that time."""
    return timedelta(seconds=parameters.value("watch_gap_seconds", on=paris_day(at)))


def note_web(answers: bool, *, since: datetime, at: datetime) -> Outage | None:
    """Begin an outage of the web address at `since`, its first probe that failed, or end the one that runs; gives what changed."""
    running = running_outage(Part.WEB)
    if running is None and not answers:
        return _begin(Part.WEB, since, at)
    if running is not None and answers:
        return _end(running, at, at)
    return None


def running_outage(part: Part) -> Outage | None:
    """The outage of that part that has not ended."""
    return session.scalar(select(Outage).where(Outage.part == part, Outage.ended_at.is_(None)))


def outages_between(start: datetime, end: datetime) -> Sequence[Outage]:
    """Every outage of which a moment lies there, in order."""
    there = select(Outage).where(Outage.began_at <= end, or_(Outage.ended_at.is_(None), Outage.ended_at >= start))
    return session.scalars(there.order_by(Outage.began_at, Outage.id)).all()


def last_outages(most: int) -> Sequence[Outage]:
    """The last ones, the newest first."""
    return session.scalars(select(Outage).order_by(Outage.began_at.desc(), Outage.id.desc()).limit(most)).all()


def outage_to_make_up_for(mini_tender: MiniTender, at: datetime) -> Outage | None:
    """The last outage that asks whether to put the deadline off (REC-04): long enough, near enough to the deadline, not followed by
    a change of it yet. What nobody watched asks nothing."""
    closes_at = mini_tender.closes_at
    if closes_at is None or at > closes_at:
        return None
    near, shortest = (parameters.value(name, on=paris_day(at)) for name in ("outage_near_deadline_hours", "outage_shortest_minutes"))
    watched_at = session.scalar(select(func.max(Watch.last_at))) or at
    decided_at = mini_tender.changes[-1].decided_at if mini_tender.changes else None
    for outage in reversed(outages_between(closes_at - timedelta(hours=near), at)):
        ended_at = outage.ended_at or max(outage.began_at, watched_at)
        is_new = decided_at is None or decided_at < ended_at
        if outage.part != Part.WATCH and is_new and ended_at - outage.began_at >= timedelta(minutes=shortest):
            return outage
    return None


def _end_unwatched(seen_at: datetime, at: datetime) -> None:
    """What did not answer when the watch stopped is only known to have lasted until then."""
    running = running_outage(Part.WEB)
    if running is not None:
        _end(running, seen_at, at)


def _keep_database_outage(last: Watch, down: tuple[datetime, datetime], at: datetime) -> datetime:
    """Until now if its last refusal is recent; else nothing is known after that refusal. Gives until when something is known."""
    first, until = max(last.last_at, down[0]), down[1]
    end = max(first, at if at - until <= watch_gap(at) else until)
    _keep(Part.DATABASE, first, end, at)
    return end


def _keep(part: Part, start: datetime, end: datetime, at: datetime) -> Outage:
    """One that is over when it is found."""
    return _end(_begin(part, start, at), end, at)


def _begin(part: Part, start: datetime, at: datetime) -> Outage:
    outage = Outage(part=part, began_at=start)
    session.add(outage)
    record("begin_outage", outage, by=None, at=at, part=part, began_at=instant(start))
    return outage


def _end(outage: Outage, end: datetime, at: datetime) -> Outage:
    outage.ended_at = max(end, outage.began_at)
    record("end_outage", outage, by=None, at=at, part=outage.part, ended_at=instant(outage.ended_at))
    return outage
