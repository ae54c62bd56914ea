"""Stages: proposing a roadmap from the model, publishing it, reading it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, func, select

from sad import parameters
from sad.actions.journal import record
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.justifications import justified, unjustified
from sad.domain.law import StageLaw
from sad.domain.publication import Notice, publication_faults, publication_warnings
from sad.domain.reserved import with_status
from sad.domain.stages import Stage, fingerprint, stage_to_dict
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.models.stage_changes import StageComment, StagePlay
from sad.models.stages import Stage as StageRow
from sad.models.systems import PurchasingSystem
from sad.stages_model import follow_categories, model_length, model_stages


@dataclass(frozen=True, slots=True)
class Examined:
    """A stage held against the law of the day, as it would be published now."""

    stage: Stage
    faults: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def roadmap_of(system: PurchasingSystem) -> tuple[Stage, ...]:
    """The published stages of a system as the rules read them, by date; a revision whose place was taken is not among them."""
    return tuple(row.as_value() for row in stages_of(system) if row.is_on_roadmap)


def stages_of(system: PurchasingSystem) -> list[StageRow]:
    """The stages of a system by date: its roadmap and its drafts."""
    own = select(StageRow).where(StageRow.system_id == system.id, StageRow.replaced_at.is_(None))
    return list(session.scalars(own.order_by(StageRow.effective_on, StageRow.number)))


def versions_of(system: PurchasingSystem, *, with_drafts: bool = False) -> list[StageRow]:
    """Every published version of every stage of a system by date, even those whose place was taken; the drafts too if asked."""
    own = select(StageRow).where(StageRow.system_id == system.id)
    if not with_drafts:
        own = own.where(StageRow.published_at.is_not(None))
    return list(session.scalars(own.order_by(StageRow.effective_on, StageRow.number, StageRow.revision)))


def propose_stages(system: PurchasingSystem, dates: Sequence[date], *, by: Person, at: datetime) -> list[StageRow]:
    """Draft the first stages of the model, one for each of these dates.

    A draft of the model that is already there keeps what people wrote in it and takes its new date; one without a date any
    more goes away; those that people added after the model stay as they are.
    Raises `Refused` with every fault (field: `effective_on_2`), once the system is open (PAL-01) or a stage is published (PAL-02).
    """
    check_roadmap_is_draft(system)
    rows = {row.number: row for row in stages_of(system)}
    proposed = [_dated(stage, rows.get(stage.number)) for stage in _from_model(system, dates, at)]
    added = [row.as_value() for number, row in rows.items() if number > model_length()]
    faults = [fault for stage in proposed for fault in _dated_faults(stage, [*proposed, *added], system, at)]
    if faults:
        raise Refused(*faults)
    for number in set(rows) - {each.number for each in (*proposed, *added)}:
        erase_draft(rows[number])
    kept = [_rewritten(rows.get(stage.number), system, stage) for stage in proposed]
    session.add_all(kept)
    record("propose_stages", system, by=by, at=at, dates=[day.isoformat() for day in dates])
    return kept


def follow_system(system: PurchasingSystem, before: Mapping[str, Collection[str]], *, at: datetime) -> None:
    """Adapt the drafts to a change of the system: its first day, its categories (`before`: the families that each bought).

    What people wrote in them stays; only the categories that they cite follow, as the model would cite them.
    """
    after = {each.key: each.families for each in system.categories}
    for row in stages_of(system):
        if row.published_at is None:
            stage = with_its_status(follow_categories(row.as_value(), before, after), system, at)
            day = system.valid_from if row.number == 1 else row.effective_on
            _rewritten(row, system, replace(stage, effective_on=day, announced_on=announcement_day(system, at)))


def erase_draft(row: StageRow) -> None:
    """Take a draft away with what was tried and said of it, in an act that is journalled."""
    for model in (StageComment, StagePlay):
        session.execute(delete(model).where(model.stage_id == row.id))
    session.delete(row)
    session.flush()


def check_roadmap_is_draft(system: PurchasingSystem) -> None:
    """Raises `Refused` once what the stages say of this system is public."""
    if system.opened_at is not None:
        raise refuse(
            "Le système est ouvert : tous ses paliers étaient dans l’avis initial.",
            "Un palier de plus passe par un avis rectificatif.",
            rule="PAL-01",
        )
    if any(row.published_at is not None for row in stages_of(system)):
        raise refuse(
            "Les paliers sont publiés : ils ne changent plus, ni le premier jour, ni les catégories qu’ils citent.",
            "Un palier publié peut seulement être repoussé ou adouci, pour tous.",
            rule="PAL-02",
        )


def examine_stage(row: StageRow, at: datetime) -> Examined:
    """All that stands against publishing a stage now, and what asks for a reason."""
    stage = replace(row.as_value(), announced_on=announcement_day(row.system, at))
    others = [other.as_value() for other in stages_of(row.system) if other.id != row.id]
    notice, law = notice_of(row.system, at), StageLaw.on(paris_day(at), parameters.value)
    faults = publication_faults(stage, others, notice, law)
    return Examined(stage, tuple(faults), tuple(publication_warnings(stage, others, notice, law)))


def publish_stage(row: StageRow, *, justifications: Mapping[str, str], by: Person, at: datetime) -> StageRow:
    """Publish a stage for ever, with its fingerprint (PAL-01, PAL-02).

    `justifications` gives a reason by rule for each warning. Raises `Refused` with everything that stands against it.
    """
    session.flush()
    session.refresh(row.system, with_for_update={"of": PurchasingSystem})
    session.refresh(row, with_for_update={"of": StageRow})
    if row.published_at is not None:
        raise refuse("Ce palier est publié : il ne change plus.", "Il peut être repoussé ou adouci, pour tous.", rule="PAL-02")
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
        reserved=system.reserved,
    )


def announcement_day(system: PurchasingSystem, at: datetime) -> date:
    """The day of the notice that announces the stage: before the opening the initial one, else a corrigendum of this day."""
    today = paris_day(at)
    if system.opened_at is not None or system.notice_dispatched_at is None:
        return today
    return min(today, paris_day(system.notice_dispatched_at))


def with_its_status(stage: Stage, system: PurchasingSystem, at: datetime) -> Stage:
    """The stage with the status that the reserved categories of its system ask for (RES-01)."""
    return with_status(stage, system.reserved, parameters.value("reserved_workers_percent", on=paris_day(at)))


def _from_model(system: PurchasingSystem, dates: Sequence[date], at: datetime) -> tuple[Stage, ...]:
    if not 0 < len(dates) <= model_length():
        message = f"Le modèle propose de 1 à {model_length()} paliers."
        raise refuse(message, "Donner la date de chacun de ceux que vous retenez.", rule="PAL-01", field="effective_on_1")
    families = {each.key: each.families for each in system.categories}
    return tuple(with_its_status(stage, system, at) for stage in model_stages(announcement_day(system, at), dates, families))


def _dated(stage: Stage, draft: StageRow | None) -> Stage:
    """The stage of the model, or the draft that somebody may have changed, on the day and under the announcement of the model's."""
    if draft is None:
        return stage
    return replace(draft.as_value(), effective_on=stage.effective_on, announced_on=stage.announced_on)


def _rewritten(row: StageRow | None, system: PurchasingSystem, stage: Stage) -> StageRow:
    if row is None:
        return draft_row(system, stage)
    row.effective_on, row.announced_on, row.content = stage.effective_on, stage.announced_on, stage_to_dict(stage)
    return row


def _dated_faults(stage: Stage, proposed: Sequence[Stage], system: PurchasingSystem, at: datetime) -> list[Refusal]:
    """What stands against the date of a stage; its content is mended elsewhere."""
    law = StageLaw.on(paris_day(at), parameters.value)
    found = publication_faults(stage, proposed, notice_of(system, at), law)
    return [replace(each, field=f"{each.field}_{stage.number}") for each in found if each.field == "effective_on"]


def draft_row(system: PurchasingSystem, stage: Stage, *, revision: int = 1) -> StageRow:
    """The row of a draft with that content, not added to the session."""
    return StageRow(
        organisation_id=system.organisation_id,
        system_id=system.id,
        number=stage.number,
        revision=revision,
        label=stage.label,
        announced_on=stage.announced_on,
        effective_on=stage.effective_on,
        content=stage_to_dict(stage),
    )
