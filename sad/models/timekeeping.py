"""The hours that were believed, and when the machine's clock was in doubt."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sad.db import Base
from sad.domain.clock_watch import Anchor, Source
from sad.models.columns import Id, Text, Word, one_of, only_one


class TrustedHour(Base):
    """The hour from which one start of a machine counts: read at first, or declared right by an administrator."""

    __tablename__ = "trusted_hours"
    __table_args__ = (
        CheckConstraint("(declared_by IS NULL) = (reason IS NULL)", name="declared_with_a_reason"),
        Index("ix_trusted_hours_boot_id", "boot", "id"),
    )

    id: Mapped[Id]
    boot: Mapped[Word] = mapped_column(comment="the start of the machine, as its system names it")
    at: Mapped[datetime]
    elapsed: Mapped[int] = mapped_column(BigInteger, comment="microseconds since that start")
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Text | None]

    def as_anchor(self) -> Anchor:
        """As the rules read it."""
        return Anchor(self.at, timedelta(microseconds=self.elapsed))


class ClockSkew(Base):
    """A time during which the machine's hour disagreed with something beyond the limit: openings wait, deposits go on."""

    __tablename__ = "clock_skews"
    __table_args__ = (
        one_of("source", Source),
        CheckConstraint("ended_at IS NULL OR ended_at >= began_at", name="ends_after"),
        only_one("clock_skews_running", "boot", "source", where="ended_at IS NULL"),
    )

    id: Mapped[Id]
    boot: Mapped[Word]
    source: Mapped[Word]
    began_at: Mapped[datetime] = mapped_column(comment="when it was found")
    microseconds: Mapped[int] = mapped_column(BigInteger, comment="how far the machine was ahead; negative when behind")
    ended_at: Mapped[datetime | None]

    @property
    def ahead(self) -> timedelta:
        """By how much the machine was ahead; negative when behind."""
        return timedelta(microseconds=self.microseconds)
