"""Offers that an agent enters for a supplier which agreed to it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name, OrganisationId, Word, one_of
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier


class Means(StrEnum):
    """How the supplier agreed."""

    PHONE = "phone"
    LETTER = "letter"
    VISIT = "visit"


class AssistedDeposit(Base):
    """The agreement of a supplier, and the agent that enters its offer: one supplier for each agent and mini-tender (REC-08)."""

    __tablename__ = "assisted_deposits"
    __table_args__ = (
        one_of("means", Means),
        CheckConstraint("agreed_by <> ''", name="agreed_by"),
        CheckConstraint("agreed_at <= begun_at", name="agreed_before"),
        ForeignKeyConstraint(["mini_tender_id", "supplier_id"], ["invitations.mini_tender_id", "invitations.supplier_id"]),
        UniqueConstraint("mini_tender_id", "agent_id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    means: Mapped[Word]
    agreed_by: Mapped[Name] = mapped_column(comment="who agreed for the supplier, as that person named itself")
    agreed_at: Mapped[datetime]
    begun_at: Mapped[datetime]

    mini_tender: Mapped[MiniTender] = relationship()
    supplier: Mapped[Supplier] = relationship()
    agent: Mapped[Person] = relationship()
