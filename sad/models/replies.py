"""Requests for reasons: a tenderer that is not retained asks once, the buyer answers once (AWD-04)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.replies import Owed
from sad.models.awards import Award
from sad.models.columns import Id, OrganisationId, Text, Word, one_of
from sad.models.offers import Offer
from sad.models.people import Person


class ReasonRequest(Base):
    """What one tenderer asks about one decision, and what it was answered."""

    __tablename__ = "reason_requests"
    __table_args__ = (
        one_of("owed", Owed),
        UniqueConstraint("award_id", "offer_id"),
        CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL OR answer <> '')",
            name="answered",
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    owed: Mapped[Word] = mapped_column(comment="what the law owes to it: comparison (R2181-4) or reasons alone (R2181-2)")
    question: Mapped[Text] = mapped_column(default="", comment="what it asks in particular, if anything")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    due_on: Mapped[date] = mapped_column(comment="last day to answer, under the law of the day asked")
    answer: Mapped[str | None] = mapped_column(comment="as it was sent")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    award: Mapped[Award] = relationship()
    offer: Mapped[Offer] = relationship()
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])
    answerer: Mapped[Person | None] = relationship(foreign_keys=[answered_by])
