"""Destructions: of the papers of a mini-tender, or of the applications to a category; by which two people, under which visa (ARC-03)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name, OrganisationId
from sad.models.mini_tenders import MiniTender
from sad.models.organisations import Organisation
from sad.models.people import Person
from sad.models.systems import Category


class Destruction(Base):
    """All that is left of the papers of a mini-tender, or of the applications to a category: references, dates, counts, and the act."""

    __tablename__ = "destructions"
    __table_args__ = (
        ForeignKeyConstraint(["mini_tender_id", "organisation_id"], ["mini_tenders.id", "mini_tenders.organisation_id"]),
        ForeignKeyConstraint(["category_id", "organisation_id"], ["categories.id", "categories.organisation_id"]),
        CheckConstraint("(mini_tender_id IS NULL) <> (category_id IS NULL)", name="one_subject"),
        CheckConstraint("visa <> ''", name="visa"),
        CheckConstraint("approved_by <> asked_by", name="two_people"),
        Index("ix_destructions_destroyed_at_id", "destroyed_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int | None] = mapped_column(unique=True)
    category_id: Mapped[int | None] = mapped_column(unique=True, comment="whose applications were destroyed")
    visa: Mapped[Name] = mapped_column(comment="reference of the written agreement of the archives")
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    approved_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    destroyed_at: Mapped[datetime]
    remains: Mapped[list[Any]] = mapped_column(comment="[[label, value]]: references and dates that stay")
    counts: Mapped[dict[str, Any]] = mapped_column(comment="table -> rows destroyed")
    paper_keys: Mapped[list[str]] = mapped_column(comment="PDFs still to be taken off the disk; emptied by a job")

    organisation: Mapped[Organisation] = relationship()
    mini_tender: Mapped[MiniTender | None] = relationship(overlaps="organisation")
    category: Mapped[Category | None] = relationship(foreign_keys=[category_id], overlaps="organisation,mini_tender")
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])
    approver: Mapped[Person] = relationship(foreign_keys=[approved_by])

    @property
    def title(self) -> str:
        """What was destroyed, in the words of a list."""
        if self.mini_tender is not None:
            return self.mini_tender.title
        assert self.category is not None
        return f"Candidatures : {self.category.label}"


def destroyed_mini_tenders() -> Select[int]:
    """The numbers of those whose papers were destroyed."""
    return select(Destruction.mini_tender_id).where(Destruction.mini_tender_id.is_not(None))


def destroyed_categories() -> Select[int]:
    """The numbers of those whose applications were destroyed."""
    return select(Destruction.category_id).where(Destruction.category_id.is_not(None))


class DestroyedObject(Base):
    """A thing that the journal names and that is no longer there, because it was destroyed."""

    __tablename__ = "destroyed_objects"

    object: Mapped[Name] = mapped_column(primary_key=True, comment="offers:12")
    destruction_id: Mapped[int] = mapped_column(ForeignKey("destructions.id"), index=True)
