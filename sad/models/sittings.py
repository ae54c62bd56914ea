"""Sittings of a committee: the files on the agenda, who sat in each seat, what each said, and the opinions, frozen at the closing."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.committees import Ballot, Opinion
from sad.models.columns import Hash, Id, Name, OrganisationId, Text, Word, one_of, only_one
from sad.models.committees import Committee, CommitteeMember
from sad.models.evaluations import Ranking
from sad.models.people import Person


class Sitting(Base):
    """One meeting, convened in writing; once closed nothing of it changes, and its fingerprint is in the journal."""

    __tablename__ = "sittings"
    __table_args__ = (
        ForeignKeyConstraint(["committee_id", "organisation_id"], ["committees.id", "committees.organisation_id"]),
        UniqueConstraint("id", "committee_id"),
        only_one("sittings_live", "committee_id", where="closed_at IS NULL AND cancelled_at IS NULL"),
        CheckConstraint("place <> ''", name="place"),
        CheckConstraint("quorum <= seats AND 2 * quorum > seats", name="quorum"),
        CheckConstraint("held_at > convened_at", name="convened_before"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (fingerprint IS NULL)", name="closed"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="cancelled"),
        CheckConstraint("cancelled_at IS NULL OR (closed_at IS NULL AND cancelled_reason <> '')", name="closed_or_cancelled"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    committee_id: Mapped[int] = mapped_column(index=True)
    held_at: Mapped[datetime]
    place: Mapped[Name]
    seats: Mapped[int] = mapped_column(comment="of the committee when it was convened")
    quorum: Mapped[int] = mapped_column(comment="the same")
    convened_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    convened_at: Mapped[datetime] = mapped_column(comment="when the letters to the members were written")
    version: Mapped[int] = mapped_column(default=1, comment="two people who type the sitting are told")
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    closed_at: Mapped[datetime | None]
    fingerprint: Mapped[Hash | None] = mapped_column(comment="SHA-256 of who sat, what was said and the opinions")
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[Text | None]

    committee: Mapped[Committee] = relationship(foreign_keys=[committee_id], primaryjoin="Sitting.committee_id == Committee.id")
    convener: Mapped[Person] = relationship(foreign_keys=[convened_by])
    closer: Mapped[Person | None] = relationship(foreign_keys=[closed_by])
    items: Mapped[list["SittingItem"]] = relationship(back_populates="sitting", order_by="SittingItem.position")
    presences: Mapped[list["SittingPresence"]] = relationship(
        back_populates="sitting", order_by="SittingPresence.seat", cascade="all, delete-orphan"
    )

    @property
    def is_live(self) -> bool:
        """Whether it is still to be held or closed."""
        return self.closed_at is None and self.cancelled_at is None


class SittingItem(Base):
    """One file on the agenda: a ranking, so that another ranking needs another opinion."""

    __tablename__ = "sitting_items"
    __table_args__ = (
        UniqueConstraint("sitting_id", "ranking_id"),
        UniqueConstraint("sitting_id", "position"),
        UniqueConstraint("id", "sitting_id"),
        one_of("opinion", Opinion, nullable=True),
        CheckConstraint("(opinion IS NULL) = (sentence IS NULL)", name="sentence"),
    )

    id: Mapped[Id]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), index=True)
    position: Mapped[int]
    postponed_reason: Mapped[Text] = mapped_column(default="", comment="why the committee puts it off; empty: it votes")
    opinion: Mapped[Word | None] = mapped_column(comment="null until the sitting is closed")
    sentence: Mapped[Text | None] = mapped_column(comment="why the votes come to it")

    sitting: Mapped[Sitting] = relationship(back_populates="items")
    ranking: Mapped[Ranking] = relationship()
    votes: Mapped[list["SittingVote"]] = relationship(
        back_populates="item",
        cascade="all, delete-orphan",
        order_by="SittingVote.id",
        primaryjoin="SittingItem.id == SittingVote.item_id",
        foreign_keys="SittingVote.item_id",
    )


class SittingPresence(Base):
    """Who sat in a seat: its titular, a substitute, or nobody."""

    __tablename__ = "sitting_presences"
    __table_args__ = (
        ForeignKeyConstraint(["sitting_id", "committee_id"], ["sittings.id", "sittings.committee_id"]),
        ForeignKeyConstraint(["titular_id", "committee_id"], ["committee_members.id", "committee_members.committee_id"]),
        ForeignKeyConstraint(["sitter_id", "committee_id"], ["committee_members.id", "committee_members.committee_id"]),
        UniqueConstraint("sitting_id", "seat"),
        UniqueConstraint("sitting_id", "sitter_id"),
        UniqueConstraint("sitting_id", "seat", "sitter_id"),
        CheckConstraint("seat >= 1", name="seat"),
    )

    id: Mapped[Id]
    sitting_id: Mapped[int] = mapped_column()
    committee_id: Mapped[int] = mapped_column(index=True)
    seat: Mapped[int]
    titular_id: Mapped[int | None] = mapped_column(index=True, comment="who holds the seat that day; null: vacant")
    sitter_id: Mapped[int | None] = mapped_column(index=True, comment="who sat there; null: nobody")

    sitting: Mapped[Sitting] = relationship(
        back_populates="presences", primaryjoin="SittingPresence.sitting_id == Sitting.id", foreign_keys=[sitting_id]
    )
    titular: Mapped[CommitteeMember | None] = relationship(
        primaryjoin="SittingPresence.titular_id == CommitteeMember.id", foreign_keys=[titular_id]
    )
    sitter: Mapped[CommitteeMember | None] = relationship(
        primaryjoin="SittingPresence.sitter_id == CommitteeMember.id", foreign_keys=[sitter_id]
    )

    @property
    def words(self) -> str:
        """How the seat was held."""
        if self.sitter is None:
            return "Absent" if self.titular else "Siège vacant"
        return "Présent" if self.titular_id == self.sitter_id else f"Suppléance par {self.sitter.name}"


class SittingVote(Base):
    """What one seat said of one file; the key to its presence lets nobody vote who does not sit, nor a seat twice."""

    __tablename__ = "sitting_votes"
    __table_args__ = (
        ForeignKeyConstraint(["item_id", "sitting_id"], ["sitting_items.id", "sitting_items.sitting_id"]),
        ForeignKeyConstraint(
            ["sitting_id", "seat", "member_id"], ["sitting_presences.sitting_id", "sitting_presences.seat", "sitting_presences.sitter_id"]
        ),
        UniqueConstraint("item_id", "seat"),
        one_of("ballot", Ballot),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column()
    sitting_id: Mapped[int] = mapped_column(index=True)
    seat: Mapped[int]
    member_id: Mapped[int] = mapped_column(index=True, comment="who voted; never null, so that an empty seat has no vote")
    ballot: Mapped[Word]

    item: Mapped[SittingItem] = relationship(
        back_populates="votes", primaryjoin="SittingItem.id == SittingVote.item_id", foreign_keys=[item_id]
    )
