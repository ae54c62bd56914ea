"""Offers: sealed at reception, opened by two people after the deadline; drafts and receipts are sealed too."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base, Money
from sad.domain.bids import bid_of
from sad.domain.late_offers import LateGround
from sad.domain.offers import OfferContent, regularised
from sad.domain.scoring.values import Bid, Grid
from sad.domain.stages import Stage
from sad.models.columns import Hash, Id, Name, OrganisationId, Text, Word, one_of, only_one
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.scanning import Scanned, scan_constraints
from sad.models.suppliers import Supplier


class OfferState(StrEnum):
    """What the supplier last decided about a deposit."""

    DEPOSITED = "deposited"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Classification(StrEnum):
    """What the buyer says of an opened offer (ANA-01, L2152-1 to -6)."""

    REGULAR = "regular"
    IRREGULAR = "irregular"
    UNACCEPTABLE = "unacceptable"
    INAPPROPRIATE = "inappropriate"
    ABNORMALLY_LOW = "abnormally_low"


class Offer(Base):
    """One deposit of a supplier for one mini-tender."""

    __tablename__ = "offers"
    __table_args__ = (
        one_of("state", OfferState),
        one_of("classification", Classification, nullable=True),
        UniqueConstraint("supplier_id", "idempotency_key"),
        UniqueConstraint("id", "is_opened"),
        only_one("offers_live", "mini_tender_id", "supplier_id", where="state = 'deposited' AND NOT late"),
        only_one("offers_live_late", "mini_tender_id", "supplier_id", where="state = 'deposited' AND late"),
        CheckConstraint("late = (received_at > closes_at)", name="late_agrees_with_deadline"),
        CheckConstraint("is_opened = (content IS NOT NULL)", name="content_only_once_opened"),
        CheckConstraint("is_opened = (total IS NOT NULL)", name="total_only_once_opened"),
        CheckConstraint(
            "NOT is_opened OR (state = 'deposited' AND (NOT late OR late_ground IS NOT NULL))",
            name="only_live_offers_in_time_or_admitted_are_opened",
        ),
        one_of("late_ground", LateGround, nullable=True),
        CheckConstraint("late_ground IS NULL OR late", name="late_ground_of_a_late_offer"),
        CheckConstraint("(late_ground IS NULL) = (late_reason IS NULL)", name="late_ground_with_a_reason"),
        CheckConstraint(
            "(late_ground IS NULL AND late_asked_by IS NULL AND late_approved_by IS NULL)"
            " OR (late_ground IS NOT NULL AND late_asked_by IS NOT NULL AND late_approved_by IS NOT NULL"
            " AND late_asked_by <> late_approved_by)",
            name="late_ground_by_two_people",
        ),
        CheckConstraint("seal_fault IS NULL OR NOT is_opened", name="broken_envelope_is_not_opened"),
        CheckConstraint("classification IS NULL OR is_opened", name="sealed_offer_has_no_classification"),
        CheckConstraint("(classification IS NULL) = (classification_reason IS NULL)", name="classification_reason"),
        CheckConstraint("price_justification IS NULL OR is_opened", name="sealed_offer_has_no_justification"),
        CheckConstraint("(price_justification IS NULL) = (justification_recorded_by IS NULL)", name="price_justification"),
        CheckConstraint("regularised_values IS NULL OR is_opened", name="sealed_offer_is_not_regularised"),
        Index("ix_offers_supplier_id_received_at", "supplier_id", "received_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    deposit_id: Mapped[Word] = mapped_column(unique=True, comment="random, bound inside the envelope")
    idempotency_key: Mapped[Word] = mapped_column(comment="fixed when the form is shown: the same POST twice is one offer")
    state: Mapped[Word] = mapped_column(default=OfferState.DEPOSITED)
    deposited_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime] = mapped_column(comment="when the depositing request began")
    received_at: Mapped[datetime] = mapped_column(comment="end of transmission: the instant that counts")
    closes_at: Mapped[datetime] = mapped_column(comment="copy of the deadline in force; an extension rewrites it")
    late: Mapped[bool]
    ended_at: Mapped[datetime | None] = mapped_column(comment="when it was replaced or withdrawn")
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, deferred=True, comment="age envelope: prices, answers, files, file names"
    )
    sealed_sha256: Mapped[Hash]
    size_class: Mapped[int] = mapped_column(comment="steps of 64 KiB")

    seal_fault: Mapped[Text | None] = mapped_column(comment="why its envelope did not open, when the others were")
    late_ground: Mapped[Word | None] = mapped_column(comment="why it is opened though it came late, when the service is the cause")
    late_reason: Mapped[Text | None] = mapped_column(comment="what establishes it; its tenderer reads it")
    late_asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    late_approved_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    is_opened: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(comment="once opened: prices by line, values by requirement, files")
    total: Mapped[Decimal | None] = mapped_column(Money, comment="once opened: EUR excl. VAT")
    classification: Mapped[Word | None]
    classification_reason: Mapped[Text | None]
    classified_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    price_justification: Mapped[Text | None] = mapped_column(comment="why a very low price is accepted once explained (ANA-03, R2152-3)")
    justification_recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    regularised_values: Mapped[dict[str, Any] | None] = mapped_column(
        comment="specification key -> value accepted when it was put right (R2152-2), beside what was opened"
    )

    mini_tender: Mapped[MiniTender] = relationship()
    supplier: Mapped[Supplier] = relationship()
    depositor: Mapped[Person] = relationship(foreign_keys=[deposited_by])
    late_asker: Mapped[Person | None] = relationship(foreign_keys=[late_asked_by])
    late_approver: Mapped[Person | None] = relationship(foreign_keys=[late_approved_by])
    files: Mapped[list["OfferFile"]] = relationship(back_populates="offer", order_by="OfferFile.id")

    @property
    def ref(self) -> str:
        """How rankings and scoring files name it: the supplier and its SIRET, since two may bear the same name."""
        return f"{self.supplier.name} ({self.supplier.siret})"

    def as_content(self) -> OfferContent:
        """What it offers, line by line, with what was put right since. Raises ValueError while it is sealed."""
        if self.content is None:
            raise ValueError("a sealed offer cannot be read")
        lines = ((str(line.id), line.label, line.quantity, line.unit) for line in self.mini_tender.lines)
        return OfferContent.from_dict(regularised(self.content, self.regularised_values), lines)

    def as_bid(self, grid: Grid, stage: Stage, marks: Mapping[str, str]) -> Bid:
        """What the frozen grid reads of it, put right or not; `marks` go by criterion. Raises ValueError while it is sealed."""
        if self.content is None or self.total is None:
            raise ValueError("a sealed offer cannot be read")
        content = regularised(self.content, self.regularised_values)
        return bid_of(self.ref, grid=grid, stage=stage, total=self.total, content=content, marks=marks)


class OfferFile(Base, Scanned):
    """A file of an opened offer."""

    __tablename__ = "offer_files"
    __table_args__ = scan_constraints(__tablename__)

    id: Mapped[Id]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    name: Mapped[Name]
    media_type: Mapped[Name]
    size: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    offer: Mapped[Offer] = relationship(back_populates="files")


class OfferDraft(Base):
    """What a supplier has typed and not yet deposited: sealed, since it holds prices."""

    __tablename__ = "offer_drafts"
    __table_args__ = (UniqueConstraint("mini_tender_id", "supplier_id"),)

    id: Mapped[Id]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]


class DepositAttempt(Base):
    """An attempt to deposit, kept whether or not it succeeded; committed before the deposit itself."""

    __tablename__ = "deposit_attempts"

    id: Mapped[Id]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    started_at: Mapped[datetime]
    received_at: Mapped[datetime]
    size_class: Mapped[int]
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"), index=True)
    refused_because: Mapped[Text | None]


class Reception(Base):
    """A deposit received while the database did not answer: what was signed then, word for word, and what became of it."""

    __tablename__ = "receptions"
    __table_args__ = (
        UniqueConstraint("supplier_id", "idempotency_key"),
        CheckConstraint("(offer_id IS NULL) = (refused_because IS NOT NULL)", name="offer_or_reason"),
        CheckConstraint("received_at <= taken_in_at", name="received_before"),
    )

    id: Mapped[Id]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    deposited_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    idempotency_key: Mapped[Word]
    draft_stamp: Mapped[Hash] = mapped_column(comment="fingerprint of the sealed draft that the last page showed")
    received_at: Mapped[datetime] = mapped_column(comment="end of transmission: the instant that counts")
    taken_in_at: Mapped[datetime] = mapped_column(comment="when the database had it")
    signed: Mapped[bytes] = mapped_column(LargeBinary, comment="the provisional receipt, byte for byte")
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"), index=True)
    refused_because: Mapped[Text | None]


class Receipt(Base):
    """The acknowledgement of a deposit; it names files, so it is stored sealed and shown to its depositor alone."""

    __tablename__ = "receipts"

    id: Mapped[Id]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]

    offer: Mapped[Offer] = relationship()
