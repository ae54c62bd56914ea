"""What is coming for one supplier: each stage of its systems, what its usual offer meets and lacks, and what a gap costs it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from sad.actions.plays import WINDOW
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.meaning import Meaning, meaning_of
from sad.domain.play import AdmittedSupplier
from sad.domain.requirements import Nature
from sad.domain.stages import Gap, gaps, in_force_and_coming, stage_from_dict
from sad.domain.stages import Stage as StageValue
from sad.models.admissions import Admission, AdmissionState
from sad.models.applications import OPEN_STATES, Application
from sad.models.mini_tenders import MiniTender
from sad.models.stages import Stage, on_roadmap
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from sad.requirement_library import effort_of


@dataclass(frozen=True, slots=True)
class Reach:
    """How many consultations of the last twelve months a gap concerns.

    `sent`: to the categories that admit the supplier and to which the stage puts the requirement, whether or not it was
    admitted then; `asked`: those of them whose own stage already asked for what it lacks.
    """

    sent: int
    asked: int


@dataclass(frozen=True, slots=True)
class Lack:
    """A gap on the line; `effort` is a key of the requirement library, `is_told` when an earlier stage asks the same already."""

    gap: Gap
    label: str
    effort: str | None
    reach: Reach | None
    is_told: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the line: the one in force, or one that comes."""

    row: Stage
    stage: StageValue
    is_now: bool
    meaning: Meaning
    lacks: tuple[Lack, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.meaning.lacking


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one system, from today on; `reader` is the supplier with its categories there."""

    system: PurchasingSystem
    steps: tuple[Step, ...]
    reader: AdmittedSupplier
    admitted: tuple[Category, ...]
    waiting: tuple[Category, ...]

    @property
    def has_said(self) -> bool:
        """Whether the supplier has declared what it usually offers."""
        return bool(self.reader.declared)

    @property
    def is_met(self) -> bool:
        """Whether its usual offer meets every stage of the line."""
        return not any(step.gaps for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Sent:
    """So many consultations of one category under one frozen stage."""

    category: str
    system_id: int
    stage: StageValue
    count: int


def own_roadmap(supplier: Supplier, at: datetime) -> list[Line]:
    """A line for each system in which the supplier is admitted, suspended or applies, with what each gap is worth to it."""
    of_supplier = Admission.supplier_id == supplier.id
    held = session.execute(
        _categories(Admission).add_columns(Admission.state).where(of_supplier, Admission.state != AdmissionState.REMOVED)
    ).all()
    asked = session.scalars(
        _categories(Application).where(Application.supplier_id == supplier.id, Application.state.in_(OPEN_STATES))
    )
    admitted = [category for category, state in held if state == AdmissionState.ADMITTED]
    others = {each.id: each for each in (*(category for category, _ in held), *asked) if each not in admitted}
    return roadmap_of(supplier, admitted, at, waiting=list(others.values()), sent=_sent(admitted, at))


def roadmap_of(
    supplier: Supplier, admitted: Sequence[Category], at: datetime, *, waiting: Sequence[Category] = (), sent: Sequence[_Sent] = ()
) -> list[Line]:
    """A line for each system of these categories; `waiting` holds those that do not admit the supplier, or not yet."""
    systems = {each.system_id: each.system for each in (*admitted, *waiting)}
    rows: dict[int, list[Stage]] = {}
    for row in session.scalars(select(Stage).where(Stage.system_id.in_(systems), on_roadmap()).order_by(Stage.effective_on)):
        rows.setdefault(row.system_id, []).append(row)
    return [
        _line(systems[key], found, supplier, _of(key, admitted), _of(key, waiting), [each for each in sent if each.system_id == key], at)
        for key, found in sorted(rows.items())
    ]


def _line(
    system: PurchasingSystem,
    rows: Sequence[Stage],
    supplier: Supplier,
    admitted: tuple[Category, ...],
    waiting: tuple[Category, ...],
    sent: Sequence[_Sent],
    at: datetime,
) -> Line:
    keys = tuple(dict.fromkeys(each.key for each in (*admitted, *waiting)))
    reader = AdmittedSupplier(supplier.id, supplier.siret, supplier.name, tuple(supplier.families), supplier.declared, keys)
    values = {row.as_value(): row for row in rows}
    steps: list[Step] = []
    told: set[tuple[str, str]] = set()
    for stage in in_force_and_coming(values, at):
        meaning, row = meaning_of(stage, reader), values[stage]
        lacks = tuple(_lack(gap, stage, reader, sent if admitted else None, told) for gap in meaning.lacking)
        steps.append(Step(row, stage, row.effective_on <= paris_day(at), meaning, lacks))
        told |= {(gap.requirement, gap.wanted) for gap in meaning.lacking}
    return Line(system, tuple(steps), reader, admitted, waiting)


def _lack(gap: Gap, stage: StageValue, reader: AdmittedSupplier, sent: Sequence[_Sent] | None, told: Collection[tuple[str, str]]) -> Lack:
    asked = next(each for each in stage.of_nature(Nature.SPECIFICATION) if each.key == gap.requirement)
    reach = None
    if sent is not None and gap.has is not None:
        concerned = [each for each in sent if asked.applies_to(each.category, reader.families)]
        reach = Reach(sum(each.count for each in concerned), sum(each.count for each in concerned if _already(gap, each, reader)))
    return Lack(gap, asked.label, effort_of(gap.requirement), reach, (gap.requirement, gap.wanted) in told)


def _already(gap: Gap, sent: _Sent, reader: AdmittedSupplier) -> bool:
    """Whether these consultations asked for what the supplier lacks."""
    found = gaps(sent.stage, reader.declared, reader.families, sent.category)
    return gap.requirement in {each.requirement for each in found}


def _sent(admitted: Sequence[Category], at: datetime) -> list[_Sent]:
    """The consultations of the last twelve months in these categories, counted by frozen stage, in one statement."""
    published = (MiniTender.published_at > at - WINDOW, MiniTender.published_at <= at)
    counted = (
        select(MiniTender.category_id, func.count().label("count"), func.min(MiniTender.id).label("first"))
        .where(MiniTender.category_id.in_([each.id for each in admitted]), *published)
        .group_by(MiniTender.category_id, MiniTender.stage_fingerprint)
        .subquery()
    )
    by_id = {each.id: each for each in admitted}
    rows = session.execute(
        select(counted.c.category_id, counted.c.count, MiniTender.stage_content).join(counted, counted.c.first == MiniTender.id)
    )
    return [_Sent(by_id[row[0]].key, by_id[row[0]].system_id, stage_from_dict(row[2]), row[1]) for row in rows]


def _categories(through: type[Admission] | type[Application]) -> Select[Any]:
    return select(Category).join(through, through.category_id == Category.id).options(joinedload(Category.system)).order_by(Category.id)


def _of(system_id: int, categories: Sequence[Category]) -> tuple[Category, ...]:
    return tuple(each for each in categories if each.system_id == system_id)
