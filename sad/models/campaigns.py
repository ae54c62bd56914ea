"""Re-confirmation campaigns: each admitted supplier is asked to renew its declaration, then a person decides (R2162-47)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.admission.values import ApplicationFile
from sad.domain.calendar import paris_day
from sad.models.admissions import Admission
from sad.models.applications import last_days
from sad.models.columns import Id, OrganisationId, Text, Word, one_of, only_one
from sad.models.documents import Document
from sad.models.people import Person
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem


class CampaignReason(StrEnum):
    """Why everybody is asked again."""

    STAGE = "stage"
    YEARLY = "yearly"


class CampaignDecision(StrEnum):
    """What a person decided of an admission."""

    KEPT = "kept"
    SUSPENDED = "suspended"


class Campaign(Base):
    """A request to all the admitted suppliers of a system to bring their file up to date (R2162-47, SAD-13, PAL-05)."""

    __tablename__ = "campaigns"
    __table_args__ = (
        one_of("reason", CampaignReason),
        only_one("campaigns_open", "system_id", where="closed_at IS NULL"),
        ForeignKeyConstraint(["system_id", "organisation_id"], ["systems.id", "systems.organisation_id"]),
        CheckConstraint("days > 0", name="days"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index("ix_campaigns_system_id_asked_at", "system_id", "asked_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id"), index=True, comment="whose capacities are to be confirmed")
    reason: Mapped[Word]
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    days: Mapped[int] = mapped_column(comment="EU working days given (SAD-13)")
    due_on: Mapped[date] = mapped_column(comment="last day to answer, included")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closing_reason: Mapped[Text] = mapped_column(default="", comment="why it ended before every case was decided")

    system: Mapped[PurchasingSystem] = relationship(foreign_keys=[system_id])
    stage: Mapped[Stage] = relationship()
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])
    requests: Mapped[list["CampaignRequest"]] = relationship(back_populates="campaign", order_by="CampaignRequest.id")

    @property
    def is_stage_coming(self) -> bool:
        """Whether its stage was still to come on the day it was asked."""
        return self.stage.effective_on > paris_day(self.asked_at)


WAITS = "decided_at IS NULL"


class CampaignRequest(Base):
    """One admission to be confirmed: what the supplier answers, then what is decided."""

    __tablename__ = "campaign_requests"
    __table_args__ = (
        one_of("decision", CampaignDecision, nullable=True),
        UniqueConstraint("campaign_id", "admission_id"),
        CheckConstraint("answered_at IS NULL OR (sworn_statement AND answered_by IS NOT NULL)", name="sworn_statement"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("(decision IS NOT NULL AND decision = 'suspended') = (effective_on IS NOT NULL)", name="effective_on"),
        CheckConstraint(
            "decision IS NULL OR decision = 'kept' OR (reasons IS NOT NULL AND CAST(reasons AS VARCHAR) <> '[]')", name="reasons"
        ),
        Index("ix_campaign_requests_waiting", "campaign_id", "id", sqlite_where=text(WAITS), postgresql_where=text(WAITS)),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    admission_id: Mapped[int] = mapped_column(ForeignKey("admissions.id"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="requirement key -> answer, what was held included")
    sworn_statement: Mapped[bool] = mapped_column(default=False, comment="declaration on honour renewed, R2143-3")
    answered_at: Mapped[datetime | None] = mapped_column(comment="the last time it was sent")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reminders: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None]
    decision: Mapped[Word | None]
    reasons: Mapped[list[Any] | None] = mapped_column(comment="[{requirement, sentence}]: each cites a published requirement (ADM-09)")
    note: Mapped[Text] = mapped_column(default="", comment="why it is kept against what was found")
    effective_on: Mapped[date | None] = mapped_column(comment="first day without invitations")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    campaign: Mapped[Campaign] = relationship(back_populates="requests")
    admission: Mapped[Admission] = relationship()
    documents: Mapped[list["CampaignDocument"]] = relationship(back_populates="request", order_by="CampaignDocument.id")
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])

    def as_file(self) -> ApplicationFile:
        """The supplier's file as the rules of admission examine it; the sworn statement counts once it is sent."""
        supplier, category = self.admission.supplier, self.admission.category
        return ApplicationFile(
            category=category.key,
            category_families=tuple(category.families),
            families=tuple(supplier.families),
            answers=self.answers,
            documents=last_days(self.documents),
            sworn_statement=self.sworn_statement,
            name=supplier.name,
            siret=supplier.siret,
        )


class CampaignDocument(Base):
    """A document that proves a capacity for a campaign: one already held, or one that the supplier adds."""

    __tablename__ = "campaign_documents"
    __table_args__ = (UniqueConstraint("request_id", "document_id", "requirement"),)

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(ForeignKey("campaign_requests.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    requirement: Mapped[Word]
    expires_on: Mapped[date | None]
    added_at: Mapped[datetime]
    is_held: Mapped[bool] = mapped_column(default=False, comment="held before the campaign, so not asked again (ADM-06)")

    request: Mapped[CampaignRequest] = relationship(back_populates="documents")
    document: Mapped[Document] = relationship()
