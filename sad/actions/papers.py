"""Setting letters on paper: claimed a few at a time, so that two workers never take the same ones and a kill loses none.

Paper is not an act: its words are those of the letter, which the act wrote, so it has no line in the journal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from sad.actions.deliveries import LONGEST_ERROR, has_waited, wait_after
from sad.db import session
from sad.models.letters import Letter, LetterPaper
from sad.models.mini_tenders import MiniTender
from sad.storage import StoredFile

BATCH = 20
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FailedPaper:
    """A letter whose PDF could not be made: to whom it goes, why, and when it is tried again."""

    letter: Letter
    error: str
    again_at: datetime


@dataclass(frozen=True, slots=True)
class PaperProgress:
    """How far the PDFs of a mini-tender's letters are; `failed` shows the first ones only."""

    total: int
    made: int
    failures: int
    failed: tuple[FailedPaper, ...]

    @property
    def waiting(self) -> int:
        """Neither made nor failed yet."""
        return self.total - self.made - self.failures


def claim_papers(*, at: datetime) -> list[LetterPaper]:
    """Take the first papers that are due, each with its letter and what that needs, and count the attempt; empty when there is none.

    Whoever claims and dies leaves papers that fall due again after their wait.
    """
    due = select(LetterPaper).where(LetterPaper.made_at.is_(None), has_waited(LetterPaper.attempts, LetterPaper.tried_at, at))
    due = due.order_by(LetterPaper.id).limit(BATCH).with_for_update(skip_locked=True, of=LetterPaper)
    letter = joinedload(LetterPaper.letter, innerjoin=True)
    claimed = list(session.scalars(due.options(letter.joinedload(Letter.supplier), letter.joinedload(Letter.organisation))))
    for paper in claimed:
        paper.tried_at = at
        paper.attempts += 1
    return claimed


def note_paper(paper: LetterPaper, stored: StoredFile, *, at: datetime) -> LetterPaper:
    """Say where the paper is kept; one that somebody else kept meanwhile stays as it is."""
    if paper.made_at is None:
        paper.made_at, paper.error = at, None
        paper.storage_key, paper.size, paper.sha256 = stored.key, stored.size, stored.sha256
    return paper


def note_paper_failure(paper: LetterPaper, error: str) -> LetterPaper:
    """Keep why it could not be made; it falls due again by itself."""
    if paper.made_at is None:
        paper.error = error[:LONGEST_ERROR]
    return paper


def paper_progress(mini_tender: MiniTender, kinds: Sequence[str]) -> PaperProgress:
    """How many letters of these kinds have their PDF, in two statements whatever their number."""
    of_tender = select(LetterPaper).join(LetterPaper.letter).where(Letter.mini_tender_id == mini_tender.id, Letter.kind.in_(kinds))
    counts = of_tender.with_only_columns(func.count(), func.count(LetterPaper.made_at), func.count(LetterPaper.error))
    total, made, failures = session.execute(counts).one()
    found = of_tender.where(LetterPaper.error.is_not(None)).order_by(LetterPaper.id).limit(MOST_SHOWN)
    failed = session.scalars(found.options(joinedload(LetterPaper.letter).joinedload(Letter.supplier))) if failures else ()
    return PaperProgress(total, made, failures, tuple(_failed(paper) for paper in failed))


def _failed(paper: LetterPaper) -> FailedPaper:
    assert paper.tried_at is not None
    return FailedPaper(paper.letter, paper.error or "", paper.tried_at + wait_after(paper.attempts))
