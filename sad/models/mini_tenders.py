"""Mini-tenders (on screen "consultations"): the need, its lines, its frozen grid and its sealing key."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base, Money, Quantity
from sad.domain.deadline_changes import Rewording
from sad.domain.scoring.scoring_file import grid_from_dict
from sad.domain.scoring.values import Grid
from sad.domain.stages import Stage, stage_from_dict
from sad.domain.tastings import Announcement, MissingRule
from sad.models.columns import Hash, Id, Name, OrganisationId, Text, Word, one_of
from sad.models.organisations import Organisation, Service
from sad.models.people import Person
from sad.models.systems import Category, PurchasingSystem

Read = TypeVar("Read")


class MiniTenderState(StrEnum):
    """The last decision taken; open and closed are computed from the calendar, never stored."""

    DRAFT = "draft"
    TO_CHECK = "to_check"
    PUBLISHED = "published"
    OPENED = "opened"
    RANKED = "ranked"
    AWARDED = "awarded"
    NOTIFIED = "notified"
    DISCONTINUED = "discontinued"


class MiniTender(Base):
    """A specific contract put to competition among all the admitted suppliers of one category (R2162-49)."""

    __tablename__ = "mini_tenders"
    __table_args__ = (
        one_of("state", MiniTenderState),
        UniqueConstraint("id", "organisation_id"),
        ForeignKeyConstraint(["system_id", "organisation_id"], ["systems.id", "systems.organisation_id"]),
        ForeignKeyConstraint(["category_id", "organisation_id"], ["categories.id", "categories.organisation_id"]),
        ForeignKeyConstraint(["service_id", "organisation_id"], ["services.id", "services.organisation_id"]),
        CheckConstraint("guests IS NULL OR guests > 0", name="guests"),
        CheckConstraint("budget IS NULL OR budget > 0", name="budget"),
        CheckConstraint(
            "published_at IS NULL OR (closes_at > published_at AND budget IS NOT NULL AND grid IS NOT NULL"
            " AND frozen_fingerprint IS NOT NULL AND stage_fingerprint IS NOT NULL"
            " AND public_key IS NOT NULL AND wrapped_private_key IS NOT NULL)",
            name="frozen_before_invitation",
        ),
        CheckConstraint("state IN ('draft', 'to_check') OR published_at IS NOT NULL", name="published"),
        CheckConstraint("(state = 'discontinued') = (discontinued_at IS NOT NULL)", name="discontinued"),
        Index("ix_mini_tenders_organisation_id_created_at", "organisation_id", "created_at", "id"),
        Index("ix_mini_tenders_organisation_id_state_closes_at", "organisation_id", "state", "closes_at", "id"),
        Index("ix_mini_tenders_service_id_created_at", "service_id", "created_at", "id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True, comment="chosen on a draft's first screen")
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    state: Mapped[Word] = mapped_column(default=MiniTenderState.DRAFT)
    version: Mapped[int] = mapped_column(default=1, comment="two people who edit one draft are told")

    template: Mapped[Word] = mapped_column(comment="key of the need template")
    title: Mapped[Name]
    guests: Mapped[int | None]
    happens_at: Mapped[datetime | None] = mapped_column(comment="when it is served or delivered")
    place: Mapped[Name] = mapped_column(default="")
    access: Mapped[Text] = mapped_column(default="", comment="floor, lift, loading bay")
    vegetarian_meals: Mapped[int | None]
    allergens: Mapped[Name] = mapped_column(default="", comment="to be left out")
    dietary_needs: Mapped[Text] = mapped_column(default="")
    packaging: Mapped[Word] = mapped_column(default="reusable", comment="reusable | compostable: performance condition")
    clauses: Mapped[list[Any]] = mapped_column(default=list, comment="[{key, kind, label, proof}]: conditions of performance (L2112-2)")
    constraints: Mapped[Text] = mapped_column(default="")
    budget: Mapped[Decimal | None] = mapped_column(Money, comment="EUR excl. VAT, fixed before launch (L2152-3)")
    weights: Mapped[dict[str, Any] | None] = mapped_column(comment="criterion key -> chosen weight, in the stage's ranges")
    justifications: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="rule id -> reason given to a warning")
    wanted_closes_at: Mapped[datetime | None] = mapped_column(comment="deadline asked for in the draft")
    returned_reason: Mapped[Text | None] = mapped_column(comment="why the buyer sent the draft back")

    published_at: Mapped[datetime | None] = mapped_column(comment="sent: the commit of the publication")
    published_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closes_at: Mapped[datetime | None] = mapped_column(comment="deadline for offers, included to the microsecond")
    stage_content: Mapped[dict[str, Any] | None] = mapped_column(comment="frozen copy of the stage in force when sent")
    stage_fingerprint: Mapped[Hash | None]
    grid: Mapped[dict[str, Any] | None] = mapped_column(comment="frozen scoring grid, in the scoring file's shape")
    frozen_fingerprint: Mapped[Hash | None] = mapped_column(comment="SHA-256 of grid, budget, lines, stage and invitees (CRI-12)")
    public_key: Mapped[str | None] = mapped_column(comment="age recipient to which offers are sealed")
    wrapped_private_key: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    opener_keys: Mapped[list[Any] | None] = mapped_column(
        comment="numbers of the opener keys, two of which open it; null: the key file alone"
    )
    discontinued_at: Mapped[datetime | None]
    discontinued_reason: Mapped[Text | None]

    organisation: Mapped[Organisation] = relationship()
    system: Mapped[PurchasingSystem] = relationship(foreign_keys=[system_id])
    category: Mapped[Category | None] = relationship(foreign_keys=[category_id])
    service: Mapped[Service] = relationship(foreign_keys=[service_id])
    creator: Mapped[Person] = relationship(foreign_keys=[created_by])
    lines: Mapped[list["MiniTenderLine"]] = relationship(
        back_populates="mini_tender", order_by="MiniTenderLine.position", cascade="all, delete-orphan"
    )

    announced_tasting: Mapped["AnnouncedTasting | None"] = relationship(back_populates="mini_tender", cascade="all, delete-orphan")
    changes: Mapped[list["MiniTenderChange"]] = relationship(back_populates="mini_tender", order_by="MiniTenderChange.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def clause_keys(self) -> list[str]:
        """The keys of the clauses that it chose."""
        return [each["key"] for each in self.clauses]

    @property
    def first_closes_at(self) -> datetime | None:
        """The deadline that the invitation announced, whatever put it off since."""
        return self.changes[0].old_closes_at if self.changes else self.closes_at

    def frozen_value(self, name: str) -> Any:
        """What a piece of the need said when it was sent, whatever changed since (CRI-12)."""
        before = (each.before(name) for each in self.changes)
        return next((text for text in before if text is not None), getattr(self, name))

    def frozen_stage(self) -> Stage:
        """The stage in force when it was sent (PAL-04). Raises ValueError for a draft, which has none yet."""
        if self.stage_content is None:
            raise ValueError("a draft has no stage of its own")
        return self._read_once("stage", self.stage_content, stage_from_dict)

    def frozen_grid(self) -> Grid:
        """The grid on which every offer is scored (CRI-12). Raises ScoringFaults for a draft, which has none yet."""
        return self._read_once("grid", self.grid, grid_from_dict)

    def _read_once(self, name: str, source: Any, read: Callable[[Any], Read]) -> Read:
        """What a frozen copy says, read again only when another copy takes its place: five hundred letters ask for the same one."""
        kept: tuple[Any, Read] | None = self.__dict__.get(f"_{name}_read")
        if kept is None or kept[0] is not source:
            kept = self.__dict__[f"_{name}_read"] = source, read(source)
        return kept[1]


class MiniTenderLine(Base):
    """A line to be priced: so many units of something."""

    __tablename__ = "mini_tender_lines"
    __table_args__ = (UniqueConstraint("mini_tender_id", "position"), CheckConstraint("quantity > 0", name="quantity"))

    id: Mapped[Id]
    mini_tender_id: Mapped[int] = mapped_column(ForeignKey("mini_tenders.id"), index=True)
    position: Mapped[int]
    label: Mapped[Name]
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit: Mapped[Word]
    delivered_on: Mapped[date | None] = mapped_column(comment="when it differs from the mini-tender's day")

    mini_tender: Mapped[MiniTender] = relationship(back_populates="lines")


class AnnouncedTasting(Base):
    """The tasting of samples that a need announces to all its invitees; frozen with it, and none is held without it (CRI-12)."""

    __tablename__ = "announced_tastings"
    __table_args__ = (
        ForeignKeyConstraint(["mini_tender_id", "organisation_id"], ["mini_tenders.id", "mini_tenders.organisation_id"]),
        UniqueConstraint("mini_tender_id"),
        UniqueConstraint("mini_tender_id", "organisation_id"),
        one_of("missing_rule", MissingRule),
        CheckConstraint("place <> '' AND samples <> '' AND criterion <> ''", name="is_whole"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int]
    criterion: Mapped[Word] = mapped_column(comment="key of the criterion that it marks")
    criterion_label: Mapped[Name] = mapped_column(comment="as the invitation names it")
    happens_at: Mapped[datetime]
    place: Mapped[Name] = mapped_column(comment="where samples are handed in")
    samples: Mapped[Name] = mapped_column(comment="what to bring, and how much")
    missing_rule: Mapped[Word] = mapped_column(comment="what becomes of an offer without sample")

    mini_tender: Mapped[MiniTender] = relationship(back_populates="announced_tasting")

    def as_value(self) -> Announcement:
        """As the rules and the fingerprint read it."""
        return Announcement(
            self.criterion, self.criterion_label, self.happens_at, self.place, self.samples, MissingRule(self.missing_rule)
        )


class MiniTenderChange(Base):
    """What a buyer changed after the sending, with the later deadline that goes with it (TIM-03, R2151-4); never altered."""

    __tablename__ = "mini_tender_changes"
    __table_args__ = (
        CheckConstraint("new_closes_at > old_closes_at", name="later"),
        CheckConstraint("decided_at <= old_closes_at", name="before_the_deadline"),
        CheckConstraint("approved_by <> decided_by", name="two_people"),
        CheckConstraint("reason <> ''", name="reason"),
        ForeignKeyConstraint(["mini_tender_id", "organisation_id"], ["mini_tenders.id", "mini_tenders.organisation_id"]),
        UniqueConstraint("mini_tender_id", "old_closes_at"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    mini_tender_id: Mapped[int]
    rewordings: Mapped[list[Any]] = mapped_column(comment="name, before and after of each piece of the need; [] when none")
    old_closes_at: Mapped[datetime]
    new_closes_at: Mapped[datetime]
    reason: Mapped[Text] = mapped_column(comment="written to every invitee")
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    decided_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True, comment="null: decided when one person was enough")

    mini_tender: Mapped[MiniTender] = relationship(back_populates="changes")
    decider: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[decided_by])
    approver: Mapped[Person | None] = relationship(lazy="joined", foreign_keys=[approved_by])

    def before(self, name: str) -> str | None:
        """What this piece of the need said before this change; None when it left it alone."""
        return next((each["before"] for each in self.rewordings if each["name"] == name), None)

    def as_rewordings(self) -> list[Rewording]:
        """What it changed of the need."""
        return [Rewording(**each) for each in self.rewordings]
