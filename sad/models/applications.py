"""Applications of suppliers, with their answers, proofs, completion requests and hearings."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.admission.values import ApplicationFile
from sad.domain.stages import Stage, stage_from_dict
from sad.models.columns import Hash, Id, OrganisationId, Text, Word, one_of, only_one
from sad.models.documents import Document
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem


class ApplicationState(StrEnum):
    """The last decision taken on an application."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COMPLETION_REQUESTED = "completion_requested"
    HEARING = "hearing"
    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_STATES = ("draft", "submitted", "completion_requested", "hearing")
PENDING_STATES = OPEN_STATES[1:]
PENDING = f"state IN ({', '.join(map(repr, PENDING_STATES))})"


class Joined(Protocol):
    """A document joined to a file to prove one requirement."""

    @property
    def requirement(self) -> str: ...

    @property
    def expires_on(self) -> date | None: ...


class Application(Base):
    """A supplier's request to be admitted to one category."""

    __tablename__ = "applications"
    __table_args__ = (
        one_of("state", ApplicationState),
        only_one(
            "applications_open", "supplier_id", "category_id", where=f"state IN ({', '.join(map(repr, OPEN_STATES))})"
        ),
        ForeignKeyConstraint(["system_id", "organisation_id"], ["systems.id", "systems.organisation_id"]),
        ForeignKeyConstraint(["category_id", "organisation_id"], ["categories.id", "categories.organisation_id"]),
        CheckConstraint("state IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name="submitted"),
        CheckConstraint("(submitted_at IS NULL) = (stage_fingerprint IS NULL)", name="stage_of_the_day"),
        CheckConstraint("submitted_at IS NULL OR sworn_statement", name="sworn_statement"),
        CheckConstraint("(state IN ('admitted', 'refused')) = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("(extended_at IS NULL) = (extension_reason IS NULL)", name="extension_reason"),
        CheckConstraint("submitted_at IS NULL OR answer_due_on IS NOT NULL", name="answer_due_on"),
        Index(
            "ix_applications_pending", "organisation_id", "answer_due_on", "id",
            sqlite_where=text(PENDING), postgresql_where=text(PENDING),
        ),
        Index("ix_applications_organisation_id_decided_at", "organisation_id", "decided_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    state: Mapped[Word] = mapped_column(default=ApplicationState.DRAFT)
    started_at: Mapped[datetime]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="requirement key -> answer, draft or final")
    sworn_statement: Mapped[bool] = mapped_column(default=False, comment="declaration on honour, R2143-3")
    sworn_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(comment="first submission: fixes the stage that applies (PAL-04)")
    stage_content: Mapped[dict[str, Any] | None] = mapped_column(comment="frozen copy of the stage in force at submission")
    stage_fingerprint: Mapped[Hash | None]
    answer_due_on: Mapped[date | None] = mapped_column(
        comment="last day for the answer (R2162-45), kept at submission and rewritten when the evaluation is extended"
    )
    extended_at: Mapped[datetime | None]
    extension_reason: Mapped[Text | None] = mapped_column(comment="why the evaluation takes 15 working days (R2162-45 al. 2)")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decision_reasons: Mapped[list[Any] | None] = mapped_column(comment="[{requirement, sentence}]: each cites a published requirement")

    supplier: Mapped[Supplier] = relationship()
    category: Mapped[Category] = relationship(foreign_keys=[category_id])
    system: Mapped[PurchasingSystem] = relationship(foreign_keys=[system_id])
    documents: Mapped[list["ApplicationDocument"]] = relationship(back_populates="application", order_by="ApplicationDocument.id")
    completion_requests: Mapped[list["CompletionRequest"]] = relationship(
        back_populates="application", order_by="CompletionRequest.id"
    )
    hearings: Mapped[list["Hearing"]] = relationship(back_populates="application", order_by="Hearing.id")
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])

    def as_file(self) -> ApplicationFile:
        """The application as the rules of admission examine it."""
        return ApplicationFile(
            category=self.category.key,
            category_families=tuple(self.category.families),
            families=tuple(self.supplier.families),
            answers=self.answers,
            documents=last_days(self.documents),
            sworn_statement=self.sworn_statement,
            name=self.supplier.name,
            siret=self.supplier.siret,
        )

    def frozen_stage(self) -> Stage:
        """The stage in force at its first submission (PAL-04). Raises ValueError for a draft, which has none yet."""
        if self.stage_content is None:
            raise ValueError("a draft has no stage of its own")
        return stage_from_dict(self.stage_content)


def last_days(joined: Iterable[Joined]) -> dict[str, date | None]:
    """The last day each proof holds, by requirement; where there are several, the one that holds longest, None without end."""
    proofs: dict[str, date | None] = {}
    for each in joined:
        held = proofs.get(each.requirement, each.expires_on)
        proofs[each.requirement] = max(held, each.expires_on) if held and each.expires_on else None
    return proofs


class ApplicationDocument(Base):
    """A document joined to an application to prove one requirement of the notice."""

    __tablename__ = "application_documents"
    __table_args__ = (UniqueConstraint("application_id", "document_id"),)

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    requirement: Mapped[Word]
    expires_on: Mapped[date | None]
    added_at: Mapped[datetime]

    application: Mapped[Application] = relationship(back_populates="documents")
    document: Mapped[Document] = relationship()


class CompletionRequest(Base):
    """A request to complete an application, in the same number of days for everybody (ADM-07, R2144-2)."""

    __tablename__ = "completion_requests"
    __table_args__ = (
        CheckConstraint("days > 0", name="days"),
        only_one("completion_requests_unanswered", "application_id", where="answered_at IS NULL"),
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    asked: Mapped[list[Any]] = mapped_column(comment="[{requirement, sentence}]")
    days: Mapped[int] = mapped_column(comment="EU working days")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(back_populates="completion_requests")


class Hearing(Base):
    """The hearing that must come before a discretionary exclusion (ADM-08, L2141-11)."""

    __tablename__ = "hearings"
    __table_args__ = (CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),)

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    ground: Mapped[Word] = mapped_column(comment="article relied on: L2141-7 to L2141-10")
    facts: Mapped[Text]
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[date]
    answer: Mapped[Text | None]
    answered_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(back_populates="hearings")
