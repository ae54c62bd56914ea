"""Letters about a mini-tender that changes after it was sent."""

from collections.abc import Sequence
from datetime import datetime

from sad.domain.deadline_changes import Rewording
from sad.letters.text import LetterText, write_letter
from sad.models.mini_tenders import MiniTender


def changed(
    mini_tender: MiniTender, words: Sequence[Rewording], old_closes_at: datetime, new_closes_at: datetime, reason: str, *, home: str
) -> LetterText:
    """To each invitee, in the same words: the new deadline, what changes, why, and what becomes of an offer already sent (TIM-03)."""
    return write_letter(
        "mini_tender_changed",
        mini_tender=mini_tender,
        organisation=mini_tender.organisation,
        words=words,
        old_closes_at=old_closes_at,
        new_closes_at=new_closes_at,
        reason=reason,
        home=home,
    )


def need_changed(
    mini_tender: MiniTender, words: Sequence[Rewording], old_closes_at: datetime, new_closes_at: datetime, reason: str
) -> LetterText:
    """To the requester: its need closes later, and what changes in it."""
    return write_letter(
        "need_changed", mini_tender=mini_tender, words=words, old_closes_at=old_closes_at, new_closes_at=new_closes_at, reason=reason
    )
