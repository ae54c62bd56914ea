"""Irregular offers that their tenderers may put right: one round for a mini-tender, the same period for all (ANA-02, R2152-2)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, OrganisationId, Text, Word, one_of
from sad.models.examinations import DECIDED, REASONED, ExaminationAnswer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer


class RegularisationDecision(StrEnum):
    """What a person decided of an answer: it puts the offer right, or the offer stays irregular."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Regularisation(Base):
    """The one round of a mini-tender: every irregular offer is asked, or left out with a reason, until the same last day."""

    __tablename__ = "regularisations"
    __table_args__ = (
        UniqueConstraint("mini_tender_id"),
        CheckConstraint("days > 0", name="days"),
        ForeignKeyConstraint(["mini_tender_id", "organisation_id"], ["mini_tenders.id", "mini_tenders.organisation_id"]),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int]
    days: Mapped[int] = mapped_column(comment="EU working days given to every tenderer concerned")
    due_on: Mapped[date] = mapped_column(comment="last day to answer, included: the same for all")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)

    mini_tender: Mapped[MiniTender] = relationship()
    requests: Mapped[list["RegularisationRequest"]] = relationship(back_populates="regularisation", order_by="RegularisationRequest.id")
    exclusions: Mapped[list["RegularisationExclusion"]] = relationship(
        back_populates="regularisation", order_by="RegularisationExclusion.id"
    )


class RegularisationRequest(Base):
    """What one tenderer may put right, and nothing else."""

    __tablename__ = "regularisation_requests"
    __table_args__ = (
        one_of("decision", RegularisationDecision, nullable=True),
        UniqueConstraint("offer_id"),
        ForeignKeyConstraint(["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"]),
        CheckConstraint("offer_is_opened", name="sealed_offer_has_no_request"),
        CheckConstraint(DECIDED, name="decided"),
        CheckConstraint(REASONED, name="decision_reason"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    regularisation_id: Mapped[int] = mapped_column(ForeignKey("regularisations.id"), index=True)
    offer_id: Mapped[int]
    offer_is_opened: Mapped[bool] = mapped_column(default=True, comment="always true: the key to an offer that is opened")
    asked: Mapped[list[Any]] = mapped_column(comment="[{key, sentence}]: the specifications whose value may be given anew")
    remark: Mapped[Text] = mapped_column(default="", comment="what a person found irregular beside them; answered in words and files")
    decision: Mapped[Word | None]
    decision_reason: Mapped[Text | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    regularisation: Mapped[Regularisation] = relationship(back_populates="requests")
    offer: Mapped[Offer] = relationship()
    answers: Mapped[list[ExaminationAnswer]] = relationship(order_by=ExaminationAnswer.id)

    @property
    def due_on(self) -> date:
        """Last day to answer, included: the same for all."""
        return self.regularisation.due_on

    @property
    def asked_at(self) -> datetime:
        """When the letter left, the same instant for all."""
        return self.regularisation.asked_at

    @property
    def keys(self) -> list[str]:
        """The specifications that may be answered, in published order."""
        return [point["key"] for point in self.asked]

    @property
    def points(self) -> list[str]:
        """What is irregular, in French, point by point."""
        return [point["sentence"] for point in self.asked] + ([self.remark] if self.remark else [])

    @property
    def standing(self) -> str:
        """Where it stands: `awaited`, `answered`, then the decision."""
        return self.decision or ("answered" if self.answers else "awaited")

    @property
    def usual_answer(self) -> ExaminationAnswer | None:
        """The answer that counts unless a person keeps another: the last one in time, else the last one."""
        in_time = [answer for answer in self.answers if not answer.is_late]
        return next(reversed(in_time or self.answers), None)


class RegularisationExclusion(Base):
    """An irregular offer that the round leaves out, and why: it cannot be put right without becoming another."""

    __tablename__ = "regularisation_exclusions"
    __table_args__ = (
        UniqueConstraint("offer_id"),
        ForeignKeyConstraint(["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"]),
        CheckConstraint("offer_is_opened", name="sealed_offer_is_not_left_out"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    regularisation_id: Mapped[int] = mapped_column(ForeignKey("regularisations.id"), index=True)
    offer_id: Mapped[int]
    offer_is_opened: Mapped[bool] = mapped_column(default=True, comment="always true: the key to an offer that is opened")
    reason: Mapped[Text]

    regularisation: Mapped[Regularisation] = relationship(back_populates="exclusions")
    offer: Mapped[Offer] = relationship()
