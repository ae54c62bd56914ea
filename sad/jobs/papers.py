"""Setting on paper the letters that wait for their PDF."""

import logging
from collections.abc import Mapping
from pathlib import Path

from sad import clock, storage
from sad.actions.papers import claim_papers, note_paper, note_paper_failure
from sad.db import session, transaction
from sad.jobs.turn import Turn
from sad.models.letters import LetterPaper
from sad.reports.papers import paper_pdf
from sad.storage import CheckedFile, StoredFile

log = logging.getLogger(__name__)


def set_papers(turn: Turn) -> int:
    """Make every PDF that is due, a batch at a time, and say how many were made.

    Claimed in one transaction, set and kept outside any, noted in another: the page shows progress, and nobody waits for it.
    """
    made = 0
    while not turn.stop.is_set() and (claimed := _claimed()):
        kept = {paper.id: _kept(paper, turn.settings.data_dir) for paper in claimed}
        _note(kept)
        made += sum(isinstance(each, StoredFile) for each in kept.values())
    return made


def _claimed() -> list[LetterPaper]:
    with transaction():
        return claim_papers(at=clock.now())


def _kept(paper: LetterPaper, data_dir: Path) -> StoredFile | str:
    """Where the PDF is now, or why there is none: one that fails stops no other."""
    try:
        body = paper_pdf(paper)
        return storage.put(data_dir, CheckedFile("lettre.pdf", "application/pdf", body), name=paper.letter.message_id)
    except Exception as failure:
        log.exception("le PDF de la lettre %s n’a pas pu être fait", paper.letter_id)
        return f"{type(failure).__name__}: {failure}"


def _note(kept: Mapping[int, StoredFile | str]) -> None:
    with transaction():
        for identifier, outcome in kept.items():
            paper = session.get_one(LetterPaper, identifier, with_for_update=True, populate_existing=True)
            if isinstance(outcome, StoredFile):
                note_paper(paper, outcome, at=clock.now())
            else:
                note_paper_failure(paper, outcome)
