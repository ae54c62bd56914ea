"""What is coming for a supplier: each stage of its systems, with what its usual offer lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from sad.db import session
from sad.domain.stages import Gap, gaps, next_stages, stage_in_force
from sad.domain.stages import Stage as StageValue
from sad.models.stages import Stage, on_roadmap
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the line: the one in force, or one that comes."""

    stage: StageValue
    is_now: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one system, from today on; `has_said` once the supplier has declared what it usually offers."""

    system: PurchasingSystem
    steps: tuple[Step, ...]
    has_said: bool


def roadmap_of(supplier: Supplier, categories: Iterable[Category], at: datetime) -> list[Line]:
    """A line for each system in which the supplier is admitted or applies, for its categories there."""
    keys: dict[int, list[str]] = {}
    systems: dict[int, PurchasingSystem] = {}
    for category in categories:
        systems[category.system_id] = category.system
        keys.setdefault(category.system_id, []).append(category.key)
    stages: dict[int, list[StageValue]] = {}
    for row in session.scalars(select(Stage).where(Stage.system_id.in_(systems), on_roadmap())):
        stages.setdefault(row.system_id, []).append(row.as_value())
    return [_line(systems[system], found, keys[system], supplier, at) for system, found in sorted(stages.items())]


def _line(system: PurchasingSystem, stages: list[StageValue], keys: list[str], supplier: Supplier, at: datetime) -> Line:
    coming = next_stages(stages, at)
    now = [] if len(coming) == len(stages) else [stage_in_force(stages, at)]
    steps = [Step(stage, stage in now, tuple(_gaps(stage, keys, supplier))) for stage in (*now, *coming)]
    return Line(system, tuple(steps), bool(supplier.declared))


def _gaps(stage: StageValue, keys: list[str], supplier: Supplier) -> list[Gap]:
    """What is lacking in any of these categories, each requirement once."""
    found = {gap.requirement: gap for key in keys for gap in gaps(stage, supplier.declared, supplier.families, key)}
    return list(found.values())
