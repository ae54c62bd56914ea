"""What is told once a contract is notified: its conclusion to everybody invited (AWD-06), its award notice to all (PUB-01)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.awards import Award
from sad.models.columns import Id, Name, OrganisationId
from sad.models.people import Person


class Conclusion(Base):
    """The notice to those invited that a contract is concluded, with its holder and the reasons (CJA R551-7)."""

    __tablename__ = "conclusions"

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), unique=True)
    told_at: Mapped[datetime] = mapped_column(index=True, comment="the court's 31 days begin")

    award: Mapped[Award] = relationship()


class AwardNotice(Base):
    """The award notice of one contract, as somebody says that it was published; those of a quarter may share it (R2183-4)."""

    __tablename__ = "award_notices"
    __table_args__ = (CheckConstraint("reference <> ''", name="reference"),)

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), unique=True)
    published_on: Mapped[date]
    reference: Mapped[Name] = mapped_column(comment="of the notice, at the BOAMP or the JOUE")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)

    award: Mapped[Award] = relationship()
    recorder: Mapped[Person] = relationship()
