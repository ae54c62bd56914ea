"""Requests that another person approves: the act is done only then, on what both have read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.approvals import Asked
from sad.models.columns import Hash, Id, Name, Text, Word, one_of, only_one
from sad.models.organisations import Organisation
from sad.models.people import Person


class ApprovalKind(StrEnum):
    """The acts that wait for a second person."""

    CHANGE = "change_mini_tender"
    COPY = "open_backup_copy"
    DESTROY = "destroy_papers"
    DISCONTINUE = "discontinue_mini_tender"
    EXCLUDE = "exclude_applicant"
    GRANT = "grant_role"
    INVITE = "invite_person"
    LATE = "open_late_offer"


class ApprovalOutcome(StrEnum):
    """What became of a request; none while it waits, and past its time it can only lapse."""

    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


WAITING = "outcome IS NULL"


class Approval(Base):
    """One person asks for an act, another approves it within 24 hours, both on the same words."""

    __tablename__ = "approvals"
    __table_args__ = (
        one_of("kind", ApprovalKind),
        one_of("outcome", ApprovalOutcome, nullable=True),
        only_one("approvals_waiting", "kind", "object", where=WAITING),
        CheckConstraint("outcome IS NULL OR outcome <> 'approved' OR ended_by <> asked_by", name="two_people"),
        CheckConstraint("outcome IS NULL OR outcome <> 'approved' OR ended_at <= expires_at", name="approved_in_time"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(ended_by IS NULL) = (outcome IS NULL OR outcome = 'lapsed')", name="ended_by"),
        CheckConstraint("outcome IS NULL OR outcome <> 'declined' OR ended_reason <> ''", name="declined_with_a_reason"),
        CheckConstraint("expires_at > asked_at", name="expires_at"),
        Index("ix_approvals_asked_at_id", "asked_at", "id"),
        Index("ix_approvals_waiting_kind", "kind", "organisation_id", sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True, comment="null: about the instance")
    kind: Mapped[Word]
    object: Mapped[Name] = mapped_column(comment="mini_tenders:7, or the address of whoever has no account yet")
    title: Mapped[Name] = mapped_column(comment="what is asked, in the words of a list")
    content: Mapped[dict[str, Any]] = mapped_column(comment="what was typed by whoever asks, with which the act is done")
    shown_sha256: Mapped[Hash] = mapped_column(comment="of what whoever asks has read: the approver reads the same")
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    outcome: Mapped[Word | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[Text] = mapped_column(default="")

    organisation: Mapped[Organisation | None] = relationship()
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])
    ender: Mapped[Person | None] = relationship(foreign_keys=[ended_by])

    @property
    def subject_id(self) -> int:
        """The number of the thing that the act is about."""
        return int(self.object.rpartition(":")[2])

    def as_asked(self) -> Asked:
        """What the rule of four eyes examines."""
        return Asked(self.asked_by, self.expires_at, self.outcome is not None, self.shown_sha256)

    def waits_at(self, at: datetime) -> bool:
        """Does it still wait for somebody at that instant?"""
        return self.outcome is None and at <= self.expires_at
