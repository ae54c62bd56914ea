"""Changes of a roadmap after the notice: a stage added, postponed or softened by corrigendum, and told to all (PAL-01, PAL-02)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.actions.admitted import admitted_suppliers
from sad.actions.announcements import announce_stage
from sad.actions.journal import record
from sad.actions.stage_drafts import hold_stage_draft
from sad.actions.stages import notice_of, stages_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.comparison import Difference, differences
from sad.domain.corrigenda import Move, corrigendum_faults, is_in_force, move_of
from sad.domain.errors import Refusal, Refused
from sad.domain.justifications import justified, unjustified
from sad.domain.law import StageLaw
from sad.domain.play import SupplierPlay, competition_warnings, play_suppliers
from sad.domain.publication import publication_faults, publication_warnings
from sad.domain.stages import Stage, fingerprint, stage_to_dict
from sad.letters.corrigenda import corrigendum
from sad.models.people import Person
from sad.models.stage_changes import StageChange
from sad.models.stages import Stage as StageRow
from sad.models.systems import PurchasingSystem, SystemPhase


@dataclass(frozen=True, slots=True)
class ExaminedChange:
    """A draft held against the law and against the roadmap, as a corrigendum of this day would publish it.

    `before` is what it is compared with: the revision whose place it takes, else the stage that comes before it.
    """

    stage: Stage
    replaced: StageRow | None
    before: Stage | None
    move: Move
    changes: tuple[Difference, ...]
    play: SupplierPlay
    faults: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def examine_corrigendum(draft: StageRow, at: datetime) -> ExaminedChange:
    """All that stands against publishing this draft by corrigendum now, and what asks for a reason."""
    system, today = draft.system, paris_day(at)
    replaced = replaced_by(draft)
    others = [row.as_value() for row in stages_of(system) if row.id != draft.id and not _gives_way(row, replaced, today)]
    first_told = replaced.announced_on if replaced else None
    stage = replace(draft.as_value(), announced_on=first_told or today)
    move = move_of(stage, replaced.as_value() if replaced else None)
    before = replaced.as_value() if replaced else max((each for each in others if each.number < stage.number), key=_number, default=None)
    notice, law, play = notice_of(system, at), StageLaw.on(today, parameters.value), _play(stage, system, at)
    return ExaminedChange(
        stage=stage,
        replaced=replaced,
        before=before,
        move=move,
        changes=tuple(differences(before, stage)) if before else (),
        play=play,
        faults=(
            *_phase_faults(system, at),
            *publication_faults(stage, others, notice, law),
            *corrigendum_faults(stage, replaced.as_value() if replaced else None, notice, today),
        ),
        warnings=(
            *publication_warnings(stage, others, notice, law),
            *(_competition_warnings(play, system, at) if move is Move.ADDED else ()),
        ),
    )


def publish_corrigendum(
    draft: StageRow,
    *,
    reason: str,
    notice_reference: str,
    justifications: Mapping[str, str],
    home: str,
    by: Person,
    at: datetime,
) -> StageChange:
    """Publish a draft for ever in the roadmap of an open system, and tell every supplier concerned.

    `justifications` gives a reason by rule for each warning; `home` is the address of the product, for the letters.
    Raises `Refused` with everything that stands against it (PAL-01, PAL-02).
    """
    session.flush()
    session.refresh(draft.system, with_for_update={"of": PurchasingSystem})
    hold_stage_draft(draft, None)
    examined = examine_corrigendum(draft, at)
    faults = [*examined.faults, *_said_faults(reason, notice_reference), *unjustified(examined.warnings, justifications)]
    if faults:
        raise Refused(*faults)
    _publish(draft, examined, at)
    change = _change(draft, examined, reason.strip(), notice_reference.strip(), by, at)
    record(
        "publish_corrigendum",
        draft,
        by=by,
        at=at,
        kind=change.kind,
        number=draft.number,
        fingerprint=draft.fingerprint,
        replaced=examined.replaced.fingerprint if examined.replaced else None,
        notice=change.notice_reference,
        justifications=justified(examined.warnings, justifications),
    )
    announce_stage(draft, change, home=home, by=by, at=at)
    return change


def _said_faults(reason: str, notice_reference: str) -> Iterator[Refusal]:
    """What a corrigendum must say and does not."""
    if not reason.strip():
        yield Refusal("La raison du changement manque.", "L’écrire : elle est publiée.", "PAL-02", "reason")
    if not notice_reference.strip():
        yield Refusal(
            "La référence de l’avis rectificatif manque.", "Publier l’avis, puis noter sa référence.", "PAL-01", "notice_reference"
        )


def replaced_by(draft: StageRow) -> StageRow | None:
    """The published stage of which this draft is a revision: the last one on the roadmap with its number."""
    same = [row for row in stages_of(draft.system) if row.number == draft.number and row.is_on_roadmap and row.id != draft.id]
    return max(same, key=lambda row: row.revision, default=None)


def changes_of(system: PurchasingSystem) -> list[StageChange]:
    """The corrigenda of a system, the last first, each with the stages that it made and replaced."""
    own = select(StageChange).join(StageChange.stage).where(StageRow.system_id == system.id)
    told = own.options(joinedload(StageChange.stage), joinedload(StageChange.replaced), joinedload(StageChange.decider))
    return list(session.scalars(told.order_by(StageChange.decided_at.desc(), StageChange.id.desc())))


def _gives_way(row: StageRow, replaced: StageRow | None, today: date) -> bool:
    return replaced is not None and row.id == replaced.id and not is_in_force(row.as_value(), today)


def _number(stage: Stage) -> int:
    return stage.number


def _play(stage: Stage, system: PurchasingSystem, at: datetime) -> SupplierPlay:
    return play_suppliers(stage, admitted_suppliers(system, at), [each.key for each in system.categories])


def _competition_warnings(play: SupplierPlay, system: PurchasingSystem, at: datetime) -> list[Refusal]:
    fewest = parameters.value("minimum_suppliers", on=paris_day(at))
    return competition_warnings(play, {each.key: each.label for each in system.categories}, fewest=fewest)


def _phase_faults(system: PurchasingSystem, at: datetime) -> Iterator[Refusal]:
    phase = system.phase_at(at)
    if phase == SystemPhase.DRAFT:
        yield Refusal("Le système n’est pas encore ouvert.", "Publier ses paliers avec l’avis initial.", "PAL-01")
    elif phase == SystemPhase.ENDED:
        yield Refusal("Le système a pris fin : sa trajectoire ne change plus.", "Publier l’avis d’un nouveau système.", "SAD-21")


def _publish(draft: StageRow, examined: ExaminedChange, at: datetime) -> None:
    """Give the draft its place for ever; a revision not yet in force leaves it, one in force keeps it until the new date."""
    replaced = examined.replaced
    if replaced is not None and not is_in_force(replaced.as_value(), paris_day(at)):
        replaced.replaced_at = at
        session.flush()
    draft.announced_on, draft.content = examined.stage.announced_on, stage_to_dict(examined.stage)
    draft.published_at, draft.fingerprint = at, fingerprint(examined.stage)
    session.flush()


def _change(draft: StageRow, examined: ExaminedChange, reason: str, notice_reference: str, by: Person, at: datetime) -> StageChange:
    replaced = examined.replaced
    text = corrigendum(
        draft.system, examined.stage, replaced.as_value() if replaced else None, examined.move, examined.changes, reason=reason
    )
    change = StageChange(
        organisation_id=draft.organisation_id,
        stage_id=draft.id,
        replaced_id=replaced.id if replaced else None,
        kind=examined.move.value,
        reason=reason,
        corrigendum=text.body,
        notice_reference=notice_reference,
        decided_by=by.id,
        decided_at=at,
    )
    session.add(change)
    session.flush()
    return change
