"""Awards: proposed by one person, decided by another, notified to the awardee."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name, OrganisationId, Text, Word, one_of, only_one
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


class AwardState(StrEnum):
    """Where the decision stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class Award(Base):
    """The choice of the winning offer of a mini-tender."""

    __tablename__ = "awards"
    __table_args__ = (
        one_of("state", AwardState),
        only_one("awards_one_winner", "mini_tender_id", where="state <> 'cancelled'"),
        CheckConstraint("state <> 'approved' OR decided_by IS NOT NULL", name="decided"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    ranked_offer_id: Mapped[int] = mapped_column(ForeignKey("ranked_offers.id"))
    state: Mapped[Word] = mapped_column(default=AwardState.PROPOSED)
    reason: Mapped[Text] = mapped_column(comment="why this offer, quoted in the letters")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[Text | None] = mapped_column(comment="told to every tenderer once the decision was taken")
    standstill_until: Mapped[date | None] = mapped_column(comment="last day without signature, where one was chosen (CJA L551-15)")
    notified_at: Mapped[datetime | None] = mapped_column(comment="contract notified to the awardee (R2182-4)")
    contract_reference: Mapped[Name] = mapped_column(default="", comment="of the written contract, from 25 000 EUR (R2112-1)")

    mini_tender: Mapped[MiniTender] = relationship()
    place: Mapped[RankedOffer] = relationship()
    proposer: Mapped[Person] = relationship(foreign_keys=[proposed_by])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])
