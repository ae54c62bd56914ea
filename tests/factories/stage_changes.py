"""Roadmaps changed after the notice: a stage added, postponed or softened, with the corrigendum that says so."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sad.db import session
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import fingerprint, stage_to_dict
from sad.models.people import Person
from sad.models.stage_changes import StageChange, StageChangeKind
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem

DECIDED = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def make_added(system: PurchasingSystem, value: StageValue, by: Person, **values) -> StageChange:
    """A stage that the notice did not announce."""
    return _change(system, value, None, StageChangeKind.ADDED, by, values)


def make_postponed(row: Stage, effective_on: date, by: Person, **values) -> StageChange:
    """The same stage on a later day."""
    value = replace(row.as_value(), effective_on=effective_on)
    return _change(row.system, value, row, StageChangeKind.POSTPONED, by, values)


def make_softened(row: Stage, value: StageValue, by: Person, **values) -> StageChange:
    """The same stage asking less."""
    return _change(row.system, value, row, StageChangeKind.SOFTENED, by, values)


def stage_row(system: PurchasingSystem, number: int) -> Stage:
    """The stage of that number on the roadmap."""
    return (
        session.query(Stage)
        .filter_by(system_id=system.id, number=number, replaced_at=None)
        .filter(Stage.published_at.is_not(None))
        .order_by(Stage.revision.desc())
        .first()
    )


def make_draft_stage(system: PurchasingSystem, value: StageValue, *, revision: int = 1) -> Stage:
    """A draft of that content, not published."""
    return _row(system, value, revision)


def _row(system: PurchasingSystem, value: StageValue, revision: int, **values) -> Stage:
    row = Stage(
        organisation_id=system.organisation_id,
        system_id=system.id,
        number=value.number,
        revision=revision,
        label=value.label,
        announced_on=value.announced_on,
        effective_on=value.effective_on,
        content=stage_to_dict(value),
        **values,
    )
    session.add(row)
    session.flush()
    return row


def _change(
    system: PurchasingSystem, value: StageValue, replaced: Stage | None, kind: StageChangeKind, by: Person, values: dict
) -> StageChange:
    decided_at = values.setdefault("decided_at", DECIDED)
    if replaced:
        replaced.replaced_at = decided_at
        session.flush()
    revision = replaced.revision + 1 if replaced else 1
    row = _row(system, value, revision, published_at=decided_at, fingerprint=fingerprint(value))
    change = StageChange(
        **{
            "organisation_id": system.organisation_id,
            "stage": row,
            "replaced": replaced,
            "kind": kind,
            "reason": "Les producteurs ont demandé du temps.",
            "corrigendum": "Avis rectificatif : le palier change.",
            "notice_reference": "26-777777",
            "decided_by": by.id,
            **values,
        }
    )
    session.add(change)
    session.flush()
    return change
