"""Taking off the disk the PDFs of destroyed papers, once the destruction is committed."""

from sad import storage
from sad.actions.destructions import note_papers_gone, with_papers_left
from sad.db import session, transaction
from sad.jobs.turn import Turn


def take_papers_away(turn: Turn) -> int:
    """Take every such PDF off the disk, then note it, and say how many went; done twice, it does no harm."""
    gone = 0
    for destruction in with_papers_left():
        for key in destruction.paper_keys:
            storage.discard(turn.settings.data_dir, key)
        gone += len(destruction.paper_keys)
        with transaction():
            note_papers_gone(destruction, at=turn.at)
    session.remove()
    return gone
