"""Playing a stage before it is published, or again after: asked by a buyer, run in batches, kept with the stage."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from sad import parameters
from sad.actions.admitted import admitted_suppliers
from sad.actions.journal import record
from sad.actions.past_tenders import Period, count_past_tenders, past_tenders
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import refuse
from sad.domain.play import competition_warnings, play_suppliers
from sad.domain.play_report import PlayReport, line_to_dict, report_from_dict, supplier_counts, suppliers_to_dict
from sad.domain.replay import replay, shared_specifications
from sad.domain.stages import Stage as StageValue
from sad.domain.stages import fingerprint, stage_from_dict
from sad.models.people import Person
from sad.models.stage_changes import StagePlay
from sad.models.stages import Stage

BATCH = 100
WINDOW = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch found, as it is kept: what is said of suppliers (the first batch only) and the lines of mini-tenders."""

    suppliers: dict[str, Any]
    lines: list[dict[str, Any]]
    is_last: bool


@dataclass(frozen=True, slots=True)
class KeptPlay:
    """A play that ended well, and whether the stage still asks what was played."""

    play: StagePlay
    is_current: bool


def ask_play(stage: Stage, *, by: Person, at: datetime) -> StagePlay:
    """Ask that a stage be played as it stands now; one that already waits for the same content is given back.

    Raises `Refused` before the system opens: nobody is admitted yet.
    """
    if stage.system.opened_at is None:
        message = "Le système n’est pas ouvert : personne n’est encore admis."
        raise refuse(message, "Essayer le palier quand les premiers fournisseurs seront admis.", rule="PAL-06")
    played = fingerprint(stage.as_value())
    waiting = next((each for each in plays_of(stage) if each.ended_at is None and each.content_fingerprint == played), None)
    if waiting is not None:
        return waiting
    play = StagePlay(
        organisation_id=stage.organisation_id,
        stage=stage,
        content=stage.content,
        content_fingerprint=played,
        asked_by=by.id,
        asked_at=at,
        total=count_past_tenders(_period(stage.system_id, at)),
    )
    session.add(play)
    record("ask_stage_play", play, by=by, at=at, stage=stage.id, number=stage.number, fingerprint=played)
    return play


def plays_of(stage: Stage) -> list[StagePlay]:
    """The plays of a stage, the last one first, without their results."""
    own = select(StagePlay).where(StagePlay.stage_id == stage.id).options(defer(StagePlay.result), joinedload(StagePlay.asker))
    return list(session.scalars(own.order_by(StagePlay.id.desc())))


def kept_plays(stage: Stage) -> list[KeptPlay]:
    """The plays that go with a decision on the stage: those that ended well, the last one first."""
    ended = (play for play in plays_of(stage) if play.ended_at is not None and play.error is None)
    return [KeptPlay(play, is_still_current(play, stage)) for play in ended]


def waiting_play() -> int | None:
    """The id of the play that has waited longest for its end."""
    waiting = select(StagePlay.id).where(StagePlay.ended_at.is_(None)).order_by(StagePlay.asked_at, StagePlay.id)
    return session.scalar(waiting.limit(1))


def next_step(play: StagePlay) -> Step:
    """The next batch of a play, from where it stands; nothing is written."""
    stage, lines = stage_from_dict(play.content), (play.result or {}).get("lines", [])
    tenders = past_tenders(_period(play.stage.system_id, play.asked_at), after=lines[-1]["id"] if lines else 0, limit=BATCH)
    found = [line_to_dict(replay(each, stage)) for each in tenders]
    return Step({} if play.result else _suppliers(play, stage), found, is_last=len(found) < BATCH)


def keep_step(play: StagePlay, step: Step, *, at: datetime) -> StagePlay:
    """Keep what a batch found; the last one ends the play."""
    before = play.result or {"lines": []}
    lines = [*before["lines"], *step.lines]
    play.result = {**before, **step.suppliers, "lines": lines}
    play.done, play.total = len(lines), len(lines) if step.is_last else max(play.total, len(lines))
    if step.is_last:
        play.ended_at = at
        record("end_stage_play", play, by=None, at=at, stage=play.stage_id, replayed=len(lines))
    return play


def fail_play(play: StagePlay, error: str, *, at: datetime) -> StagePlay:
    """End a play that cannot go on, with what stopped it."""
    play.ended_at, play.error = at, error
    record("fail_stage_play", play, by=None, at=at, stage=play.stage_id, error=error)
    return play


def report_of(play: StagePlay) -> PlayReport | None:
    """What a play found; None until it has ended well."""
    if play.ended_at is None or play.error is not None or play.result is None:
        return None
    return report_from_dict(play.result)


def is_still_current(play: StagePlay, stage: Stage) -> bool:
    """Whether the stage asks now, from the same date, what it asked when it was played."""
    played, now = stage_from_dict(play.content), stage.as_value()
    return played.requirements == now.requirements and played.effective_on == now.effective_on


def _period(system_id: int, at: datetime) -> Period:
    return Period(system_id, at - WINDOW, at)


def _suppliers(play: StagePlay, stage: StageValue) -> dict[str, Any]:
    """What the stage makes of the suppliers admitted now."""
    system = play.stage.system
    labels = {each.key: each.label for each in system.categories}
    found = play_suppliers(stage, admitted_suppliers(system, play.asked_at), list(labels))
    fewest = parameters.value("minimum_suppliers", on=paris_day(play.asked_at))
    warnings = {each.field or "": f"{each.message} {each.remedy}" for each in competition_warnings(found, labels, fewest=fewest)}
    shares = {each.key: each.label for each in shared_specifications(stage)}
    return suppliers_to_dict(found, *supplier_counts(found, labels, warnings), shares)
