"""Destructions: what was destroyed of a mini-tender, when, by which two people, under which visa of the archives (ARC-03)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name, OrganisationId
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


class Destruction(Base):
    """All that is left of the papers of a mini-tender: references, dates, counts, and the act itself."""

    __tablename__ = "destructions"
    __table_args__ = (
        ForeignKeyConstraint(["mini_tender_id", "organisation_id"], ["mini_tenders.id", "mini_tenders.organisation_id"]),
        CheckConstraint("visa <> ''", name="visa"),
        CheckConstraint("approved_by <> asked_by", name="two_people"),
        Index("ix_destructions_destroyed_at_id", "destroyed_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(unique=True)
    visa: Mapped[Name] = mapped_column(comment="reference of the written agreement of the archives")
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    approved_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    destroyed_at: Mapped[datetime]
    remains: Mapped[list[Any]] = mapped_column(comment="[[label, value]]: references and dates that stay")
    counts: Mapped[dict[str, Any]] = mapped_column(comment="table -> rows destroyed")
    paper_keys: Mapped[list[str]] = mapped_column(comment="PDFs still to be taken off the disk; emptied by a job")

    mini_tender: Mapped[MiniTender] = relationship()
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])
    approver: Mapped[Person] = relationship(foreign_keys=[approved_by])


class DestroyedObject(Base):
    """A thing that the journal names and that is no longer there, because it was destroyed."""

    __tablename__ = "destroyed_objects"

    object: Mapped[Name] = mapped_column(primary_key=True, comment="offers:12")
    destruction_id: Mapped[int] = mapped_column(ForeignKey("destructions.id"), index=True)
