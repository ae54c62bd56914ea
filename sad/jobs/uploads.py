"""Destroying what suppliers began to send and nobody took up again, and what they tried."""

from sad.actions.staged_uploads import discard_stale_uploads
from sad.actions.trials import discard_stale_trials
from sad.db import transaction
from sad.jobs.turn import Turn


def destroy_stale_uploads(turn: Turn) -> int:
    """Destroy the files on their way that no piece joined for a week, and the trials of a week ago; count them."""
    with transaction():
        return discard_stale_uploads(at=turn.at) + discard_stale_trials(at=turn.at)
