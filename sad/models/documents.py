"""Uploaded documents (offers' files are not here: they live in the sealed envelope)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sad.db import Base
from sad.models.columns import Hash, Id, Name, Word
from sad.models.scanning import Scanned, scan_constraints


class Document(Base, Scanned):
    """A stored file; belongs to an organisation (published documents) or to a supplier (its vault)."""

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (supplier_id IS NULL)", name="one_owner"),
        *scan_constraints(__tablename__),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"), index=True)
    name: Mapped[Name] = mapped_column(comment="as the person named it, cleaned")
    media_type: Mapped[Name]
    size: Mapped[int] = mapped_column(comment="bytes")
    sha256: Mapped[Hash]
    storage_key: Mapped[Name] = mapped_column(unique=True, comment="where storage.py put it")
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    uploaded_at: Mapped[datetime]
    kind: Mapped[Word | None] = mapped_column(comment="key of the requirement it proves, for a supplier's document")
