"""The machine's hour, held against what confirms it: in doubt, nothing is opened, and everything goes on being received."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from sad import parameters
from sad.actions.administrators import check_instance_administrator, instance_administrators
from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.db import session
from sad.domain.clock_watch import Reading, Skew, Source, skews, unseen_start
from sad.domain.errors import Refusal, refuse
from sad.letters import timekeeping as letters
from sad.models.journal import JournalHead
from sad.models.outages import Watch
from sad.models.people import Person
from sad.models.timekeeping import ClockSkew, TrustedHour
from sad.trust.canonical import instant

HERE = (None, "", "localhost", "127.0.0.1", "::1")  # hosts of a database that stands on this machine


def skew_limit() -> timedelta:
    """How far clocks may be apart. The last value known: a machine in doubt about the day cannot be asked which one was in force."""
    return timedelta(seconds=parameters.parameter("clock_skew_seconds").entries[-1].value)


def database_hour() -> datetime | None:
    """The hour of the database's own clock, for `clock.read`; None on SQLite, which only has the machine's."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.scalar(select(func.clock_timestamp()))


def longest_unseen() -> timedelta:
    """How long after the last instant known a machine may start without being asked; the last value known, as for `skew_limit`."""
    return timedelta(minutes=parameters.parameter("longest_unseen_start_minutes").entries[-1].value)


def trusted_hour(reading: Reading) -> TrustedHour:
    """The hour from which this start of the machine counts; at its first reading, what it says, but never before what is known.

    Long after what is known, it is in doubt until somebody declares it right, unless the database of another machine confirms it.
    """
    found = _last_trusted(reading.boot)
    if found is None:
        _hold_journal()
        found = _last_trusted(reading.boot) or _first_hour(reading)
    return found


def last_known() -> datetime | None:
    """The last instant at which the service was watched, since an hour was last declared."""
    return session.scalar(select(Watch.last_at).order_by(Watch.id.desc()).limit(1))


def found_skews(reading: Reading) -> list[Skew]:
    """Every disagreement of this reading beyond the limit; nothing is written."""
    trusted = _last_trusted(reading.boot)
    return skews(reading, trusted.as_anchor() if trusted else None, last_known(), skew_limit())


def note_clock(reading: Reading, *, at: datetime) -> list[ClockSkew]:
    """Note where the clock begins to disagree and where it no longer does, each with its line; gives what still runs here."""
    trusted_hour(reading)
    found = {each.source: each for each in found_skews(reading)}
    running = _running_here(reading)
    if found.keys() != running.keys() - {Source.START}:
        _hold_journal()
        running = _running_here(reading)
        for source in Source:
            if source in found and source not in running:
                running[source] = _begin(found[source], reading, at)
            elif source in running and source not in found and source != Source.START:  # which only a person lifts
                _end(running.pop(source), by=None, at=at)
    return list(running.values())


def running_skews() -> Sequence[ClockSkew]:
    """Every doubt that nobody has lifted, of any machine."""
    return session.scalars(select(ClockSkew).where(ClockSkew.ended_at.is_(None)).order_by(ClockSkew.id)).all()


def clock_faults() -> list[Refusal]:
    """Why nothing may be opened now: the hour is in doubt."""
    if not running_skews():
        return []
    message = "L’heure du serveur est en doute : rien ne s’ouvre tant qu’elle n’est pas sûre. Les dépôts continuent d’être reçus."
    remedy = "Prévenir l’administrateur : il règle l’horloge, ou confirme l’heure à la page « Horloge et pannes »."
    return [Refusal(message, remedy, "REC-01")]


def declare_hour(reading: Reading, reason: str, *, by: Person, at: datetime) -> TrustedHour:
    """Say, as administrator of the instance, that the machine's hour is right; every doubt ends and time counts from there.

    Raises `Refused` without a reason, or while the database's own clock says otherwise: one of the two is then set first.
    """
    check_instance_administrator(by)
    if not reason.strip():
        raise refuse("Le motif manque.", "Écrire comment l’heure a été vérifiée.", rule="REC-01", field="reason")
    if any(each.source == Source.DATABASE for each in skews(reading, None, None, skew_limit())):
        message = "Le serveur de la base de données n’a pas la même heure que celui-ci."
        raise refuse(message, "Régler d’abord celle des deux horloges qui a tort.", rule="REC-01")
    declared = TrustedHour(
        boot=reading.boot, at=reading.wall, elapsed=_microseconds(reading.elapsed), declared_by=by.id, reason=reason.strip()
    )
    session.add_all((declared, Watch(began_at=reading.wall, last_at=reading.wall)))
    for each in running_skews():
        _end(each, by=by, at=at)
    record("declare_hour", declared, by=by, at=at, hour=instant(reading.wall), reason=declared.reason)
    return declared


def _first_hour(reading: Reading) -> TrustedHour:
    known = last_known()
    at = reading.wall if known is None else max(reading.wall, known)
    made = TrustedHour(boot=reading.boot, at=at, elapsed=_microseconds(reading.elapsed))
    session.add(made)
    session.flush()
    unseen = None if _is_confirmed(reading) else unseen_start(reading, known, longest_unseen())
    if unseen is not None:
        _begin(unseen, reading, at)
    return made


def _is_confirmed(reading: Reading) -> bool:
    """Does the clock of another machine say the same hour? That of a database on this one is this one's own."""
    if reading.database is None or session.get_bind().engine.url.host in HERE:
        return False
    return not any(each.source == Source.DATABASE for each in skews(reading, None, None, skew_limit()))


def _hold_journal() -> None:
    """Until the commit: two processes would otherwise begin the same doubt."""
    session.scalars(select(JournalHead).with_for_update().execution_options(populate_existing=True)).one()


def _running_here(reading: Reading) -> dict[Source, ClockSkew]:
    return {Source(each.source): each for each in running_skews() if each.boot == reading.boot}


def _begin(found: Skew, reading: Reading, at: datetime) -> ClockSkew:
    begun = ClockSkew(boot=reading.boot, source=found.source, began_at=at, microseconds=_microseconds(found.by))
    session.add(begun)
    record(
        "begin_clock_skew",
        begun,
        by=None,
        at=at,
        source=found.source,
        microseconds=begun.microseconds,
        hour=instant(reading.wall),
        database=reading.database and instant(reading.database),
    )
    for each in instance_administrators():
        post_letter(letters.hour_in_doubt(each, found.source, at=at), to=each, at=at)
    return begun


def _end(skew: ClockSkew, *, by: Person | None, at: datetime) -> None:
    skew.ended_at = max(at, skew.began_at)
    record("end_clock_skew", skew, by=by, at=at, source=skew.source)


def _last_trusted(boot: str) -> TrustedHour | None:
    return session.scalar(select(TrustedHour).where(TrustedHour.boot == boot).order_by(TrustedHour.id.desc()).limit(1))


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
