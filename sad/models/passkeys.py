"""Passkeys: keys that a telephone, a computer or a security key holds, and opens by a finger, a face or a PIN."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name
from sad.models.people import Person


class Passkey(Base):
    """The public half of a key; the private one never leaves the device."""

    __tablename__ = "passkeys"
    __table_args__ = (CheckConstraint("counter >= 0", name="counter"), CheckConstraint("name <> ''", name="name"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary, comment="its public key, as WebAuthn writes it (attested credential data)")
    counter: Mapped[int] = mapped_column(BigInteger, comment="of its uses, as the device counts them; 0 where it does not")
    name: Mapped[Name] = mapped_column(comment="how its owner tells it from the others")
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    drawn_at: Mapped[datetime] = mapped_column(comment="of the last challenge that it answered: none drawn before serves")

    person: Mapped[Person] = relationship()
