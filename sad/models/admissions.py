"""Admissions: who may be invited in which category, and how that came about."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.applications import Application
from sad.models.columns import Id, OrganisationId, Text, Word, one_of
from sad.models.suppliers import Supplier
from sad.models.systems import Category


class AdmissionState(StrEnum):
    """What was last decided on an admission."""

    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    REMOVED = "removed"


def admitted_on(day: date) -> ColumnElement[bool]:
    """The condition that an admission is invited on that Paris day: a suspension bites on its own date, not when it is decided."""
    return or_(Admission.state == AdmissionState.ADMITTED, Admission.suspended_from > day)


class Admission(Base):
    """A supplier admitted to a category (R2162-46: their number is not limited)."""

    __tablename__ = "admissions"
    __table_args__ = (
        one_of("state", AdmissionState),
        UniqueConstraint("supplier_id", "category_id"),
        CheckConstraint("suspended_from IS NULL OR state = 'suspended'", name="suspended_from"),
        ForeignKeyConstraint(["category_id", "organisation_id"], ["categories.id", "categories.organisation_id"]),
        Index("ix_admissions_category_id_state", "category_id", "state"),
        Index("ix_admissions_organisation_id_admitted_at", "organisation_id", "admitted_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True, comment="the one that was admitted last")
    state: Mapped[Word] = mapped_column(default=AdmissionState.ADMITTED)
    admitted_at: Mapped[datetime]
    suspended_from: Mapped[date | None] = mapped_column(comment="first day without invitations; none: since the decision")

    supplier: Mapped[Supplier] = relationship()
    category: Mapped[Category] = relationship(foreign_keys=[category_id])
    application: Mapped[Application] = relationship()
    events: Mapped[list["AdmissionEvent"]] = relationship(back_populates="admission", order_by="AdmissionEvent.id")

    def is_invited_on(self, day: date) -> bool:
        """Whether consultations sent on that Paris day reach it, as `admitted_on` says of many."""
        return self.state == AdmissionState.ADMITTED or (self.suspended_from is not None and self.suspended_from > day)


class AdmissionEvent(Base):
    """One decision in the life of an admission."""

    __tablename__ = "admission_events"
    __table_args__ = (one_of("state", AdmissionState),)

    id: Mapped[Id]
    admission_id: Mapped[int] = mapped_column(ForeignKey("admissions.id"), index=True)
    state: Mapped[Word] = mapped_column(comment="what the decision made of the admission")
    reason: Mapped[Text] = mapped_column(default="")
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]

    admission: Mapped[Admission] = relationship(back_populates="events")
