"""People, their roles, and the ways back in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, Name, Word, one_of, only_one
from sad.models.organisations import Organisation, Service


class Role(StrEnum):
    """What an agent may do in its organisation."""

    REQUESTER = "requester"
    BUYER = "buyer"
    OPENER = "opener"
    EVALUATOR = "evaluator"
    AWARD_AUTHORITY = "award_authority"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Person(Base):
    """Somebody with an account: an agent of one organisation, or somebody who acts for suppliers, or both never."""

    __tablename__ = "people"

    id: Mapped[Id]
    email: Mapped[Name] = mapped_column(unique=True, comment="lower case")
    name: Mapped[Name]
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id; null until the invitation is accepted")
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisations.id"), index=True, comment="null: acts for suppliers, or administers the whole instance"
    )
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship()
    roles: Mapped[list["PersonRole"]] = relationship(back_populates="person", lazy="selectin", cascade="all, delete-orphan")
    second_factor: Mapped["SecondFactor | None"] = relationship(back_populates="person", cascade="all, delete-orphan")

    def has_role(self, *roles: Role) -> bool:
        """Does this person hold one of these roles?"""
        return any(held.role in roles for held in self.roles)

    @property
    def is_agent(self) -> bool:
        """Does this person work for a buyer, or administer the instance, rather than act for suppliers?"""
        return self.organisation_id is not None or bool(self.roles)

    @property
    def has_factor(self) -> bool:
        """Does coming in take a code as well as the password?"""
        return self.second_factor is not None and self.second_factor.confirmed_at is not None


class PersonRole(Base):
    """A role held by a person, for one service where the role is `requester`."""

    __tablename__ = "person_roles"
    __table_args__ = (
        one_of("role", Role),
        UniqueConstraint("person_id", "role", "service_id"),
        only_one("person_roles_without_service", "person_id", "role", where="service_id IS NULL"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Word]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    granted_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="roles")
    service: Mapped[Service | None] = relationship()


class PasswordReset(Base):
    """A way back in by e-mail, for one use within the hour."""

    __tablename__ = "password_resets"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class LoginAttempt(Base):
    """A failed attempt to log in, counted to slow down guessing."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_email_at", "email", "at"), Index("ix_login_attempts_address_at", "address", "at"))

    id: Mapped[Id]
    email: Mapped[Name]
    address: Mapped[Name] = mapped_column(comment="network address of the caller")
    at: Mapped[datetime]


class SecondFactor(Base):
    """The key that a person's application and this server share, to tell its code at any instant (TOTP)."""

    __tablename__ = "second_factors"
    __table_args__ = (CheckConstraint("(confirmed_at IS NULL) = (last_step IS NULL)", name="used_once_confirmed"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary, comment="under a key derived from the seal key file")
    started_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="null until a first code has shown that the application has the key")
    last_step: Mapped[int | None] = mapped_column(comment="step of thirty seconds of the last code used: none serves twice")

    person: Mapped[Person] = relationship(back_populates="second_factor")


class RescueCode(Base):
    """One of ten codes printed on paper, for one use each."""

    __tablename__ = "rescue_codes"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    code_hash: Mapped[Hash]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
