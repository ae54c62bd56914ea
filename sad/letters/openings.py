"""Letters about the opening of offers."""

from datetime import datetime

from sad.letters.text import LetterText, write_letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


def opening_asked(mini_tender: MiniTender, *, asked_by: Person, expires_at: datetime) -> LetterText:
    """To the other openers: one of them asks, another confirms; says nothing of who answered, nor of how many (SEC-01)."""
    return write_letter("opening_asked", mini_tender=mini_tender, asked_by=asked_by, expires_at=expires_at)
