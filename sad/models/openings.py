"""The opening of offers by two people."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, OrganisationId
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


class Opening(Base):
    """One person asks to open, another opens: irreversible, once per mini-tender."""

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("half_opened IS NULL OR opened_at IS NULL", name="half_opened_until_opened"),
        CheckConstraint("second_person_id IS NULL OR second_person_id <> first_person_id", name="two_people"),
        CheckConstraint("(second_person_id IS NULL) = (opened_at IS NULL)", name="opened_by_the_second"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), unique=True)
    first_person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    second_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime | None]
    half_opened: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True, comment="what the first left to the others of a shared key"
    )
    journal_head: Mapped[Hash | None] = mapped_column(comment="head of the journal before the first decryption")

    mini_tender: Mapped[MiniTender] = relationship()
    first_person: Mapped[Person] = relationship(foreign_keys=[first_person_id])
    second_person: Mapped[Person | None] = relationship(foreign_keys=[second_person_id])
