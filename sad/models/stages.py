"""Stages: dated, immutable versions of the requirements."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sad.db import Base
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import stage_from_dict
from sad.models.columns import Hash, Id, Name, OrganisationId, only_one
from sad.models.systems import PurchasingSystem


class Stage(Base):
    """A stage (palier) of a system's roadmap; once published its content never changes (PAL-02)."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("system_id", "number"),
        only_one("stages_effective_on", "system_id", "effective_on", where="published_at IS NOT NULL"),
        ForeignKeyConstraint(["system_id", "organisation_id"], ["systems.id", "systems.organisation_id"]),
        CheckConstraint("(published_at IS NULL) = (fingerprint IS NULL)", name="published_with_fingerprint"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[OrganisationId]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"), index=True)
    number: Mapped[int]
    label: Mapped[Name]
    announced_on: Mapped[date | None]
    effective_on: Mapped[date] = mapped_column(comment="starts at 00:00 Europe/Paris of this day")
    content: Mapped[dict[str, Any]] = mapped_column(comment="the whole stage as domain.stages.stage_to_dict gives it")
    published_at: Mapped[datetime | None]
    fingerprint: Mapped[Hash | None] = mapped_column(comment="SHA-256 of the canonical content")

    system: Mapped[PurchasingSystem] = relationship(foreign_keys=[system_id])

    def as_value(self) -> StageValue:
        """The stage as the rules read it."""
        return stage_from_dict(self.content)
