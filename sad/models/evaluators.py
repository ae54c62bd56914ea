"""Who evaluates a mini-tender when they are several, and the marks that each gives before the consensus."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.consensus import Juror, OwnMark
from sad.domain.scoring.numbers import read_number
from sad.models.columns import Id, OrganisationId, Text, Word
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person

ENDED = "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL) AND (end_reason IS NULL OR end_reason <> '')"


class Evaluator(Base):
    """A person named to mark the judged criteria of a mini-tender; one who was released or stood aside stays, ended (ANA-05)."""

    __tablename__ = "evaluators"
    __table_args__ = (
        UniqueConstraint("mini_tender_id", "person_id"),
        CheckConstraint(ENDED, name="ended"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    named_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    named_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(comment="when all its marks were handed over; they do not change after")
    ended_at: Mapped[datetime | None] = mapped_column(comment="null: its marks are awaited, or count in the consensus")
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    end_reason: Mapped[Text | None]

    mini_tender: Mapped[MiniTender] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    marks: Mapped[list["EvaluatorMark"]] = relationship(back_populates="evaluator", order_by="EvaluatorMark.id")

    def as_juror(self) -> Juror:
        """Where it stands, for the rules of the consensus."""
        return Juror(self.id, self.submitted_at is not None, self.ended_at is not None)


class EvaluatorMark(Base):
    """What one evaluator gives to an opened offer on one criterion, hidden from the others until all have handed theirs over."""

    __tablename__ = "evaluator_marks"
    __table_args__ = (
        UniqueConstraint("evaluator_id", "offer_id", "criterion"),
        ForeignKeyConstraint(["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"]),
        CheckConstraint("offer_is_opened", name="sealed_offer_has_no_mark"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("evaluators.id"))
    offer_id: Mapped[int] = mapped_column(index=True)
    offer_is_opened: Mapped[bool] = mapped_column(default=True, comment="always true: the key to an offer that is opened")
    criterion: Mapped[Word]
    value: Mapped[Word] = mapped_column(comment="a mark out of the scale, as decimal text")
    reason: Mapped[Text]
    given_at: Mapped[datetime]

    evaluator: Mapped[Evaluator] = relationship(back_populates="marks")
    offer: Mapped[Offer] = relationship()

    def as_own_mark(self) -> OwnMark:
        """The mark, for the rules of the consensus."""
        return OwnMark(self.evaluator_id, self.offer_id, self.criterion, read_number(self.value), self.reason)
