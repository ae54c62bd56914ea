"""Marks with their reasons, and rankings as they were computed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.models.columns import Hash, Id, OrganisationId, Text, Word
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person


class ConflictDeclaration(Base):
    """What an agent declares before seeing names: no interest in any tenderer (ANA-05, L2141-10)."""

    __tablename__ = "conflict_declarations"
    __table_args__ = (
        UniqueConstraint("mini_tender_id", "person_id"),
        CheckConstraint("link IS NULL OR (has_conflict AND link <> '')", name="link"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    has_conflict: Mapped[bool]
    link: Mapped[Text | None] = mapped_column(comment="with which supplier and in what way, in its own words")
    declared_at: Mapped[datetime]


class Mark(Base):
    """The mark of an opened offer on one criterion, with its written reason: one person's, or the consensus of several evaluators."""

    __tablename__ = "marks"
    __table_args__ = (
        UniqueConstraint("offer_id", "criterion"),
        ForeignKeyConstraint(["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"]),
        CheckConstraint("offer_is_opened", name="sealed_offer_has_no_mark"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("apart_reason IS NULL OR apart_reason <> ''", name="apart_reason"),
    )

    id: Mapped[Id]
    offer_id: Mapped[int]
    offer_is_opened: Mapped[bool] = mapped_column(default=True, comment="always true: the key to an offer that is opened")
    criterion: Mapped[Word]
    value: Mapped[Word] = mapped_column(comment="as the grid's method takes it: a mark out of the scale, as decimal text")
    reason: Mapped[Text]
    apart_reason: Mapped[Text | None] = mapped_column(comment="why a consensus is under or over every evaluator's mark")
    is_to_review: Mapped[bool] = mapped_column(default=False, comment="who evaluates has changed since: it is to be given again")
    given_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    given_at: Mapped[datetime]

    offer: Mapped[Offer] = relationship()
    evaluator: Mapped[Person] = relationship(foreign_keys=[given_by])


class Ranking(Base):
    """A ranking as it was computed, with the inputs that give it again."""

    __tablename__ = "rankings"

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    ranked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    ranked_at: Mapped[datetime]
    scoring_file: Mapped[dict[str, Any]] = mapped_column(comment="grid and values, in the scoring file's format")
    result: Mapped[dict[str, Any]] = mapped_column(comment="what rank() gave: ranking, eliminated, ties, warnings")
    frozen_fingerprint: Mapped[Hash] = mapped_column(comment="of the mini-tender, at that time")
    solidity: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="criterion key -> [lowest, highest] weight that leaves the first place as it is"
    )

    mini_tender: Mapped[MiniTender] = relationship()
    places: Mapped[list["RankedOffer"]] = relationship(back_populates="ranking", order_by="RankedOffer.rank, RankedOffer.id")


class RankedOffer(Base):
    """The place of one offer: the points that every page and letter quotes."""

    __tablename__ = "ranked_offers"
    __table_args__ = (
        UniqueConstraint("ranking_id", "offer_id"),
        ForeignKeyConstraint(["offer_id", "offer_is_opened"], ["offers.id", "offers.is_opened"]),
        CheckConstraint("offer_is_opened", name="sealed_offer_has_no_rank"),
    )

    id: Mapped[Id]
    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"))
    offer_id: Mapped[int] = mapped_column(index=True)
    offer_is_opened: Mapped[bool] = mapped_column(default=True)
    ref: Mapped[Text] = mapped_column(comment="how the scoring file names it")
    rank: Mapped[int | None] = mapped_column(comment="null: eliminated under a minimum")
    total: Mapped[Word | None] = mapped_column(comment="points as printed")
    points: Mapped[dict[str, Any]] = mapped_column(comment="criterion key -> points as printed")
    explanation: Mapped[list[str]] = mapped_column(default=list)
    elimination_reason: Mapped[Text | None]
    would_be_first: Mapped[dict[str, Any] | None] = mapped_column(
        comment="what alone would have put it first: price_cut in EUR excl. VAT, criteria with the best value on each"
    )

    ranking: Mapped[Ranking] = relationship(back_populates="places")
    offer: Mapped[Offer] = relationship()


class TieDecision(Base):
    """Which of the offers that share the first place is retained, decided before a witness (CRI-11)."""

    __tablename__ = "tie_decisions"
    __table_args__ = (
        CheckConstraint("witness_id <> decided_by", name="two_people"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), unique=True)
    ranked_offer_id: Mapped[int] = mapped_column(ForeignKey("ranked_offers.id"), index=True)
    reason: Mapped[Text] = mapped_column(comment="how it was decided: the draw, or the comparison that was made")
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    witness_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]

    ranking: Mapped[Ranking] = relationship()
    place: Mapped[RankedOffer] = relationship()
    decider: Mapped[Person] = relationship(foreign_keys=[decided_by])
    witness: Mapped[Person] = relationship(foreign_keys=[witness_id])
