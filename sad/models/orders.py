"""Orders sent to contract holders, their lines at the prices of the award, and what was accepted of the delivery."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base, Money, Quantity
from sad.domain.offers import OfferContent, PricedLine
from sad.domain.orders import HeadcountLimits
from sad.models.awards import Award
from sad.models.columns import Id, Name, OrganisationId, Text, Word, one_of
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier


class Conformity(StrEnum):
    """What the service says of what was delivered."""

    FULL = "full"
    PARTIAL = "partial"
    REFUSED = "refused"


class Packaging(StrEnum):
    """Whether the supplier took its packaging back."""

    TAKEN_BACK = "taken_back"
    LEFT = "left"
    NONE = "none"


class Order(Base):
    """The order of one award (bon de commande), numbered by organisation and year without a gap."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("award_id"),
        UniqueConstraint("organisation_id", "year", "number"),
        UniqueConstraint("id", "organisation_id"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("delivers_until > delivers_from", name="slot"),
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint(
            "(headcount IS NULL) = (announced_headcount IS NULL) AND (headcount IS NULL) = (lowest_headcount IS NULL)"
            " AND (headcount IS NULL) = (highest_headcount IS NULL) AND (headcount IS NULL) = (headcount_until IS NULL)",
            name="headcount_known",
        ),
        CheckConstraint("headcount IS NULL OR (headcount >= lowest_headcount AND headcount <= highest_headcount)", name="headcount"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    year: Mapped[int] = mapped_column(comment="in Paris, when it was sent")
    number: Mapped[int] = mapped_column(comment="1, 2, 3... in the year")
    version: Mapped[int] = mapped_column(default=1, comment="of what the service decides: two people who change it at once are told")
    ordered_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    ordered_at: Mapped[datetime]
    delivers_from: Mapped[datetime] = mapped_column(comment="delivery slot")
    delivers_until: Mapped[datetime]
    note: Mapped[Text] = mapped_column(default="", comment="to the supplier: access, whom to call")
    engagement_number: Mapped[Name] = mapped_column(default="", comment="numéro d’engagement, asked by Chorus Pro on the invoice")
    service_code: Mapped[Name] = mapped_column(default="", comment="code service, by which Chorus Pro routes the invoice")
    total: Mapped[Decimal] = mapped_column(Money, comment="EUR excl. VAT, for the headcount in force")

    announced_headcount: Mapped[int | None] = mapped_column(comment="guests of the need, as announced to every invitee")
    lowest_headcount: Mapped[int | None] = mapped_column(comment="within the limit announced")
    highest_headcount: Mapped[int | None]
    headcount: Mapped[int | None] = mapped_column(comment="the one in force: announced, until another is confirmed")
    headcount_until: Mapped[date | None] = mapped_column(comment="last day to confirm it, included")
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    acknowledged_at: Mapped[datetime | None] = mapped_column(comment="received, says the supplier")
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    award: Mapped[Award] = relationship()
    orderer: Mapped[Person] = relationship(foreign_keys=[ordered_by])
    confirmer: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by])
    acknowledger: Mapped[Person | None] = relationship(foreign_keys=[acknowledged_by])
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", order_by="OrderLine.position")
    delivery: Mapped["Delivery | None"] = relationship(back_populates="order")

    @property
    def reference(self) -> str:
        """Its number, as everybody quotes it: `BC-2026-0001`."""
        return f"BC-{self.year}-{self.number:04d}"

    @property
    def mini_tender(self) -> MiniTender:
        """The mini-tender whose award it carries out."""
        return self.award.mini_tender

    @property
    def supplier(self) -> Supplier:
        """The contract holder."""
        return self.award.place.offer.supplier

    @property
    def limits(self) -> HeadcountLimits | None:
        """The headcounts that may be confirmed; None for a need without guests."""
        if self.announced_headcount is None or self.lowest_headcount is None or self.highest_headcount is None:
            return None
        return HeadcountLimits(self.announced_headcount, self.lowest_headcount, self.highest_headcount)

    def as_content(self) -> OfferContent:
        """What is ordered, line by line, with its totals and its VAT by rate."""
        return OfferContent(tuple(line.priced(line.quantity) for line in self.lines), {}, {})

    def as_accepted(self) -> OfferContent:
        """The same for what was accepted, which is what the invoice may ask; nothing before the acceptance."""
        return OfferContent(tuple(line.priced(line.accepted_quantity or Decimal(0)) for line in self.lines), {}, {})


class OrderLine(Base):
    """A line of the award: its price and VAT rate never change, its quantity follows the headcount."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity > 0 AND awarded_quantity > 0", name="quantity"),
        CheckConstraint("unit_price > 0 AND vat_rate >= 0", name="price"),
        CheckConstraint("accepted_quantity IS NULL OR (accepted_quantity >= 0 AND accepted_quantity <= quantity)", name="accepted"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    label: Mapped[Name]
    unit: Mapped[Word]
    awarded_quantity: Mapped[Decimal] = mapped_column(Quantity, comment="for the announced headcount")
    quantity: Mapped[Decimal] = mapped_column(Quantity, comment="for the headcount in force")
    accepted_quantity: Mapped[Decimal | None] = mapped_column(Quantity, comment="once the delivery is accepted")
    unit_price: Mapped[Decimal] = mapped_column(Money, comment="EUR excl. VAT, of the offer retained")
    vat_rate: Mapped[Decimal] = mapped_column(Quantity, comment="percent")

    order: Mapped[Order] = relationship(back_populates="lines")

    def priced(self, quantity: Decimal) -> PricedLine:
        """So much of it, at its price."""
        return PricedLine(str(self.id), self.label, quantity, self.unit, self.unit_price, self.vat_rate)


class Delivery(Base):
    """What the service accepted of an order, said once, on the spot."""

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("conformity", Conformity),
        one_of("packaging", Packaging),
        UniqueConstraint("order_id"),
        ForeignKeyConstraint(["order_id", "organisation_id"], ["orders.id", "orders.organisation_id"]),
        CheckConstraint("conformity = 'full' OR remark <> ''", name="reserve_has_a_reason"),
        CheckConstraint("accepted_total >= 0", name="accepted_total"),
        CheckConstraint("conformity <> 'refused' OR accepted_total = 0", name="nothing_accepted_of_what_is_refused"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    order_id: Mapped[int]
    conformity: Mapped[Word]
    on_time: Mapped[bool]
    packaging: Mapped[Word]
    remark: Mapped[Text] = mapped_column(default="")
    unmet_clauses: Mapped[list[Any]] = mapped_column(default=list, comment="keys of the clauses of the need that were not honoured")
    accepted_total: Mapped[Decimal] = mapped_column(Money, comment="EUR excl. VAT")
    accepted_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    accepted_at: Mapped[datetime]

    order: Mapped[Order] = relationship(back_populates="delivery")
    accepter: Mapped[Person] = relationship(foreign_keys=[accepted_by])
