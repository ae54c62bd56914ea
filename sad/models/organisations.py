"""Buyers: organisations and the services that order."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base, Money
from sad.models.columns import Id, Name, OrganisationId, Text, Word


class Organisation(Base):
    """A buyer (acheteur, collectivité); everything it owns is invisible to the others."""

    __tablename__ = "organisations"
    __table_args__ = (CheckConstraint("direct_publication_limit >= 0", name="direct_publication_limit"),)

    id: Mapped[Id]
    name: Mapped[Name]
    siren: Mapped[Word] = mapped_column(unique=True)
    address: Mapped[Text] = mapped_column(default="")
    contact_email: Mapped[Name]
    review_body: Mapped[Text] = mapped_column(comment="court and time limits quoted in every rejection letter (R2181-1)")
    direct_publication_limit: Mapped[Decimal] = mapped_column(
        Money, default=Decimal(0), comment="EUR excl. VAT: up to this budget a requester publishes without the buyer's check"
    )
    created_at: Mapped[datetime]

    services: Mapped[list["Service"]] = relationship(back_populates="organisation", order_by="Service.name")


class Service(Base):
    """A service of an organisation that orders catering (service demandeur)."""

    __tablename__ = "services"
    __table_args__ = (UniqueConstraint("organisation_id", "name"), UniqueConstraint("id", "organisation_id"))

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    name: Mapped[Name]
    commune: Mapped[Name] = mapped_column(default="")
    postcode: Mapped[Word] = mapped_column(default="")
    closed_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(back_populates="services")
