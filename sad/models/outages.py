"""When the service was watched, and when it did not answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from sad.db import Base
from sad.models.columns import Id, Word, one_of, only_one


class Part(StrEnum):
    """What did not answer; `WATCH`: nobody was watching, so that nothing is known of that time."""

    WEB = "web"
    DATABASE = "database"
    WATCH = "watch"


class Watch(Base):
    """A time during which the service was watched without a gap; the last one goes on."""

    __tablename__ = "watches"
    __table_args__ = (CheckConstraint("last_at >= began_at", name="in_order"), Index("ix_watches_last_at", "last_at"))

    id: Mapped[Id]
    began_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(comment="the last probe")


class Outage(Base):
    """A time during which a part of the service did not answer our own probes."""

    __tablename__ = "outages"
    __table_args__ = (
        one_of("part", Part),
        CheckConstraint("ended_at IS NULL OR ended_at >= began_at", name="ends_after"),
        only_one("outages_running", "part", where="ended_at IS NULL"),
        Index("ix_outages_began_at", "began_at"),
    )

    id: Mapped[Id]
    part: Mapped[Word]
    began_at: Mapped[datetime] = mapped_column(comment="the first probe that failed; for a gap, the last that passed before it")
    ended_at: Mapped[datetime | None] = mapped_column(comment="the first probe that passed again")
