"""Files on their way into a draft, piece by piece: sealed like the draft, destroyed once it holds them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Word
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt
from sad.models.suppliers import Supplier


class StagedUpload(Base):
    """A file that a supplier sends for its offer; of its size the number of its chunks alone is in clear, of its name nothing."""

    __tablename__ = "staged_uploads"
    __table_args__ = (
        CheckConstraint("chunks > 0 AND received BETWEEN 0 AND chunks", name="received_within_its_chunks"),
        CheckConstraint("touched_at >= started_at", name="touched_once_started"),
        CheckConstraint("(mini_tender_id IS NULL) = (attempt_id IS NULL)", name="attempt_of_a_mini_tender"),
        Index("ix_staged_uploads_supplier_id_mini_tender_id", "supplier_id", "mini_tender_id", "id"),
    )

    id: Mapped[Id]
    token: Mapped[Word] = mapped_column(unique=True, comment="random; what is sealed of it opens under this token alone")
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    mini_tender_id: Mapped[int | None] = mapped_column(ForeignKey("mini_tenders.id"), comment="null: of a trial deposit")
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("deposit_attempts.id"))
    started_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="its name and its size in bytes")
    chunks: Mapped[int] = mapped_column(comment="how many it takes")
    received: Mapped[int] = mapped_column(default=0, comment="how many came, the first ones")
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True, comment="when the last chunk came")

    supplier: Mapped[Supplier] = relationship()
    mini_tender: Mapped[MiniTender | None] = relationship()
    attempt: Mapped[DepositAttempt | None] = relationship()

    @property
    def is_whole(self) -> bool:
        """Have all its chunks come?"""
        return self.received == self.chunks


class StagedChunk(Base):
    """A piece of a file on its way."""

    __tablename__ = "staged_chunks"
    __table_args__ = (UniqueConstraint("upload_id", "number"), CheckConstraint("number >= 0", name="numbered_from_zero"))

    id: Mapped[Id]
    upload_id: Mapped[int] = mapped_column(ForeignKey("staged_uploads.id"))
    number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="padded to a whole step of 64 KiB")
