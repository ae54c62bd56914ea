"""The journal: append-only, chained; what it says of people lives beside the chain and can be erased."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, Name, Word, one_of


class JournalEntry(Base):
    """One line: who did what to what, when; UPDATE and DELETE are refused by triggers."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_object", "object", "seq"), Index("ix_journal_organisation_id_seq", "organisation_id", "seq"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime]
    actor: Mapped[Word] = mapped_column(comment="person:12, or system")
    action: Mapped[Word] = mapped_column(comment="verb_noun of the action")
    object: Mapped[Name] = mapped_column(comment="mini_tender:7")
    body_commit: Mapped[Hash] = mapped_column(comment="SHA-256(salt + body)")
    prev_hash: Mapped[Hash]
    hash: Mapped[Hash] = mapped_column(unique=True)

    body: Mapped["JournalBody | None"] = relationship(back_populates="entry", uselist=False)


class JournalBody(Base):
    """What a line says in detail; erasing it leaves the chain valid."""

    __tablename__ = "journal_bodies"

    seq: Mapped[int] = mapped_column(ForeignKey("journal.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[dict[str, Any]]

    entry: Mapped[JournalEntry] = relationship(back_populates="body")


class JournalHead(Base):
    """The last line of the journal, locked by whoever appends the next."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="always 1")
    seq: Mapped[int]
    hash: Mapped[Hash]


class Occasion(StrEnum):
    """Why a head of the journal is published."""

    DAY = "day"
    DEADLINE = "deadline"
    OPENING = "opening"
    AWARD = "award"


class PublishedHead(Base):
    """A line of the journal whose hash was given to everybody: whoever kept it can tell a journal written anew."""

    __tablename__ = "published_heads"
    __table_args__ = (
        one_of("occasion", Occasion),
        UniqueConstraint("occasion", "about"),
        Index("ix_published_heads_at_id", "at", "id"),
    )

    id: Mapped[Id]
    seq: Mapped[int] = mapped_column(ForeignKey("journal.seq"))
    hash: Mapped[Hash]
    at: Mapped[datetime]
    occasion: Mapped[Word]
    about: Mapped[Name] = mapped_column(comment="the day, or the object and instant: one head for each")
