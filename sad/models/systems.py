"""Dynamic purchasing systems, their categories, published documents and changes of validity."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base, Money
from sad.domain.calendar import last_day, paris_day
from sad.domain.reserved import ReservedFor
from sad.domain.social_clauses import SocialException
from sad.models.columns import Id, Name, OrganisationId, Text, Word, one_of
from sad.models.documents import Document
from sad.models.organisations import Organisation


class SystemPhase(StrEnum):
    """Where a system stands; computed, never stored."""

    DRAFT = "draft"
    ANNOUNCED = "announced"  # its notice and documents are public, applications begin on its first day
    OPEN = "open"
    ENDED = "ended"


class PurchasingSystem(Base):
    """A system to which any supplier may ask to be admitted at any time of its validity (L2125-1 4°)."""

    __tablename__ = "systems"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        UniqueConstraint("id", "organisation_id"),
        Index("ix_systems_opened_at_id", "opened_at", "id"),
        CheckConstraint("valid_until >= valid_from", name="validity"),
        CheckConstraint("estimated_value > 0 AND max_value >= estimated_value", name="value"),
        CheckConstraint(
            "opened_at IS NULL OR (notice_reference <> '' AND notice_dispatched_at IS NOT NULL)", name="opened_with_notice"
        ),
        one_of("social_exception", SocialException, nullable=True),
        CheckConstraint("(social_exception IS NULL) = (social_exception_reason = '')", name="social_exception_reason"),
        CheckConstraint("social_exception IS NULL OR social_clause = ''", name="social_clause_or_exception"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    reference: Mapped[Word]
    title: Mapped[Name]
    purpose: Mapped[Text] = mapped_column(comment="object and nature of the purchases (R2162-42)")
    operation: Mapped[Text] = mapped_column(default="", comment="how the system works, as its documents say (R2162-42)")
    equipment: Mapped[Text] = mapped_column(default="", comment="electronic equipment and connection needed (R2162-42)")
    estimated_quantity: Mapped[Text] = mapped_column(default="", comment="estimated quantity of the purchases (R2162-42)")
    place_of_performance: Mapped[Name] = mapped_column(default="")
    notice_reference: Mapped[Name] = mapped_column(default="")
    notice_dispatched_at: Mapped[datetime | None] = mapped_column(comment="dispatch of the contract notice (R2162-44)")
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    estimated_value: Mapped[Decimal] = mapped_column(Money, comment="EUR excl. VAT over the whole validity")
    max_value: Mapped[Decimal] = mapped_column(Money, comment="EUR excl. VAT over the whole validity (R2121-8)")
    initial_evaluation_days: Mapped[int] = mapped_column(
        default=0, comment="prolonged initial evaluation announced in the documents, calendar days (R2162-45 al. 3)"
    )
    forbids_double_bidding: Mapped[bool] = mapped_column(
        default=False, comment="its documents forbid to bid both alone and in a consortium, or in several (R2142-21, R2151-7)"
    )
    needs_two_passphrases: Mapped[bool] = mapped_column(
        default=False, comment="offers of its next mini-tenders open only with the passphrases of two openers"
    )
    environmental_clause: Mapped[Text] = mapped_column(default="", comment="environmental condition of performance (L2112-2)")
    social_clause: Mapped[Text] = mapped_column(default="", comment="social condition of performance (L2112-2-1)")
    social_exception: Mapped[Word | None] = mapped_column(comment="exception of L2112-2-1 relied on, instead of a social clause")
    social_exception_reason: Mapped[Text] = mapped_column(default="", comment="why that exception holds for these purchases")
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None] = mapped_column(comment="ended before valid_until, with a published notice (R2162-40)")
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    categories: Mapped[list["Category"]] = relationship(
        back_populates="system", order_by="Category.id", foreign_keys="Category.system_id"
    )
    documents: Mapped[list["SystemDocument"]] = relationship(back_populates="system", order_by="SystemDocument.id")
    changes: Mapped[list["SystemChange"]] = relationship(back_populates="system", order_by="SystemChange.id")

    @property
    def reserved(self) -> dict[str, str]:
        """To whom each of its reserved categories is, by key of category."""
        return {each.key: each.reserved_for for each in self.categories if each.reserved_for}

    @property
    def last_valid_day(self) -> date:
        """The last day of its validity, or the Paris day on which it was ended before."""
        return min(self.valid_until, paris_day(self.ended_at)) if self.ended_at else self.valid_until

    def phase_at(self, at: datetime) -> SystemPhase:
        """Where it stands at that instant (aware): the decisions taken, read with the calendar."""
        if self.opened_at is None or at < self.opened_at:
            return SystemPhase.DRAFT
        if paris_day(at) > self.valid_until or (self.ended_at is not None and self.ended_at <= at):
            return SystemPhase.ENDED
        return SystemPhase.ANNOUNCED if paris_day(at) < self.valid_from else SystemPhase.OPEN

    def window_ends(self, days: int) -> date | None:
        """The last day of the initial period for applications, of so many days after the dispatch of the notice (R2162-44)."""
        if self.notice_dispatched_at is None:
            return None
        return last_day(paris_day(self.notice_dispatched_at), days, "calendar")

    def prolonged_until(self, days: int) -> date | None:
        """The last day of the prolonged initial evaluation that its documents state, if they state one (R2162-45 al. 3)."""
        ends = self.window_ends(days)
        return last_day(ends, self.initial_evaluation_days, "calendar") if ends and self.initial_evaluation_days else None


class Category(Base):
    """A category of a system; admission is by category (R2162-37)."""

    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("system_id", "key"),
        one_of("reserved_for", ReservedFor, nullable=True),
        UniqueConstraint("id", "organisation_id"),
        ForeignKeyConstraint(["system_id", "organisation_id"], ["systems.id", "systems.organisation_id"]),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    key: Mapped[Word]
    label: Mapped[Name]
    families: Mapped[list[str]] = mapped_column(default=list, comment="keys of the product families it buys")
    reserved_for: Mapped[Word | None] = mapped_column(comment="to whom it is reserved (L2113-12, L2113-13); null: open to all")

    system: Mapped[PurchasingSystem] = relationship(back_populates="categories", foreign_keys=[system_id])


class SystemDocument(Base):
    """A document of the consultation, free and without account during the whole validity (R2162-41)."""

    __tablename__ = "system_documents"

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    title: Mapped[Name]
    published_at: Mapped[datetime]

    system: Mapped[PurchasingSystem] = relationship(back_populates="documents")
    document: Mapped[Document] = relationship()


class SystemChangeKind(StrEnum):
    """What a published change does to the validity."""

    EXTENDED = "extended"
    SHORTENED = "shortened"
    ENDED = "ended"


class SystemChange(Base):
    """A change of the validity, with the reference of its published notice (SAD-21, R2162-40)."""

    __tablename__ = "system_changes"
    __table_args__ = (one_of("kind", SystemChangeKind), CheckConstraint("notice_reference <> ''", name="notice"))

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    kind: Mapped[Word]
    notice_reference: Mapped[Name]
    valid_until_before: Mapped[date]
    valid_until_after: Mapped[date]
    reason: Mapped[Text]
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]

    system: Mapped[PurchasingSystem] = relationship(back_populates="changes")
