"""The agreement of suppliers on a shorter period to answer: what was asked before a mini-tender left, what each one said."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.deadline_agreements import Agreement, Answer
from sad.models.columns import Id, OrganisationId, Word, one_of, only_one
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier


class EndOfRequest(StrEnum):
    """Why a request was dropped before the mini-tender left."""

    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    ASKED_AGAIN = "asked_again"
    DISCARDED = "discarded"


class DeadlineRequest(Base):
    """The request that every admitted supplier of the category agree to one shorter deadline (SAD-18, R2162-50 al. 2).

    It rests on one deadline and one day of service: when either changes it is dropped, never rewritten.
    """

    __tablename__ = "deadline_requests"
    __table_args__ = (
        one_of("ended_because", EndOfRequest, nullable=True),
        UniqueConstraint("id", "organisation_id"),
        ForeignKeyConstraint(["mini_tender_id", "organisation_id"], ["mini_tenders.id", "mini_tenders.organisation_id"]),
        CheckConstraint("answers_by > asked_at AND answers_by < closes_at", name="answers_before_the_deadline"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
        CheckConstraint("used_at IS NULL OR ended_at IS NULL", name="used_or_ended"),
        only_one("deadline_requests_running", "mini_tender_id", where="ended_at IS NULL"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(index=True)
    closes_at: Mapped[datetime] = mapped_column(comment="the deadline proposed, the same for all")
    service_on: Mapped[date] = mapped_column(comment="the day of service that suppliers were told")
    answers_by: Mapped[datetime] = mapped_column(comment="last instant to answer or to change one's mind")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(comment="dropped before the sending")
    ended_because: Mapped[Word | None]
    used_at: Mapped[datetime | None] = mapped_column(comment="the sending that rests on it: all the invitees had agreed")

    mini_tender: Mapped[MiniTender] = relationship()
    asker: Mapped[Person] = relationship()
    answers: Mapped[list["DeadlineAnswer"]] = relationship(
        back_populates="request", order_by="DeadlineAnswer.id", cascade="all, delete-orphan"
    )

    def as_agreement(self) -> Agreement:
        """What was asked and answered, as the rules read it."""
        return Agreement(self.closes_at, self.service_on, self.answers_by, self.said())

    def said(self) -> Mapping[int, Answer | None]:
        """The answer of each supplier asked, by id; None for silence."""
        return {each.supplier_id: Answer(each.answer) if each.answer else None for each in self.answers}


class DeadlineAnswer(Base):
    """One supplier asked, and its last answer; the journal keeps each of them."""

    __tablename__ = "deadline_answers"
    __table_args__ = (
        one_of("answer", Answer, nullable=True),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)", name="answered"),
        ForeignKeyConstraint(["request_id", "organisation_id"], ["deadline_requests.id", "deadline_requests.organisation_id"]),
        UniqueConstraint("request_id", "supplier_id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    request_id: Mapped[int]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(comment="later than the request for one admitted meanwhile")
    answer: Mapped[Word | None] = mapped_column(comment="none: silence, which is not agreement")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    request: Mapped[DeadlineRequest] = relationship(back_populates="answers")
    supplier: Mapped[Supplier] = relationship()
    answerer: Mapped[Person | None] = relationship()
