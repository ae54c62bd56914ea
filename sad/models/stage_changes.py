"""What surrounds a stage: its changes after the notice, its plays, what services say of its draft, its reviews."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, Name, OrganisationId, Text, Word, one_of, only_one
from sad.models.organisations import Service
from sad.models.people import Person
from sad.models.stages import Stage
from sad.models.systems import Category


class StageChangeKind(StrEnum):
    """What a corrigendum does to the roadmap (PAL-01, PAL-02)."""

    ADDED = "added"
    POSTPONED = "postponed"
    SOFTENED = "softened"


class StageChange(Base):
    """A change of the roadmap after the notice, for everybody, with its reason and the corrigendum that tells it."""

    __tablename__ = "stage_changes"
    __table_args__ = (
        one_of("kind", StageChangeKind),
        CheckConstraint("(kind = 'added') = (replaced_id IS NULL)", name="replaced"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("corrigendum <> ''", name="corrigendum"),
        CheckConstraint("notice_reference <> ''", name="notice"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id"), unique=True, comment="the stage as the change makes it")
    replaced_id: Mapped[int | None] = mapped_column(ForeignKey("stages.id"), unique=True, comment="the revision before")
    kind: Mapped[Word]
    reason: Mapped[Text]
    corrigendum: Mapped[Text] = mapped_column(comment="the text to publish")
    notice_reference: Mapped[Name] = mapped_column(comment="of the corrigendum notice")
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]

    stage: Mapped[Stage] = relationship(foreign_keys=[stage_id])
    replaced: Mapped[Stage | None] = relationship(foreign_keys=[replaced_id])
    decider: Mapped[Person] = relationship(foreign_keys=[decided_by])


class StagePlay(Base):
    """A stage tried on the admitted suppliers and on the last twelve months, without any effect."""

    __tablename__ = "stage_plays"
    __table_args__ = (
        Index("ix_stage_plays_waiting", "asked_at", "id"),
        CheckConstraint("done <= total", name="done"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(comment="the stage as it was played: a draft may change afterwards")
    content_fingerprint: Mapped[Hash]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(default=0, comment="mini-tenders to replay")
    done: Mapped[int] = mapped_column(default=0, comment="mini-tenders replayed so far")
    ended_at: Mapped[datetime | None]
    error: Mapped[Text | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(comment="as actions.plays writes it")

    stage: Mapped[Stage] = relationship()
    asker: Mapped[Person] = relationship()


class StageComment(Base):
    """What a service says of a line of a draft, and what the buyer answers (need preparation)."""

    __tablename__ = "stage_comments"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("text <> ''", name="text"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id"), index=True)
    requirement: Mapped[Word] = mapped_column(default="", comment="key of the line; empty: the whole stage")
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    text: Mapped[Text]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    is_retained: Mapped[bool | None]
    answer: Mapped[Text | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answered_at: Mapped[datetime | None]

    stage: Mapped[Stage] = relationship()
    service: Mapped[Service | None] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[proposed_by])
    answerer: Mapped[Person | None] = relationship(foreign_keys=[answered_by])


class ReviewOccasion(StrEnum):
    """Why somebody looked again at a stage."""

    BRAKE = "brake"
    YEARLY = "yearly"


class ReviewDecision(StrEnum):
    """What was decided of it."""

    MAINTAIN = "maintain"
    POSTPONE = "postpone"
    EXEMPT = "exempt"


class StageReview(Base):
    """The decision to maintain, postpone or exempt, with the figures that were shown to whoever took it."""

    __tablename__ = "stage_reviews"
    __table_args__ = (
        one_of("occasion", ReviewOccasion),
        one_of("decision", ReviewDecision),
        only_one("stage_reviews_brake", "stage_id", "category_id", where="occasion = 'brake'"),
        ForeignKeyConstraint(["category_id", "organisation_id"], ["categories.id", "categories.organisation_id"]),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("occasion = 'yearly' OR category_id IS NOT NULL", name="category"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(index=True)
    occasion: Mapped[Word]
    decision: Mapped[Word]
    reason: Mapped[Text]
    figures: Mapped[dict[str, Any]] = mapped_column(comment="what the page showed when it was decided")
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]

    stage: Mapped[Stage] = relationship()
    category: Mapped[Category | None] = relationship(foreign_keys=[category_id])
    decider: Mapped[Person] = relationship()
