"""Blind tastings: samples under codes, a jury, its sheets, until names are revealed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, Name, OrganisationId, Text, Word
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person


class Tasting(Base):
    """The tasting of a mini-tender that announced one, from the draw of its codes to the reveal of the names."""

    __tablename__ = "tastings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["mini_tender_id", "organisation_id"], ["announced_tastings.mini_tender_id", "announced_tastings.organisation_id"]
        ),
        UniqueConstraint("mini_tender_id"),
        UniqueConstraint("id", "prepared_by"),
        CheckConstraint("(closed_by IS NULL) = (closed_at IS NULL)", name="closed"),
        CheckConstraint("held_on IS NULL OR closed_at IS NOT NULL", name="held_on"),
        CheckConstraint("closed_at IS NULL OR (held_on IS NULL) = (stopped_reason IS NOT NULL)", name="held_or_stopped"),
        CheckConstraint("stopped_reason IS NULL OR (stopped_reason <> '' AND closed_at IS NOT NULL)", name="stopped_reason"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"))
    prepared_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, comment="alone to see the labels; never a juror")
    prepared_at: Mapped[datetime]
    fingerprint: Mapped[Hash] = mapped_column(comment="SHA-256 of the salt and of the table of codes, in the journal before anybody tastes")
    salt: Mapped[Hash] = mapped_column(comment="in hexadecimal, shown when names are revealed")
    held_on: Mapped[date | None] = mapped_column(comment="the day in Paris, said at the closing")
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(comment="names are revealed from then on")
    stopped_reason: Mapped[Text | None] = mapped_column(comment="why it was given up, without result")

    mini_tender: Mapped[MiniTender] = relationship()
    preparer: Mapped[Person] = relationship(foreign_keys=[prepared_by])
    samples: Mapped[list["TastingSample"]] = relationship(back_populates="tasting", order_by="TastingSample.code")
    jurors: Mapped[list["TastingJuror"]] = relationship(back_populates="tasting", order_by="TastingJuror.id")

    @property
    def is_closed(self) -> bool:
        """Whether names are revealed and nothing changes any more."""
        return self.closed_at is not None

    @property
    def tasters(self) -> list["TastingJuror"]:
        """The jurors who were not released."""
        return [juror for juror in self.jurors if juror.released_at is None]

    @property
    def tasted(self) -> list["TastingSample"]:
        """The samples that came, by code."""
        return [sample for sample in self.samples if sample.received_at is not None]


class TastingSample(Base):
    """The sample of one regular offer, under its code."""

    __tablename__ = "tasting_samples"
    __table_args__ = (
        ForeignKeyConstraint(["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"]),
        UniqueConstraint("tasting_id", "code"),
        UniqueConstraint("tasting_id", "offer_id"),
        UniqueConstraint("id", "tasting_id"),
        CheckConstraint("offer_is_opened", name="sealed_offer_is_not_tasted"),
        CheckConstraint("code BETWEEN 100 AND 999", name="three_digits"),
        CheckConstraint("(received_at IS NULL) = (received_by IS NULL)", name="received"),
        CheckConstraint("(received_at IS NULL) = (allergens IS NULL)", name="allergens_are_known"),
        CheckConstraint("received_at IS NULL OR allergens_source <> ''", name="allergens_source"),
        CheckConstraint("(missing_reason IS NULL) = (missing_by IS NULL)", name="missing"),
        CheckConstraint("missing_reason IS NULL OR (missing_reason <> '' AND received_at IS NULL)", name="missing_or_received"),
    )

    id: Mapped[Id]
    tasting_id: Mapped[int] = mapped_column(ForeignKey("tastings.id"))
    offer_id: Mapped[int] = mapped_column(index=True)
    offer_is_opened: Mapped[bool] = mapped_column(default=True, comment="always true: the key to an offer that is opened")
    code: Mapped[int]
    received_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    temperature: Mapped[Word] = mapped_column(default="", comment="at its arrival, as it was written")
    remark: Mapped[Text] = mapped_column(default="", comment="at its arrival; no juror reads it")
    allergens: Mapped[list[str] | None] = mapped_column(comment="codes of the regulated list; [] when it holds none of them")
    allergens_source: Mapped[Name] = mapped_column(default="", comment="where the supplier declared them")
    missing_reason: Mapped[Text | None] = mapped_column(comment="what is known of a sample that never came")
    missing_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    tasting: Mapped[Tasting] = relationship(back_populates="samples")
    offer: Mapped[Offer] = relationship()

    @property
    def is_settled(self) -> bool:
        """Whether somebody said that it came, or that it never did."""
        return self.received_at is not None or self.missing_reason is not None


class TastingJuror(Base):
    """Somebody who tastes by code: an agent, or a named person from outside, who has declared no interest in any tenderer."""

    __tablename__ = "tasting_jurors"
    __table_args__ = (
        ForeignKeyConstraint(["tasting_id", "prepared_by"], ["tastings.id", "tastings.prepared_by"]),
        UniqueConstraint("tasting_id", "person_id"),
        UniqueConstraint("tasting_id", "name"),
        UniqueConstraint("id", "tasting_id"),
        CheckConstraint("person_id IS NULL OR person_id <> prepared_by", name="did_not_prepare_the_codes"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("(sheet_typed_at IS NULL) = (sheet_typed_by IS NULL)", name="sheet_typed"),
        CheckConstraint("sheet_typed_by IS NULL OR sheet_typed_by <> prepared_by", name="sheet_typed_blind"),
        CheckConstraint("(released_at IS NULL) = (released_reason IS NULL)", name="released"),
        CheckConstraint("released_at IS NULL OR (released_reason <> '' AND sheet_typed_at IS NULL)", name="released_without_sheet"),
    )

    id: Mapped[Id]
    tasting_id: Mapped[int]
    prepared_by: Mapped[int] = mapped_column(comment="copy of the tasting's: another person than the juror")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True, comment="null: from outside the organisation")
    name: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="", comment="what the person does")
    declared_at: Mapped[datetime] = mapped_column(comment="when its declaration of no interest was recorded (L2141-10)")
    recorded_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    sheet_typed_at: Mapped[datetime | None]
    sheet_typed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    released_at: Mapped[datetime | None]
    released_reason: Mapped[Text | None]

    tasting: Mapped[Tasting] = relationship(back_populates="jurors")
    marks: Mapped[list["TastingMark"]] = relationship(
        back_populates="juror", primaryjoin="TastingJuror.id == TastingMark.juror_id", foreign_keys="TastingMark.juror_id"
    )


class TastingMark(Base):
    """What one juror gave to one sample."""

    __tablename__ = "tasting_marks"
    __table_args__ = (
        ForeignKeyConstraint(["juror_id", "tasting_id"], ["tasting_jurors.id", "tasting_jurors.tasting_id"]),
        ForeignKeyConstraint(["sample_id", "tasting_id"], ["tasting_samples.id", "tasting_samples.tasting_id"]),
        UniqueConstraint("juror_id", "sample_id"),
    )

    id: Mapped[Id]
    tasting_id: Mapped[int] = mapped_column(index=True)
    juror_id: Mapped[int]
    sample_id: Mapped[int] = mapped_column(index=True)
    value: Mapped[Word] = mapped_column(comment="from 0 to the scale of the criterion, as decimal text")
    remark: Mapped[Text] = mapped_column(default="", comment="asked for under half of the scale")

    juror: Mapped[TastingJuror] = relationship(
        back_populates="marks", primaryjoin="TastingJuror.id == TastingMark.juror_id", foreign_keys="TastingMark.juror_id"
    )
    sample: Mapped[TastingSample] = relationship(
        primaryjoin="TastingSample.id == TastingMark.sample_id", foreign_keys="TastingMark.sample_id"
    )
