"""Plays of stages, asked and run to their end."""

from datetime import datetime

from sad.actions.plays import ask_play, keep_step, next_step
from sad.models.people import Person
from sad.models.stage_changes import StagePlay
from sad.models.stages import Stage


def make_play(stage: Stage, *, by: Person, at: datetime) -> StagePlay:
    """A play that has ended."""
    play = ask_play(stage, by=by, at=at)
    while play.ended_at is None:
        keep_step(play, next_step(play), at=at)
    return play
