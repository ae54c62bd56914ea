"""The last run of each job of the scheduler."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from sad.db import Base
from sad.models.columns import Word


class JobRun(Base):
    """When a job last ran, and why it failed if it did; one row per job, so that the health page can tell."""

    __tablename__ = "job_runs"

    name: Mapped[Word] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    done: Mapped[int] = mapped_column(default=0, comment="things done by this run")
    error: Mapped[str | None]
