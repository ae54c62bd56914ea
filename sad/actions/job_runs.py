"""What the scheduler leaves behind: the last run of each job."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from sad.db import session
from sad.models.job_runs import JobRun

# Several turns of the job that comes round most often: without any for so long, the scheduler is down.
LATE_AFTER = timedelta(minutes=3)


def note_run(name: str, *, started_at: datetime, ended_at: datetime, done: int = 0, error: str | None = None) -> JobRun:
    """Keep the last run of a job, in place of the one before; no line in the journal, since nothing is decided."""
    return session.merge(JobRun(name=name, started_at=started_at, ended_at=ended_at, done=done, error=error))


def last_tick() -> datetime | None:
    """When a job last ended; None when the scheduler has never run."""
    return session.scalar(select(func.max(JobRun.ended_at)))
