"""Invitations to a mini-tender, and the questions that invitees ask."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, OrganisationId, Text, Word, one_of
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier


class Intention(StrEnum):
    """What an invitee says that it will do; says nothing of what it has deposited."""

    WILL_ANSWER = "will_answer"
    DECLINED = "declined"


class Invitation(Base):
    """One line of the frozen list of invitees: all admitted to the category at the instant of sending (SAD-15)."""

    __tablename__ = "invitations"
    __table_args__ = (
        one_of("intention", Intention, nullable=True),
        UniqueConstraint("mini_tender_id", "supplier_id"),
        Index("ix_invitations_supplier_id_sent_at", "supplier_id", "sent_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    sent_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(comment="first time its page was opened by the supplier")
    intention: Mapped[Word | None]
    decline_reason: Mapped[Text | None]

    mini_tender: Mapped[MiniTender] = relationship()
    supplier: Mapped[Supplier] = relationship()


class Question(Base):
    """A question of an invitee; its answer goes to all of them and does not say who asked (TIM-04)."""

    __tablename__ = "questions"
    __table_args__ = (CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),)

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    text: Mapped[Text]
    asked_at: Mapped[datetime]
    answer: Mapped[Text | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    mini_tender: Mapped[MiniTender] = relationship()
