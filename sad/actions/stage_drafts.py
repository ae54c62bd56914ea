"""Drafts of stages, written line by line by several people: copied from what is published, published by other acts."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sad import parameters
from sad.actions.journal import record
from sad.actions.stages import announcement_day, draft_row, erase_draft, stages_of, with_its_status
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.law import StageLaw
from sad.domain.requirement_law import requirement_faults
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage, stage_to_dict
from sad.models.people import Person
from sad.models.stages import Stage as StageRow
from sad.models.systems import PurchasingSystem
from sad.stages_model import model_stages

PUBLISHED = Refusal(
    "Ce palier est publié : il ne change plus.",
    "Ce qui est possible : le repousser ou l’adoucir, pour tous, par un avis rectificatif ; ou écrire un palier de plus.",
    "PAL-02",
)


def start_stage(system: PurchasingSystem, *, by: Person, at: datetime) -> StageRow:
    """A draft of the next number, with what the last stage asks and a date a year later, to be changed.

    Raises `Refused` while another new stage of an open system is being written.
    """
    _hold_system(system)
    rows = stages_of(system)
    published = {row.number for row in rows if row.is_on_roadmap}
    if system.opened_at is not None and any(row.number not in published for row in rows):
        raise refuse("Un palier de plus est déjà en cours d’écriture.", "Finir ce brouillon, ou l’effacer.", rule="PAL-01")
    number = max((row.number for row in rows), default=0) + 1
    stage = replace(_last(system, rows, at), number=number, label=f"Palier {number}", announced_on=announcement_day(system, at))
    row = draft_row(system, replace(stage, effective_on=_proposed_day(system, rows, at)))
    session.add(row)
    record("start_stage", row, by=by, at=at, number=number)
    return row


def start_revision(stage: StageRow, *, by: Person, at: datetime) -> StageRow:
    """A draft of the same number, its next revision, with the same content: to be postponed or softened (PAL-02).

    Raises `Refused` before the system opens, when it is a draft, when its place was taken, and when a revision is being written.
    """
    _hold_system(stage.system)
    session.refresh(stage)
    if stage.system.opened_at is None:
        raise refuse(
            "Le système n’est pas ouvert : ses paliers publiés restent tels que l’avis les annonce.",
            "Une fois ouvert, ils pourront être repoussés ou adoucis, par un avis rectificatif.",
            rule="PAL-02",
        )
    same = [row for row in stages_of(stage.system) if row.number == stage.number]
    last = max((row.revision for row in same if row.is_on_roadmap), default=0)
    if not stage.is_on_roadmap or stage.revision < last:
        message = "Cette version du palier n’est pas, ou n’est plus, la dernière de la trajectoire."
        raise refuse(message, "Repartir de la dernière version publiée.", rule="PAL-02")
    if any(row.published_at is None for row in same):
        raise refuse(f"Une révision de « {stage.label} » est déjà en cours d’écriture.", "Finir ce brouillon, ou l’effacer.")
    row = draft_row(stage.system, stage.as_value(), revision=stage.revision + 1)
    session.add(row)
    record("start_revision", row, by=by, at=at, number=row.number, revision=row.revision, of=stage.fingerprint)
    return row


def rename_stage_draft(draft: StageRow, label: str, *, version: int, by: Person, at: datetime) -> StageRow:
    """Give the draft another name. Raises `Refused` as every change of a draft: `hold_stage_draft` says when."""
    stage = hold_stage_draft(draft, version)
    if not label.strip():
        raise refuse("Le palier n’a pas de nom.", "Écrire celui que les fournisseurs liront.", field="label")
    return _keep("rename_stage_draft", draft, replace(stage, label=label.strip()), by, at, renamed=[stage.label, label.strip()])


def move_stage_draft(draft: StageRow, effective_on: date, *, version: int, by: Person, at: datetime) -> StageRow:
    """Give the draft another day; whether the law lets it take effect then is said of the whole draft. Raises `Refused`."""
    stage = hold_stage_draft(draft, version)
    moved = [stage.effective_on.isoformat(), effective_on.isoformat()]
    return _keep("move_stage_draft", draft, replace(stage, effective_on=effective_on), by, at, moved=moved)


def add_requirement(draft: StageRow, requirement: Requirement, *, version: int, by: Person, at: datetime) -> StageRow:
    """Add a requirement, ready-made or free, after those of its nature. Raises `Refused` with all that the law says of it."""
    stage = hold_stage_draft(draft, version)
    faults = list(_requirement_faults(draft, requirement))
    if stage.requirement(requirement.key):
        faults.append(Refusal("Le palier demande déjà cela.", "Modifier l’exigence qui y est.", "PAL-01", "label"))
    if faults:
        raise Refused(*faults)
    added = _by_nature((*stage.requirements, requirement))
    return _keep("add_requirement", draft, replace(stage, requirements=added), by, at, lines=[[None, requirement.to_dict()]])


def change_requirement(draft: StageRow, key: str, requirement: Requirement, *, version: int, by: Person, at: datetime) -> StageRow:
    """Put this requirement in the place of the one of that key. Raises `Refused` with all that the law says of it."""
    stage = hold_stage_draft(draft, version)
    before = stage.requirement(key)
    if before is None:
        raise refuse("Cette exigence n’est plus dans le brouillon.", "Ce que vous avez écrit est encore là : l’ajouter de nouveau.")
    faults = list(_requirement_faults(draft, requirement))
    if requirement.key != key and stage.requirement(requirement.key):
        faults.append(Refusal("Une autre exigence porte déjà ce nom.", "En choisir un autre.", "PAL-01", "label"))
    if faults:
        raise Refused(*faults)
    changed = tuple(requirement if each.key == key else each for each in stage.requirements)
    changed = changed if before.nature is requirement.nature else _by_nature(changed)
    lines = [[before.to_dict(), requirement.to_dict()]]
    return _keep("change_requirement", draft, replace(stage, requirements=changed), by, at, lines=lines)


def remove_requirement(draft: StageRow, key: str, *, version: int, by: Person, at: datetime) -> StageRow:
    """Take a requirement out of the draft. Raises `Refused`."""
    stage = hold_stage_draft(draft, version)
    before = stage.requirement(key)
    if before is None:
        raise refuse("Cette exigence n’est plus dans le brouillon.", "Quelqu’un l’a déjà retirée.")
    kept = tuple(each for each in stage.requirements if each.key != key)
    return _keep("remove_requirement", draft, replace(stage, requirements=kept), by, at, lines=[[before.to_dict(), None]])


def exempt_in_draft(
    draft: StageRow, category_key: str, requirement_keys: Collection[str], *, version: int, by: Person, at: datetime
) -> StageRow:
    """Ask these requirements no more in one category; elsewhere they stay.

    A specification exempt everywhere stays without minimum, since a criterion may score its value. An award criterion cannot
    be exempted, its points would be missing. Raises `Refused`.
    """
    stage = hold_stage_draft(draft, version)
    categories = tuple(each.key for each in draft.system.categories)
    faults = list(_exemption_faults(stage, categories, category_key, requirement_keys))
    if faults:
        raise Refused(*faults)
    pairs = [
        (each, _exempted(each, category_key, categories) if each.key in requirement_keys else each) for each in stage.requirements
    ]
    kept = tuple(after for _, after in pairs if after)
    lines = [[before.to_dict(), after.to_dict() if after else None] for before, after in pairs if before != after]
    return _keep("exempt_in_draft", draft, replace(stage, requirements=kept), by, at, category=category_key, lines=lines)


def discard_stage_draft(draft: StageRow, *, by: Person, at: datetime) -> None:
    """Throw a draft away with its plays and what was said of it; the journal keeps that it existed and each remark.

    Raises `Refused` once it is published (PAL-02).
    """
    hold_stage_draft(draft, None)
    record("discard_stage_draft", draft, by=by, at=at, number=draft.number, content=draft.content)
    erase_draft(draft)


def hold_stage_draft(draft: StageRow, version: int | None) -> Stage:
    """Lock the draft until the end of the transaction and read it again.

    Raises `Refused` once it is published (PAL-02), and when somebody saved another version than the one given.
    """
    session.flush()
    session.refresh(draft, with_for_update={"of": StageRow})
    if draft.published_at is not None:
        raise Refused(PUBLISHED)
    if version is not None and draft.version != version:
        raise refuse(
            "Ce brouillon a changé pendant que vous l’écriviez.",
            "Ce que vous avez écrit est resté sur cet écran. Comparez, puis enregistrez de nouveau.",
        )
    return draft.as_value()


def _hold_system(system: PurchasingSystem) -> None:
    """So that two people who start the same draft do not get two."""
    session.flush()
    session.refresh(system, with_for_update={"of": PurchasingSystem})


def _keep(action: str, draft: StageRow, stage: Stage, by: Person, at: datetime, **details: Any) -> StageRow:
    """Write the draft; the journal says what changed, and under which version, for whoever writes it at the same time."""
    draft.label, draft.effective_on, draft.content = stage.label, stage.effective_on, stage_to_dict(stage)
    session.flush()
    record(action, draft, by=by, at=at, version=draft.version, **details)
    return draft


def _last(system: PurchasingSystem, rows: Collection[StageRow], at: datetime) -> Stage:
    """What the next stage starts from: the last one of the roadmap, of the drafts before the opening, else the first of the model."""
    known = [row for row in rows if row.is_on_roadmap] or list(rows)
    if known:
        return max(known, key=lambda row: (row.number, row.effective_on)).as_value()
    families = {each.key: each.families for each in system.categories}
    return with_its_status(model_stages(announcement_day(system, at), [system.valid_from], families)[0], system, at)


def _proposed_day(system: PurchasingSystem, rows: Collection[StageRow], at: datetime) -> date:
    """A year after the last stage, late enough to be announced in time (PAL-03), within the life of the system."""
    if not rows:
        return system.valid_from
    notice = timedelta(days=StageLaw.on(paris_day(at), parameters.value).stage_notice_days)
    last = max(row.effective_on for row in rows)
    yearly = last.replace(year=last.year + 1, day=28 if (last.month, last.day) == (2, 29) else last.day)
    return min(max(yearly, paris_day(at) + notice), system.valid_until)


def _by_nature(requirements: Collection[Requirement]) -> tuple[Requirement, ...]:
    natures = list(Nature)
    return tuple(sorted(requirements, key=lambda each: natures.index(each.nature)))


def _requirement_faults(draft: StageRow, requirement: Requirement) -> Iterator[Refusal]:
    known = {each.key for each in draft.system.categories}
    if set(requirement.categories) - known:
        yield Refusal("Le système n’a pas cette catégorie.", "Choisir parmi les siennes.", field="categories")
    yield from requirement_faults(requirement)


def _exemption_faults(stage: Stage, categories: Collection[str], category: str, keys: Collection[str]) -> Iterator[Refusal]:
    if category not in categories:
        yield Refusal("Le système n’a pas cette catégorie.", "Choisir parmi les siennes.", field="category")
    if not keys:
        yield Refusal("Aucune exigence n’est choisie.", "Cocher celles qui ne seront plus demandées.", field="requirements")
    for key in keys:
        requirement = stage.requirement(key)
        if requirement is None:
            yield Refusal(f"« {key} » n’est plus dans le brouillon.", "Relire ses exigences.", field="requirements")
        elif requirement.nature is Nature.AWARD_CRITERION:
            message = f"« {requirement.label} » est un critère : sans lui, il manquerait des points dans cette catégorie."
            yield Refusal(message, "Baisser son poids dans ce qui est annoncé.", "CRI-04", "requirements")


def _exempted(requirement: Requirement, category: str, categories: Collection[str]) -> Requirement | None:
    asked_in = [each for each in categories if requirement.applies_to(each, ())]
    left = tuple(each for each in asked_in if each != category)
    if category not in asked_in:
        return requirement
    if left:
        return replace(requirement, categories=left)
    return replace(requirement, comparison="any", threshold=None) if requirement.nature is Nature.SPECIFICATION else None
