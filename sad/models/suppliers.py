"""Suppliers, who may act for them, and what they usually offer."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name, Text, Word, only_one
from sad.models.people import Person


class Supplier(Base):
    """A producer or tradesperson, known once by its SIRET; or a consortium, which has a lead and bears the lead's SIRET.

    Both apply, are invited, deposit and are ranked alike.
    """

    __tablename__ = "suppliers"
    __table_args__ = (
        only_one("suppliers_siret", "siret", where="lead_id IS NULL"),
        UniqueConstraint("id", "siret"),
        UniqueConstraint("id", "lead_id"),
        ForeignKeyConstraint(["lead_id", "siret"], ["suppliers.id", "suppliers.siret"]),
        CheckConstraint("(lead_id IS NULL) = (kind <> 'groupement')", name="lead"),
        CheckConstraint("lead_id IS NULL OR lead_id <> id", name="lead_is_another"),
        Index("ix_suppliers_shown", "name", "id", sqlite_where=text("is_shown_publicly = 1"), postgresql_where=text("is_shown_publicly")),
    )

    id: Mapped[Id]
    siret: Mapped[Word] = mapped_column(comment="14 digits; of a consortium, its lead's")
    name: Mapped[Name]
    kind: Mapped[Word] = mapped_column(comment="producteur, traiteur, boulangerie...: shown, never decides")
    commune: Mapped[Name] = mapped_column(default="")
    postcode: Mapped[Word] = mapped_column(default="")
    phone: Mapped[Word] = mapped_column(default="")
    families: Mapped[list[str]] = mapped_column(default=list, comment="keys of the product families it sells")
    is_vat_exempt: Mapped[bool] = mapped_column(default=False, comment="franchise en base, CGI 293 B")
    is_shown_publicly: Mapped[bool] = mapped_column(default=False, comment="agreed to be named among the admitted suppliers")
    created_at: Mapped[datetime]
    lead_id: Mapped[int | None] = mapped_column(index=True, comment="the company that acts for this consortium; none: a company")

    members: Mapped[list["SupplierMember"]] = relationship(back_populates="supplier")
    usual_offers: Mapped[list["UsualOffer"]] = relationship(back_populates="supplier", order_by="UsualOffer.declared_at")

    @hybrid_property
    def acting_id(self) -> int:
        """The company whose people act for it: a consortium's lead, else itself."""
        return self.lead_id or self.id

    @acting_id.inplace.expression
    @classmethod
    def _acting_id(cls) -> ColumnElement[int]:
        return func.coalesce(cls.lead_id, cls.id)

    @property
    def declared(self) -> dict[str, Any]:
        """Its last declaration of what it usually offers, by requirement key; empty when it has said nothing."""
        return self.usual_offers[-1].values if self.usual_offers else {}


class SupplierMember(Base):
    """A person who may act for a supplier, until it leaves."""

    __tablename__ = "supplier_members"
    __table_args__ = (only_one("supplier_members_present", "supplier_id", "person_id", where="left_at IS NULL"),)

    id: Mapped[Id]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    supplier: Mapped[Supplier] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class SupplierInvitation(Base):
    """An invitation to a second person to act for a supplier, for one use within a fortnight."""

    __tablename__ = "supplier_invitations"

    id: Mapped[Id]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    email: Mapped[Name]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    supplier: Mapped[Supplier] = relationship()


class UsualOffer(Base):
    """What a supplier declares that it usually offers: information, which never decides an admission."""

    __tablename__ = "usual_offers"
    __table_args__ = (Index("ix_usual_offers_supplier_id_declared_at", "supplier_id", "declared_at"),)

    id: Mapped[Id]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    values: Mapped[dict[str, Any]] = mapped_column(comment="requirement key -> value, as text for numbers, true/false for yes/no")
    note: Mapped[Text] = mapped_column(default="")
    declared_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    declared_at: Mapped[datetime]

    supplier: Mapped[Supplier] = relationship(back_populates="usual_offers")
