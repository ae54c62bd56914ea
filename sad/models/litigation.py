"""Court actions that stop a contract: placed when the buyer hears of one, lifted with the judge's decision (AWD-07)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, OrganisationId, Text, only_one
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


class LitigationHold(Base):
    """From the day a judge is seized to its decision, nothing of this mini-tender is signed nor ordered (CJA L551-4)."""

    __tablename__ = "litigation_holds"
    __table_args__ = (
        only_one("litigation_holds_live", "mini_tender_id", where="lifted_at IS NULL"),
        ForeignKeyConstraint(["mini_tender_id", "organisation_id"], ["mini_tenders.id", "mini_tenders.organisation_id"]),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL)"
            " AND (lifted_reason IS NULL OR lifted_reason <> '')",
            name="lifted",
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int]
    reason: Mapped[Text] = mapped_column(comment="which court, which reference, received how")
    placed_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    placed_at: Mapped[datetime]
    lifted_reason: Mapped[Text | None] = mapped_column(comment="what the judge decided")
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    lifted_at: Mapped[datetime | None]

    mini_tender: Mapped[MiniTender] = relationship()
    placer: Mapped[Person] = relationship(foreign_keys=[placed_by])
    lifter: Mapped[Person | None] = relationship(foreign_keys=[lifted_by])
