"""Backup copies: what a supplier sent besides its electronic offer, in a sealed envelope that stays closed unless two people open it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.backup_copies import CopyGround, Medium
from sad.models.columns import Id, Name, OrganisationId, Text, Word, one_of, only_one
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.suppliers import Supplier


class BackupCopy(Base):
    """One envelope of an invited supplier: when and how it came, where it is kept, why it was opened if it was (REC-06)."""

    __tablename__ = "backup_copies"
    __table_args__ = (
        one_of("medium", Medium),
        one_of("ground", CopyGround, nullable=True),
        CheckConstraint("brought_by <> ''", name="brought_by"),
        CheckConstraint("kept_where <> ''", name="kept_where"),
        CheckConstraint("received_at <= registered_at", name="received_before"),
        CheckConstraint("late = (received_at > closes_at)", name="late_agrees_with_deadline"),
        CheckConstraint(
            "(struck_out_at IS NULL AND struck_out_by IS NULL AND struck_out_reason IS NULL)"
            " OR (struck_out_at IS NOT NULL AND struck_out_by IS NOT NULL AND struck_out_reason IS NOT NULL AND struck_out_reason <> '')",
            name="struck_out_with_a_reason",
        ),
        CheckConstraint(
            "(opened_at IS NULL AND ground IS NULL AND ground_reason IS NULL AND asked_by IS NULL AND approved_by IS NULL)"
            " OR (opened_at IS NOT NULL AND ground IS NOT NULL AND ground_reason IS NOT NULL AND ground_reason <> ''"
            " AND asked_by IS NOT NULL AND approved_by IS NOT NULL AND asked_by <> approved_by)",
            name="opened_by_two_people",
        ),
        CheckConstraint("opened_at IS NULL OR (NOT late AND struck_out_at IS NULL)", name="only_live_copies_in_time_are_opened"),
        ForeignKeyConstraint(["mini_tender_id", "supplier_id"], ["invitations.mini_tender_id", "invitations.supplier_id"]),
        only_one(
            "backup_copies_live", "mini_tender_id", "supplier_id", "registered_by", "received_at", "medium", where="struck_out_at IS NULL"
        ),
        Index("ix_backup_copies_mini_tender_id_received_at", "mini_tender_id", "received_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    medium: Mapped[Word]
    brought_by: Mapped[Name] = mapped_column(comment="how it came, and who brought it")
    kept_where: Mapped[Name] = mapped_column(comment="the place where the envelope waits, closed")
    received_at: Mapped[datetime] = mapped_column(comment="the day and hour written when it came in, to the minute")
    closes_at: Mapped[datetime] = mapped_column(comment="copy of the deadline in force; an extension rewrites it")
    late: Mapped[bool]
    registered_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    registered_at: Mapped[datetime]
    struck_out_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    struck_out_at: Mapped[datetime | None]
    struck_out_reason: Mapped[Text | None] = mapped_column(comment="why it was registered by mistake; its supplier reads it")
    opened_at: Mapped[datetime | None]
    ground: Mapped[Word | None]
    ground_reason: Mapped[Text | None] = mapped_column(comment="what establishes the ground; its supplier reads it")
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    mini_tender: Mapped[MiniTender] = relationship()
    supplier: Mapped[Supplier] = relationship()
    registrar: Mapped[Person] = relationship(foreign_keys=[registered_by])
    striker: Mapped[Person | None] = relationship(foreign_keys=[struck_out_by])
    asker: Mapped[Person | None] = relationship(foreign_keys=[asked_by])
    approver: Mapped[Person | None] = relationship(foreign_keys=[approved_by])
