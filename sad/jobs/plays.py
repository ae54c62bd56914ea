"""Playing the stages that buyers asked to try."""

import logging

from sad import clock
from sad.actions.plays import fail_play, keep_step, next_step, waiting_play
from sad.db import session, transaction
from sad.jobs.turn import Turn
from sad.models.stage_changes import StagePlay

log = logging.getLogger(__name__)


def play_stages(turn: Turn) -> int:
    """Run every play that waits, the oldest first, a batch at a time; count those that ended.

    A batch is worked out outside any transaction and kept in a short one, so that the page shows progress, nobody waits for
    it, and a play that was cut short goes on where it stood.
    """
    ended = 0
    while not turn.stop.is_set() and (identifier := waiting_play()) is not None:
        ended += _advance(identifier)
    return ended


def _advance(identifier: int) -> bool:
    play = session.get(StagePlay, identifier, populate_existing=True)
    if play is None:  # its draft was thrown away meanwhile
        return False
    try:
        step = next_step(play)
    except Exception as failure:
        log.exception("l’essai %s a échoué", identifier)
        with transaction():
            fail_play(session.get_one(StagePlay, identifier), f"{type(failure).__name__}: {failure}", at=clock.now())
        return True
    with transaction():
        play = keep_step(session.get_one(StagePlay, identifier, with_for_update=True, populate_existing=True), step, at=clock.now())
    return play.ended_at is not None
