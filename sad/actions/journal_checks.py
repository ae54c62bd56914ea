"""Verifying the journal as it stands: line after line, against its own last line and every head that was published."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select

from sad.actions.journal import as_chained, journal_lines
from sad.db import session
from sad.models.job_runs import JobRun
from sad.models.journal import JournalEntry, JournalHead, PublishedHead
from sad.trust.chain import ORIGIN, ChainReport, Damage, Entry, Head, verify

AT_ONCE = 1000
DAILY_CHECK = "verify_journal"  # the name of the job, under which its last run is kept


def verify_journal(kept: Head | None = None) -> ChainReport:
    """How far the journal holds: the whole of it, or with `kept`, a head that somebody kept elsewhere, from that line on."""
    last_line, written = _ends()
    if kept is None:
        return _completed(verify(_lines(1, written.seq), known_heads=[written, *_published()]), last_line)
    line = session.execute(journal_lines().where(JournalEntry.seq == kept.seq)).one_or_none()
    if line is None:
        return ChainReport(Head(last_line, ""), first_bad_seq=kept.seq, damage=Damage.CUT if kept.seq > last_line else Damage.MISSING)
    before = Head(kept.seq - 1, as_chained(line).prev_hash)
    report = verify(_lines(kept.seq, written.seq), after=before, known_heads=[kept, written, *_published()])
    return _completed(report, last_line)


def line_of_hash(hash: str) -> int | None:
    """The number of the line that has this hash, if one has."""
    return session.scalar(select(JournalEntry.seq).where(JournalEntry.hash == hash))


def is_sound_line(seq: int) -> bool:
    """Does this line hold what it was written with, and follow the one before?"""
    before = session.scalar(select(JournalEntry.hash).where(JournalEntry.seq == seq - 1))
    after = ORIGIN if seq == 1 else Head(seq - 1, before or "")
    return verify(_lines(seq, seq), after=after).head.seq == seq


def last_check() -> JobRun | None:
    """When the scheduler last verified the whole journal, and what it found; None when it never did."""
    return session.get(JobRun, DAILY_CHECK)


def heads_published_since(at: datetime) -> Sequence[PublishedHead]:
    """Those given to everybody after an instant, in order."""
    return session.scalars(select(PublishedHead).where(PublishedHead.at > at).order_by(PublishedHead.id)).all()


def _ends() -> tuple[int, Head]:
    """The last line that is there, and the last one that was written, read together since others write meanwhile."""
    last_line = select(func.coalesce(func.max(JournalEntry.seq), 0)).scalar_subquery()
    row = session.execute(select(last_line, JournalHead.seq, JournalHead.hash)).one()
    return row[0], Head(row[1], row[2])


def _lines(first: int, last: int) -> Iterator[Entry]:
    wanted = journal_lines().where(JournalEntry.seq.between(first, last)).execution_options(yield_per=AT_ONCE)
    return (as_chained(row) for row in session.execute(wanted))


def _published() -> list[Head]:
    return [Head(seq, hash) for seq, hash in session.execute(select(PublishedHead.seq, PublishedHead.hash))]


def _completed(report: ChainReport, last_line: int) -> ChainReport:
    """A line beyond the last one written came by another way than the product."""
    if not report.is_sound or last_line <= report.head.seq:
        return report
    return ChainReport(report.head, report.erased, report.head.seq + 1, Damage.ADDED)
