"""The proofs asked from an awardee before its contract is notified: one request, what each company owes, what was given."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.proofs import LABELS, Given, ProofKind, Standing, standing
from sad.models.awards import Award
from sad.models.certificates import Certificate
from sad.models.columns import Id, OrganisationId, Text, Word, one_of, only_one
from sad.models.documents import Document
from sad.models.people import Person
from sad.models.suppliers import Supplier


class ProofRequest(Base):
    """What is asked from the awardee alone, with the last day for all (R2144-4); failed: it could not prove (R2144-7)."""

    __tablename__ = "proof_requests"
    __table_args__ = (
        UniqueConstraint("award_id"),
        UniqueConstraint("id", "organisation_id"),
        CheckConstraint(
            "(failed_at IS NULL) = (failed_by IS NULL) AND (failed_at IS NULL) = (failed_reason IS NULL)"
            " AND (failed_reason IS NULL OR failed_reason <> '')",
            name="failed",
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    due_on: Mapped[date] = mapped_column(comment="last day to send them, the same for every company")
    failed_at: Mapped[datetime | None]
    failed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    failed_reason: Mapped[Text | None] = mapped_column(comment="what could not be proved, told to the awardee alone")

    award: Mapped[Award] = relationship()
    awaited: Mapped[list["AwaitedProof"]] = relationship(back_populates="request", order_by="AwaitedProof.id")

    def standings(self, today: date) -> list[Standing]:
        """Where each proof stands that day."""
        return [each.standing(today) for each in self.awaited]

    def kinds_and_standings(self, today: date) -> list[tuple[ProofKind, Standing]]:
        """The same, each with what it is."""
        return [(each.proof, each.standing(today)) for each in self.awaited]

    def asked_of(self, supplier_id: int) -> list["AwaitedProof"]:
        """What one company proves."""
        return [each for each in self.awaited if each.supplier_id == supplier_id]


class AwaitedProof(Base):
    """One proof of one company: the awardee, or each member of the consortium that it is."""

    __tablename__ = "awaited_proofs"
    __table_args__ = (
        one_of("kind", ProofKind),
        UniqueConstraint("request_id", "supplier_id", "kind"),
        UniqueConstraint("id", "organisation_id"),
        ForeignKeyConstraint(["request_id", "organisation_id"], ["proof_requests.id", "proof_requests.organisation_id"]),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    request_id: Mapped[int] = mapped_column(index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    kind: Mapped[Word]

    request: Mapped[ProofRequest] = relationship(back_populates="awaited")
    supplier: Mapped[Supplier] = relationship()
    given: Mapped[list["GivenProof"]] = relationship(back_populates="awaited", order_by="GivenProof.id")

    @property
    def proof(self) -> ProofKind:
        return ProofKind(self.kind)

    @property
    def label(self) -> str:
        """Its name, as pages and letters say it."""
        return LABELS[self.proof]

    @property
    def held(self) -> list[Given]:
        """What was given for it, as the rules read it."""
        return [Given(each.holds_until, each.decision) for each in self.given]

    @property
    def last(self) -> "GivenProof | None":
        """What was given last."""
        return self.given[-1] if self.given else None

    def standing(self, today: date) -> Standing:
        """Where it stands that day."""
        return standing(self.held, today)


class GivenProof(Base):
    """A paper given for an awaited proof, by the company, out of its vault, or read by the buyer in a register; then judged."""

    __tablename__ = "given_proofs"
    __table_args__ = (
        ForeignKeyConstraint(["awaited_proof_id", "organisation_id"], ["awaited_proofs.id", "awaited_proofs.organisation_id"]),
        only_one("given_proofs_to_check", "awaited_proof_id", where="decision IS NULL"),
        CheckConstraint("decision IS NULL OR decision IN ('accepted', 'refused')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("decision IS NULL OR decision <> 'refused' OR decision_reason <> ''", name="refusal_has_a_reason"),
        CheckConstraint("expires_on IS NULL OR expires_on >= issued_on", name="dates"),
        CheckConstraint("holds_until >= issued_on", name="holds"),
        CheckConstraint("certificate_id IS NOT NULL OR declares_none OR source <> ''", name="something"),
        CheckConstraint("certificate_id IS NULL OR NOT declares_none", name="none_or_a_paper"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    awaited_proof_id: Mapped[int] = mapped_column(index=True)
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"), index=True, comment="the paper, in the vault")
    declares_none: Mapped[bool] = mapped_column(default=False, comment="no foreign worker subject to a permit, on honour")
    source: Mapped[Text] = mapped_column(default="", comment="where the buyer read it, when it did by itself (R2143-13)")
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    holds_until: Mapped[date] = mapped_column(comment="last day, by its own date and by its age, under the law of the day given")
    given_at: Mapped[datetime]
    given_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    decision: Mapped[Word | None]
    decision_reason: Mapped[Text] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    awaited: Mapped[AwaitedProof] = relationship(back_populates="given")
    certificate: Mapped[Certificate | None] = relationship()
    giver: Mapped[Person] = relationship(foreign_keys=[given_by])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])

    @property
    def document(self) -> Document | None:
        """The file, when there is one."""
        return self.certificate.document if self.certificate else None
