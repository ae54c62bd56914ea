"""The keys that sign receipts: one signs today, those before it still verify what they signed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from sad.db import Base
from sad.models.columns import Hash, Id, only_one


class ReceiptKey(Base):
    """An Ed25519 key pair; the public half is on the public site for ever, under its fingerprint."""

    __tablename__ = "receipt_keys"
    __table_args__ = (
        CheckConstraint("is_current = (retired_at IS NULL)", name="current_until_retired"),
        only_one("receipt_keys_current", "is_current", where="is_current"),
    )

    id: Mapped[Id]
    key_id: Mapped[Hash] = mapped_column(unique=True, comment="SHA-256 of the public half")
    public: Mapped[bytes] = mapped_column(LargeBinary, comment="32 bytes")
    wrapped_private: Mapped[bytes] = mapped_column(LargeBinary, comment="encrypted under the seal key")
    made_at: Mapped[datetime]
    is_current: Mapped[bool] = mapped_column(default=True)
    retired_at: Mapped[datetime | None]
