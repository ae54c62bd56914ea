"""Letters: rows of the act's transaction, delivered afterwards."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Id, Name, Word, only_one
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier


class Letter(Base):
    """One letter to one person; legal letters also wait in the supplier's space."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_undelivered", "created_at", "id", sqlite_where=text("sent_at IS NULL"), postgresql_where=text("sent_at IS NULL")),
        Index("ix_letters_supplier_id_created_at", "supplier_id", "created_at", "id"),
        Index("ix_letters_organisation_id_created_at", "organisation_id", "created_at", "id"),
        only_one("letters_reminders", "dedupe_key", where="dedupe_key IS NOT NULL"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), comment="null: account letters")
    kind: Mapped[Word]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    mini_tender_id: Mapped[int | None] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("applications.id"), index=True)
    to_email: Mapped[Name]
    to_name: Mapped[Name]
    subject: Mapped[Name]
    body: Mapped[str] = mapped_column(comment="plain text; the page and the PDF are made from it")
    secret: Mapped[str | None] = mapped_column(comment="a single-use link, taken out once delivered; never in the body")
    dedupe_key: Mapped[Name | None] = mapped_column(comment="a reminder that must go only once")
    message_id: Mapped[Name] = mapped_column(unique=True, comment="the same on every attempt")
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    person: Mapped[Person | None] = relationship()
    supplier: Mapped[Supplier | None] = relationship()
    mini_tender: Mapped[MiniTender | None] = relationship()
