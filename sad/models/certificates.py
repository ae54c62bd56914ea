"""Certificates: the dated proofs in a supplier's vault."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name, Word
from sad.models.documents import Document
from sad.models.suppliers import Supplier


class Certificate(Base):
    """A proof kept by a supplier, asked for only once while it is valid (ADM-06, R2143-14)."""

    __tablename__ = "certificates"
    __table_args__ = (CheckConstraint("expires_on IS NULL OR issued_on IS NULL OR expires_on >= issued_on", name="dates"),)

    id: Mapped[Id]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    kind: Mapped[Word] = mapped_column(comment="key of the requirement it proves, or vigilance, organic...")
    label: Mapped[Name]
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    supplier: Mapped[Supplier] = relationship()
    document: Mapped[Document | None] = relationship()
