"""The keys of openers, each under a passphrase, and the rehearsals that show that two of them open."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, OrganisationId, only_one
from sad.models.people import Person


class OpenerKey(Base):
    """The key pair of an opener; the private half is kept under a passphrase that nobody keeps."""

    __tablename__ = "opener_keys"
    __table_args__ = (only_one("opener_keys_live", "person_id", where="ended_at IS NULL"),)

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    public: Mapped[str] = mapped_column(unique=True, comment="age recipient")
    wrapped_private: Mapped[bytes] = mapped_column(LargeBinary, comment="encrypted under the passphrase")
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="another took its place: its passphrase was lost")

    person: Mapped[Person] = relationship()


class Rehearsal(Base):
    """A canary offer, sealed and opened by two openers as real ones are."""

    __tablename__ = "rehearsals"
    __table_args__ = (
        CheckConstraint("second_person_id IS NULL OR second_person_id <> first_person_id", name="two_people"),
        CheckConstraint("(second_person_id IS NULL) = (opened_at IS NULL)", name="opened_by_the_second"),
        CheckConstraint("(opened_at IS NULL) = (half_opened IS NOT NULL)", name="half_opened_until_opened"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    opener_keys: Mapped[list[Any]] = mapped_column(comment="numbers of the keys among which its own is shared")
    public_key: Mapped[str]
    wrapped_private_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="the canary offer")
    half_opened: Mapped[bytes | None] = mapped_column(LargeBinary, comment="what the first opener left to the others")
    first_person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime]
    second_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    opened_at: Mapped[datetime | None]

    first_person: Mapped[Person] = relationship(foreign_keys=[first_person_id])
    second_person: Mapped[Person | None] = relationship(foreign_keys=[second_person_id])
