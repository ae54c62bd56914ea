"""Stages: dated, immutable versions of the requirements."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, ForeignKeyConstraint, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import stage_from_dict
from sad.models.columns import Hash, Id, Name, OrganisationId, only_one
from sad.models.systems import PurchasingSystem

ON_ROADMAP = "published_at IS NOT NULL AND replaced_at IS NULL"


def on_roadmap() -> ColumnElement[bool]:
    """The condition that a stage is published and that no other revision took its place."""
    return and_(Stage.published_at.is_not(None), Stage.replaced_at.is_(None))


class Stage(Base):
    """A stage (palier) of a system's roadmap; once published its content never changes (PAL-02).

    A postponed or softened stage is another row of the same number with the next `revision`; the one before stays readable.
    """

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("system_id", "number", "revision"),
        only_one("stages_effective_on", "system_id", "effective_on", where=ON_ROADMAP),
        only_one("stages_draft", "system_id", "number", where="published_at IS NULL"),
        CheckConstraint("replaced_at IS NULL OR published_at IS NOT NULL", name="replaced_once_published"),
        ForeignKeyConstraint(["system_id", "organisation_id"], ["systems.id", "systems.organisation_id"]),
        CheckConstraint("(published_at IS NULL) = (fingerprint IS NULL)", name="published_with_fingerprint"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    number: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1, comment="1, then one more each time it is postponed or softened")
    version: Mapped[int] = mapped_column(default=1, comment="two people who edit one draft are told")
    label: Mapped[Name]
    announced_on: Mapped[date | None]
    effective_on: Mapped[date] = mapped_column(comment="starts at 00:00 Europe/Paris of this day")
    content: Mapped[dict[str, Any]] = mapped_column(comment="the whole stage as domain.stages.stage_to_dict gives it")
    published_at: Mapped[datetime | None]
    fingerprint: Mapped[Hash | None] = mapped_column(comment="SHA-256 of the canonical content")
    replaced_at: Mapped[datetime | None] = mapped_column(comment="another revision took its place before it took effect")
    comments_until: Mapped[date | None] = mapped_column(comment="last day on which the services may comment the draft")
    comments_closed_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}

    system: Mapped[PurchasingSystem] = relationship(foreign_keys=[system_id])

    @property
    def is_on_roadmap(self) -> bool:
        """Whether it is published and no other revision took its place."""
        return self.published_at is not None and self.replaced_at is None

    def as_value(self) -> StageValue:
        """The stage as the rules read it."""
        return stage_from_dict(self.content)
