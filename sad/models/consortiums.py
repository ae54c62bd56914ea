"""Consortiums: companies that answer together through a lead, what each takes, and the agreement they sign."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from sad.db import Base, ScaledInteger
from sad.domain.consortiums import Liability, Part, Payment, part_from_dict
from sad.models.columns import Hash, Id, Name, OrganisationId, Text, Word, one_of, only_one
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.systems import Category

UNDECIDED = "decided_at IS NULL"


class Consortium(Base):
    """A group for one category. To the buyer it is the supplier `supplier_id`, which bears its lead's SIRET (R2142-23)."""

    __tablename__ = "consortiums"
    __table_args__ = (
        one_of("form", Liability),
        one_of("payment", Payment),
        UniqueConstraint("supplier_id"),
        ForeignKeyConstraint(["category_id", "organisation_id"], ["categories.id", "categories.organisation_id"]),
        ForeignKeyConstraint(["supplier_id", "lead_id"], ["suppliers.id", "suppliers.lead_id"]),
        only_one("consortiums_led", "lead_id", "category_id", where="ended_at IS NULL"),
        CheckConstraint(
            "(concluded_at IS NULL) = (agreement IS NULL) AND (concluded_at IS NULL) = (agreement_sha256 IS NULL)"
            " AND (concluded_at IS NULL) = (agreed_parts IS NULL)",
            name="concluded",
        ),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    category_id: Mapped[int] = mapped_column(index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), comment="the candidate that it is for the buyer")
    lead_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), comment="mandataire")
    form: Mapped[Word] = mapped_column(default=Liability.JOINT)
    payment: Mapped[Word] = mapped_column(default=Payment.EACH)
    offered: Mapped[list[str]] = mapped_column(comment="keys of the product families of the category that they offer together")
    on_default: Mapped[Text] = mapped_column(default="", comment="what the members do when one of them fails")
    revision: Mapped[int] = mapped_column(default=1, comment="rises with each change of the text, so that two editors do not cross")
    founded_at: Mapped[datetime]
    founded_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    concluded_at: Mapped[datetime | None] = mapped_column(comment="the signed agreement went with an application")
    agreement: Mapped[str | None] = mapped_column(comment="the text in force, as it was signed")
    agreement_sha256: Mapped[Hash | None]
    agreed_parts: Mapped[list[Any] | None] = mapped_column(comment="the parts of the agreement in force, the lead's first")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[Text | None]

    category: Mapped[Category] = relationship(foreign_keys=[category_id])
    supplier: Mapped[Supplier] = relationship(foreign_keys=[supplier_id], backref=backref("consortium", uselist=False))
    lead: Mapped[Supplier] = relationship(foreign_keys=[lead_id], viewonly=True)
    members: Mapped[list["ConsortiumMember"]] = relationship(back_populates="consortium", order_by="ConsortiumMember.id")
    replacements: Mapped[list["MemberReplacement"]] = relationship(back_populates="consortium", order_by="MemberReplacement.id")

    @property
    def liability(self) -> Liability:
        return Liability(self.form)

    @property
    def present(self) -> list["ConsortiumMember"]:
        """The members that have not left, the lead first."""
        return [each for each in self.members if each.left_at is None]

    @property
    def replacement(self) -> "MemberReplacement | None":
        """The replacement that the buyer asked for and has not decided."""
        return next((each for each in self.replacements if each.decided_at is None), None)

    @property
    def parties(self) -> list["ConsortiumMember"]:
        """Whoever the agreement binds as it is written now: the members present, but the one to be replaced."""
        replacement = self.replacement
        return [each for each in self.present if replacement is None or each.id != replacement.member_id]

    @property
    def parts(self) -> list[Part]:
        """What each party takes in the agreement as it is written now, the lead first."""
        return [
            Part(
                supplier_id=each.supplier_id,
                name=each.supplier.name,
                siret=each.supplier.siret,
                task=each.task,
                share=each.share,
                is_lead=each.is_lead,
                signatory=each.signatory.name if each.signatory else "",
                signed_at=each.signed_at,
            )
            for each in self.parties
        ]

    @property
    def parts_in_force(self) -> list[Part]:
        """What each member takes in the agreement that went to the buyer; none before."""
        return [part_from_dict(each) for each in self.agreed_parts or ()]


