"""When the service did not answer its own probes, kept as it is found: each outage begins and ends with a line of the journal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from sad import parameters
from sad.actions.journal import record
from sad.db import session
from sad.domain.calendar import paris_day
from sad.models.mini_tenders import MiniTender, MiniTenderState
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
    near = _near(at)
    return _to_make_up_for(mini_tender, _long_ones(outages_between(closes_at - near, at), at), near)


def mini_tenders_hit(organisation_id: int, at: datetime) -> list[tuple[MiniTender, Outage]]:
    """The mini-tenders of an organisation, the nearest deadline first, of which an outage asks whether to put the deadline off."""
    near = _near(at)
    long_ones = _long_ones(outages_between(at - near, at), at)
    if not long_ones:
        return []
    closing = MiniTender.closes_at.between(at, at + near)
    found = select(MiniTender).where(MiniTender.organisation_id == organisation_id, MiniTender.state == MiniTenderState.PUBLISHED, closing)
    soon = session.scalars(found.options(selectinload(MiniTender.changes)).order_by(MiniTender.closes_at, MiniTender.id))
    return [(each, outage) for each in soon if (outage := _to_make_up_for(each, long_ones, near))]


def _near(at: datetime) -> timedelta:
    return timedelta(hours=parameters.value("outage_near_deadline_hours", on=paris_day(at)))


def _long_ones(outages: Sequence[Outage], at: datetime) -> list[tuple[Outage, datetime]]:
    """Those that were watched and lasted long enough, the last first, with their end as far as it is known."""
    if not outages:
        return []
    shortest = timedelta(minutes=parameters.value("outage_shortest_minutes", on=paris_day(at)))
    watched_at = session.scalar(select(func.max(Watch.last_at))) or at
    ends = ((each, each.ended_at or max(each.began_at, watched_at)) for each in reversed(outages) if each.part != Part.WATCH)
    return [(each, end) for each, end in ends if end - each.began_at >= shortest]


def _to_make_up_for(mini_tender: MiniTender, long_ones: Sequence[tuple[Outage, datetime]], near: timedelta) -> Outage | None:
    """The last of them near enough to the deadline, and not followed by a change of it."""
    assert mini_tender.closes_at is not None
    decided_at = mini_tender.changes[-1].decided_at if mini_tender.changes else None
    since = mini_tender.closes_at - near
    for outage, end in long_ones:
        is_new = decided_at is None or decided_at < end
        if is_new and (outage.ended_at is None or outage.ended_at >= since):
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
