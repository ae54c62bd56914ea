"""Letters: rows of the act's transaction, delivered afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, Name, Text, Word, only_one
from sad.models.mini_tenders import MiniTender
from sad.models.organisations import Organisation
from sad.models.people import Person
from sad.models.suppliers import Supplier

# Kinds whose PDF is made and kept: the result of a mini-tender, as it was told to each tenderer.
ON_PAPER = ("award", "rejected", "contract_notification", "award_cancelled", "discontinued", "conclusion", "reasons_given")
UNMADE = "made_at IS NULL"
KEPT = " AND ".join(f"({UNMADE}) = ({column} IS NULL)" for column in ("storage_key", "size", "sha256"))


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

    organisation: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()
    supplier: Mapped[Supplier | None] = relationship()
    mini_tender: Mapped[MiniTender | None] = relationship()
    paper: Mapped["LetterPaper | None"] = relationship(back_populates="letter", cascade="all, delete-orphan")


class LetterPaper(Base):
    """A PDF that belongs to a letter, asked in the act's transaction, set afterwards: the letter itself, or what its mail encloses."""

    __tablename__ = "letter_papers"
    __table_args__ = (
        CheckConstraint(KEPT, name="kept"),
        CheckConstraint("made_at IS NULL OR error IS NULL", name="made_or_failed"),
        CheckConstraint("(attempts = 0) = (tried_at IS NULL)", name="tried"),
        Index("ix_letter_papers_waiting", "id", sqlite_where=text(UNMADE), postgresql_where=text(UNMADE)),
    )

    id: Mapped[Id]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), unique=True)
    enclosed: Mapped[dict[str, Any] | None] = mapped_column(
        comment="template, name and content of what goes with the mail, as the act wrote it; null: the words of the letter"
    )
    tried_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[Text | None]
    made_at: Mapped[datetime | None]
    storage_key: Mapped[Name | None] = mapped_column(unique=True, comment="where storage.py put it")
    size: Mapped[int | None] = mapped_column(comment="bytes")
    sha256: Mapped[Hash | None]

    letter: Mapped[Letter] = relationship(back_populates="paper")


class LetterBounce(Base):
    """A mail that came back after it had left: its recipient has not read it, and is to be called."""

    __tablename__ = "letter_bounces"

    id: Mapped[Id]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), unique=True)
    at: Mapped[datetime]
    reason: Mapped[Text] = mapped_column(comment="what the mail server said, or the agent who saw it come back")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), comment="null: the mail server's own notice")

    letter: Mapped[Letter] = relationship()
