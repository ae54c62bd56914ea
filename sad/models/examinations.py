"""What tenderers are asked about very low prices, and all that they answer while their opened offers are examined."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.calendar import paris_day
from sad.models.columns import Id, Name, OrganisationId, Text, Word, one_of
from sad.models.offers import Offer
from sad.models.people import Person
from sad.models.scanning import Scanned, scan_constraints

DECIDED = "(decision IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
REASONED = "(decision IS NULL) = (decision_reason IS NULL) AND (decision_reason IS NULL OR decision_reason <> '')"


class PriceDecision(StrEnum):
    """What a person decided of a very low price, once its tenderer was asked (R2152-4)."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class PriceRequest(Base):
    """The written request that a tenderer explain a price that seems abnormally low (ANA-03, R2152-3)."""

    __tablename__ = "price_requests"
    __table_args__ = (
        one_of("decision", PriceDecision, nullable=True),
        UniqueConstraint("offer_id"),
        ForeignKeyConstraint(["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"]),
        CheckConstraint("offer_is_opened", name="sealed_offer_has_no_request"),
        CheckConstraint("days > 0", name="days"),
        CheckConstraint(DECIDED, name="decided"),
        CheckConstraint(REASONED, name="decision_reason"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    offer_id: Mapped[int]
    offer_is_opened: Mapped[bool] = mapped_column(default=True, comment="always true: the key to an offer that is opened")
    low_price: Mapped[Text] = mapped_column(comment="why the price calls for an explanation, as found that day")
    asked: Mapped[Text] = mapped_column(default="", comment="what the buyer asks beside the usual points")
    days: Mapped[int] = mapped_column(comment="EU working days given")
    due_on: Mapped[date] = mapped_column(comment="last day to answer, included")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decision: Mapped[Word | None]
    decision_reason: Mapped[Text | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    offer: Mapped[Offer] = relationship()
    answers: Mapped[list["ExaminationAnswer"]] = relationship(back_populates="price_request", order_by="ExaminationAnswer.id")


class ExaminationAnswer(Base):
    """One answer of a tenderer, as it was received: never changed, never taken back; late ones too."""

    __tablename__ = "examination_answers"
    __table_args__ = (CheckConstraint("(price_request_id IS NULL) <> (regularisation_request_id IS NULL)", name="one_request"),)

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    price_request_id: Mapped[int | None] = mapped_column(ForeignKey("price_requests.id"), index=True)
    regularisation_request_id: Mapped[int | None] = mapped_column(ForeignKey("regularisation_requests.id"), index=True)
    text: Mapped[Text] = mapped_column(default="")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="specification key -> value given anew, only those asked")
    due_on: Mapped[date] = mapped_column(comment="copy of the last day in force at reception")
    answered_at: Mapped[datetime]
    answered_by: Mapped[int] = mapped_column(ForeignKey("people.id"))

    price_request: Mapped[PriceRequest | None] = relationship(back_populates="answers")
    author: Mapped[Person] = relationship(foreign_keys=[answered_by])
    files: Mapped[list["ExaminationFile"]] = relationship(back_populates="answer", order_by="ExaminationFile.id")

    @property
    def is_late(self) -> bool:
        """Whether it came after the last day asked; a person decides what it is worth."""
        return paris_day(self.answered_at) > self.due_on


class ExaminationFile(Base, Scanned):
    """A file joined to an answer."""

    __tablename__ = "examination_files"
    __table_args__ = scan_constraints(__tablename__)

    id: Mapped[Id]
    answer_id: Mapped[int] = mapped_column(ForeignKey("examination_answers.id"), index=True)
    name: Mapped[Name]
    media_type: Mapped[Name]
    size: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    answer: Mapped[ExaminationAnswer] = relationship(back_populates="files")
