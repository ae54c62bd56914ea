"""Stages: proposing a roadmap from the model, publishing it, reading it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select

from sad import parameters
from sad.actions.journal import record
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.justifications import justified, unjustified
from sad.domain.law import StageLaw
from sad.domain.publication import Notice, publication_faults, publication_warnings
from sad.domain.stages import Stage, fingerprint, stage_to_dict
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.stages import Stage as StageRow
from sad.models.systems import PurchasingSystem
from sad.stages_model import stages_model


@dataclass(frozen=True, slots=True)
class Examined:
    """A stage held against the law of the day, as it would be published now."""

    stage: Stage
    faults: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def roadmap_of(system: PurchasingSystem) -> tuple[Stage, ...]:
    """The published stages of a system as the rules read them, by date."""
    return tuple(row.as_value() for row in stages_of(system) if row.published_at is not None)


def stages_of(system: PurchasingSystem) -> list[StageRow]:
    """The stages of a system, drafts included, by date."""
    return list(
        session.scalars(select(StageRow).where(StageRow.system_id == system.id).order_by(StageRow.effective_on, StageRow.number))
    )


def propose_stages(system: PurchasingSystem, dates: Mapping[int, date], *, by: Person, at: datetime) -> list[StageRow]:
    """Draft the stages of the model at these dates, by number; earlier drafts give way.

    Raises `Refused` with every fault (field: `effective_on_2`), once the system is open (PAL-01) or a stage is published (PAL-02).
    """
    check_roadmap_is_draft(system)
    numbers = [number for number in sorted(dates)]
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise refuse("Il manque la date d’un palier avant celui-ci.", "Donner les dates dans l’ordre.", rule="PAL-01")
    proposed = [_from_model(system, number, dates[number], at) for number in numbers]
    faults = [fault for stage in proposed for fault in _dated_faults(stage, proposed, system, at)]
    if faults:
        raise Refused(*faults)
    for row in stages_of(system):
        session.delete(row)
    session.flush()
    rows = [_draft(system, stage) for stage in proposed]
    session.add_all(rows)
    record("propose_stages", system, by=by, at=at, dates={str(number): dates[number].isoformat() for number in numbers})
    return rows


def refresh_drafts(system: PurchasingSystem, at: datetime) -> None:
    """Draw the drafts again after a change of the system: its categories, its first day."""
    for row in stages_of(system):
        if row.published_at is None:
            stage = _from_model(system, row.number, system.valid_from if row.number == 1 else row.effective_on, at)
            row.effective_on, row.announced_on, row.content = stage.effective_on, stage.announced_on, stage_to_dict(stage)


def check_roadmap_is_draft(system: PurchasingSystem) -> None:
    """Raises `Refused` once what the stages say of this system is public."""
    if system.opened_at is not None:
        raise refuse(
            "Le système est ouvert : tous ses paliers étaient dans l’avis initial.",
            "Un palier de plus passe par un avis rectificatif.",
            rule="PAL-01",
        )
    if any(row.published_at is not None for row in stages_of(system)):
        raise refuse(
            "Les paliers sont publiés : ils ne changent plus, ni le premier jour, ni les catégories qu’ils citent.",
            "Un palier publié peut seulement être repoussé ou adouci, pour tous.",
            rule="PAL-02",
        )


def examine_stage(row: StageRow, at: datetime) -> Examined:
    """All that stands against publishing a stage now, and what asks for a reason."""
    stage = replace(row.as_value(), announced_on=_announced_on(row.system, at))
    others = [other.as_value() for other in stages_of(row.system) if other.id != row.id]
    notice, law = notice_of(row.system, at), StageLaw.on(paris_day(at), parameters.value)
    faults = publication_faults(stage, others, notice, law)
    return Examined(stage, tuple(faults), tuple(publication_warnings(stage, others, notice, law)))


def publish_stage(row: StageRow, *, justifications: Mapping[str, str], by: Person, at: datetime) -> StageRow:
    """Publish a stage for ever, with its fingerprint (PAL-01, PAL-02).

    `justifications` gives a reason by rule for each warning. Raises `Refused` with everything that stands against it.
    """
    session.flush()
    session.refresh(row.system, with_for_update=True)
    session.refresh(row, with_for_update=True)
    if row.published_at is not None:
        raise refuse("Ce palier est publié : il ne change plus.", "Il peut être repoussé ou adouci, pour tous.", rule="PAL-02")
    examined = examine_stage(row, at)
    faults = [*examined.faults, *unjustified(examined.warnings, justifications)]
    if faults:
        raise Refused(*faults)
    row.announced_on, row.content = examined.stage.announced_on, stage_to_dict(examined.stage)
    row.published_at, row.fingerprint = at, fingerprint(examined.stage)
    reasons = justified(examined.warnings, justifications)
    record("publish_stage", row, by=by, at=at, number=row.number, fingerprint=row.fingerprint, justifications=reasons)
    return row


def notice_of(system: PurchasingSystem, at: datetime) -> Notice:
    """What the contract notice of the system says; one that has not left yet is taken as leaving now."""
    invited = session.scalar(select(func.min(MiniTender.published_at)).where(MiniTender.system_id == system.id))
    return Notice(
        sent_on=paris_day(system.notice_dispatched_at or at),
        valid_from=system.valid_from,
        valid_until=system.valid_until,
        categories=tuple(each.key for each in system.categories),
        first_invitation_on=paris_day(invited) if invited else None,
    )


def _announced_on(system: PurchasingSystem, at: datetime) -> date:
    """The day of the notice that announces the stage: before the opening the initial one, else a corrigendum of this day."""
    today = paris_day(at)
    if system.opened_at is not None or system.notice_dispatched_at is None:
        return today
    return min(today, paris_day(system.notice_dispatched_at))


def _from_model(system: PurchasingSystem, number: int, effective_on: date, at: datetime) -> Stage:
    model = stages_model()
    if number > len(model.stages):
        raise refuse("Le modèle n’a pas ce palier.", f"Il en propose {len(model.stages)}.", rule="PAL-01")
    categories = {each.key: each.families for each in system.categories}
    return model.stage(number, announced_on=_announced_on(system, at), effective_on=effective_on, categories=categories)


def _dated_faults(stage: Stage, proposed: list[Stage], system: PurchasingSystem, at: datetime) -> list[Refusal]:
    """The faults of a stage of the model: only its dates can be mended here."""
    law = StageLaw.on(paris_day(at), parameters.value)
    found = publication_faults(stage, proposed, notice_of(system, at), law)
    return [replace(each, field=f"{each.field}_{stage.number}") for each in found]


def _draft(system: PurchasingSystem, stage: Stage) -> StageRow:
    return StageRow(
        organisation_id=system.organisation_id,
        system_id=system.id,
        number=stage.number,
        label=stage.label,
        announced_on=stage.announced_on,
        effective_on=stage.effective_on,
        content=stage_to_dict(stage),
    )
