"""Where accounts are open: the sessions, the devices that a supplier is known on, the codes sent for a new one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, Name
from sad.models.people import Person


class KnownDevice(Base):
    """A browser where a supplier's person has come in: its password is enough there."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("id", "person_id"), UniqueConstraint("person_id", "token_hash"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    token_hash: Mapped[Hash] = mapped_column(comment="of what its long-lived cookie holds")
    words: Mapped[Name] = mapped_column(comment="browser and system, as a person recognises them")
    known_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(comment="of its last sign-in")
    forgotten_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class SignIn(Base):
    """One session of a person: what its cookie holds opens the account until it is ended here."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        ForeignKeyConstraint(["device_id", "person_id"], ["known_devices.id", "known_devices.person_id"]),
        Index("ix_sign_ins_person_id_ended_at", "person_id", "ended_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    device_id: Mapped[int | None] = mapped_column(comment="null for agents, who give a code each time")
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    words: Mapped[Name] = mapped_column(comment="browser and system, as a person recognises them")
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(comment="of a recent request, within five minutes")
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    device: Mapped[KnownDevice | None] = relationship(overlaps="person")


class DeviceCode(Base):
    """A code sent to a person whose password was right, on a device where it is not known."""

    __tablename__ = "device_codes"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries"), Index("ix_device_codes_person_id_asked_at", "person_id", "asked_at"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    code_hash: Mapped[Hash | None] = mapped_column(comment="null when too many were sent: only a rescue code opens then")
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0, comment="wrong codes typed")
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