def consortium_of(supplier: Supplier) -> Consortium | None:
    """The consortium that this supplier is, if it is one."""
    if supplier.lead_id is None:
        return None
    # Only the relationship above makes this way back: suppliers import nothing of consortiums.
    found: Consortium | None = supplier.consortium  # type: ignore[attr-defined]
    return found


class ConsortiumMember(Base):
    """A company of a consortium: invited, then it accepts, then it signs the text whose fingerprint is kept."""

    __tablename__ = "consortium_members"
    __table_args__ = (
        UniqueConstraint("id", "consortium_id"),
        only_one("consortium_members_present", "consortium_id", "supplier_id", where="left_at IS NULL"),
        CheckConstraint("share IS NULL OR (share > 0 AND share <= 10000)", name="share"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL) AND (signed_at IS NULL) = (signed_sha256 IS NULL)", name="signed"),
        CheckConstraint("signed_at IS NULL OR (accepted_at IS NOT NULL AND sworn_statement)", name="sworn_statement"),
        CheckConstraint("(left_at IS NULL) = (left_reason IS NULL)", name="left"),
    )

    id: Mapped[Id]
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortiums.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    task: Mapped[Name] = mapped_column(default="", comment="what it does: its products, its part of the work")
    share: Mapped[Decimal | None] = mapped_column(ScaledInteger(2), comment="per cent of the price excl. VAT")
    invited_at: Mapped[datetime]
    invited_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    sworn_statement: Mapped[bool] = mapped_column(default=False, comment="declaration on honour of this member, R2143-3")
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    signed_sha256: Mapped[Hash | None] = mapped_column(comment="fingerprint of the text shown; another text is not signed")
    left_at: Mapped[datetime | None]
    left_reason: Mapped[Text | None]

    consortium: Mapped[Consortium] = relationship(back_populates="members")
    supplier: Mapped[Supplier] = relationship()
    signatory: Mapped[Person | None] = relationship(foreign_keys=[signed_by])

    @property
    def is_lead(self) -> bool:
        return self.supplier_id == self.consortium.lead_id


class MemberReplacement(Base):
    """A member hit by an exclusion, which the group replaces within the days given, else it falls (ADM-10, L2141-13)."""

    __tablename__ = "member_replacements"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "consortium_id"], ["consortium_members.id", "consortium_members.consortium_id"]),
        ForeignKeyConstraint(["newcomer_id", "consortium_id"], ["consortium_members.id", "consortium_members.consortium_id"]),
        only_one("member_replacements_undecided", "consortium_id", where=UNDECIDED),
        CheckConstraint("facts <> ''", name="facts"),
        CheckConstraint("(presented_at IS NULL) = (newcomer_id IS NULL)", name="presented"),
        CheckConstraint("newcomer_id <> member_id", name="another"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_accepted IS NULL)"
            " AND (decided_at IS NULL) = (decision IS NULL)",
            name="decided",
        ),
        CheckConstraint("is_accepted IS NULL OR NOT is_accepted OR presented_at IS NOT NULL", name="accepted_once_presented"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortiums.id"), index=True)
    member_id: Mapped[int] = mapped_column(index=True)
    ground: Mapped[Word] = mapped_column(comment="article of the exclusion: L2141-1 to L2141-10")
    facts: Mapped[Text]
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[date] = mapped_column(comment="last day to present a replacement (L2141-13)")
    newcomer_id: Mapped[int | None] = mapped_column(index=True)
    presented_at: Mapped[datetime | None] = mapped_column(comment="the agreement signed with the newcomer was presented to the buyer")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    is_accepted: Mapped[bool | None]
    decision: Mapped[Text | None] = mapped_column(comment="reason of the decision, told to the lead")

    consortium: Mapped[Consortium] = relationship(back_populates="replacements", foreign_keys=[consortium_id])
    member: Mapped[ConsortiumMember] = relationship(foreign_keys=[member_id], viewonly=True)
    newcomer: Mapped[ConsortiumMember | None] = relationship(foreign_keys=[newcomer_id], viewonly=True)
