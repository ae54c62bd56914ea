"""Mails that came back: kept beside their letter, so that the buyer calls whom no mail reaches before the deadline."""

from datetime import datetime

from sqlalchemy import select

from sad.actions.journal import record
from sad.db import session
from sad.models.letters import Letter, LetterBounce
from sad.models.people import Person

LONGEST_REASON = 500


def record_bounce(letter: Letter, reason: str, *, by: Person | None, at: datetime) -> LetterBounce:
    """Keep that the mail of this letter came back, and why (None: the mail server said it); told twice, it is kept once, as first told.

    It left all the same: it is not sent again, since an address that refuses would refuse again.
    """
    known = session.scalar(select(LetterBounce).where(LetterBounce.letter_id == letter.id).with_for_update())
    if known is not None:
        return known
    bounce = LetterBounce(letter_id=letter.id, at=at, reason=reason[:LONGEST_REASON], recorded_by=by.id if by else None)
    session.add(bounce)
    sealed = letter.organisation_id is None  # of an account, or of a deposit: nobody else learns that it exists (SEC-01)
    record("record_bounce", bounce, by=by, at=at, organisation_id=letter.organisation_id, is_sealed=sealed, letter=letter.id)
    return bounce


def letter_of_mail(message_id: str) -> Letter | None:
    """The letter whose mail bore this Message-ID; it is locked until the commit."""
    return session.scalar(select(Letter).where(Letter.message_id == message_id).with_for_update(of=Letter))
