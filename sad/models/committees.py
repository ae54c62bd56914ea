"""The advisory committee of an organisation: its rules, and its members, who end and are never deleted."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base, Money
from sad.models.columns import Id, Name, OrganisationId, only_one
from sad.models.organisations import Organisation
from sad.models.people import Person

LIVE = "until IS NULL"


class Committee(Base):
    """A committee whose opinion the organisation asks before it awards; the contracting authority alone decides (AWD-09)."""

    __tablename__ = "committees"
    __table_args__ = (
        UniqueConstraint("organisation_id"),
        UniqueConstraint("id", "organisation_id"),
        CheckConstraint("name <> '' AND place <> ''", name="is_whole"),
        CheckConstraint("seats >= 3 AND quorum <= seats AND 2 * quorum > seats", name="quorum"),
        CheckConstraint("interval_days >= 1", name="interval_days"),
        CheckConstraint("asked_from >= 0", name="asked_from"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    name: Mapped[Name]
    is_asked: Mapped[bool] = mapped_column(default=True, comment="false: its opinion is no longer asked, its sittings stay readable")
    asked_from: Mapped[Decimal] = mapped_column(Money, comment="EUR excl. VAT of the offer: from this amount its opinion is asked")
    seats: Mapped[int]
    quorum: Mapped[int] = mapped_column(comment="seats that must be able to vote on a file: more than half of all")
    first_at: Mapped[datetime] = mapped_column(comment="a usual sitting: it sets the day of the week and the hour in Paris")
    interval_days: Mapped[int] = mapped_column(comment="from one usual sitting to the next")
    place: Mapped[Name]
    set_up_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    set_up_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    members: Mapped[list["CommitteeMember"]] = relationship(
        back_populates="committee",
        order_by="CommitteeMember.id",
        primaryjoin="CommitteeMember.committee_id == Committee.id",
        foreign_keys="CommitteeMember.committee_id",
    )

    @property
    def sitting_members(self) -> list["CommitteeMember"]:
        """The members who have not left: titulars by seat, then substitutes."""
        live = [member for member in self.members if member.until is None]
        return sorted(live, key=lambda member: (member.seat is None, member.seat or 0, member.id))

    @property
    def titulars(self) -> list["CommitteeMember"]:
        """Those who hold a seat now, the president first."""
        return [member for member in self.sitting_members if member.seat is not None]

    @property
    def substitutes(self) -> list["CommitteeMember"]:
        """Those who may sit for an absent titular now."""
        return [member for member in self.sitting_members if member.seat is None]


class CommitteeMember(Base):
    """Somebody named to a seat, or as a substitute; linked to an account where there is one."""

    __tablename__ = "committee_members"
    __table_args__ = (
        ForeignKeyConstraint(["committee_id", "organisation_id"], ["committees.id", "committees.organisation_id"]),
        UniqueConstraint("id", "committee_id"),
        only_one("committee_members_seat", "committee_id", "seat", where=LIVE),
        only_one("committee_members_email", "committee_id", "email", where=LIVE),
        only_one("committee_members_person", "committee_id", "person_id", where=LIVE),
        CheckConstraint("name <> '' AND email <> ''", name="is_whole"),
        CheckConstraint("seat IS NULL OR seat >= 1", name="seat"),
        CheckConstraint("until IS NULL OR until >= since", name="until"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    committee_id: Mapped[int] = mapped_column(index=True)
    seat: Mapped[int | None] = mapped_column(comment="1 is the president's; null: a substitute")
    name: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="", comment="what the person is: vice-president, councillor")
    email: Mapped[Name] = mapped_column(comment="lower case")
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id"), index=True, comment="its account, whose declared interests count"
    )
    since: Mapped[date]
    until: Mapped[date | None] = mapped_column(comment="its last day; null: still a member")
    named_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)

    committee: Mapped[Committee] = relationship(
        back_populates="members", foreign_keys=[committee_id], primaryjoin="CommitteeMember.committee_id == Committee.id"
    )
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
