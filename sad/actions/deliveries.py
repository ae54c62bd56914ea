"""Handing letters to the mail: each is claimed first, so that two senders never take the same one.

Transport is not an act: it decides nothing and leaves its own traces on the letter, so it has no line in the journal.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from sad.db import session
from sad.models.letters import Letter

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
DOUBLINGS = 9  # 1 minute doubled nine times is more than 6 hours
MOST_ATTEMPTS = 130  # about a month of them, six hours apart once the wait has stopped growing
LONGEST_ERROR = 500


def claim_letter(*, at: datetime) -> Letter | None:
    """Take the oldest letter that is due and count the attempt; None when there is none.

    Whoever claims and dies leaves a letter that falls due again after its wait: at most one duplicate, none lost.
    """
    letter = session.scalars(
        select(Letter).where(is_due(at)).order_by(Letter.created_at, Letter.id).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if letter is not None:
        letter.claimed_at = at
        letter.attempts += 1
    return letter


def note_delivery(letter: Letter, *, at: datetime) -> Letter:
    """Say that the letter has left; its single-use link is forgotten."""
    letter.sent_at = at
    letter.secret = None
    letter.last_error = None
    return letter


def note_failure(letter: Letter, error: str) -> Letter:
    """Keep why the letter did not leave; it falls due again by itself."""
    letter.last_error = error[:LONGEST_ERROR]
    return letter


def wait_after(attempts: int) -> timedelta:
    """How long a letter waits after so many attempts: 1 minute, 2, 4, 8... up to 6 hours."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, DOUBLINGS)), LONGEST_WAIT)


def is_due(at: datetime) -> ColumnElement[bool]:
    """The condition that a letter is to be sent at that instant: never tried, or tried long enough ago."""
    waited = [and_(Letter.attempts == number, Letter.claimed_at <= at - wait_after(number)) for number in range(1, DOUBLINGS + 1)]
    longest = and_(Letter.attempts > DOUBLINGS, Letter.attempts < MOST_ATTEMPTS, Letter.claimed_at <= at - LONGEST_WAIT)
    return and_(Letter.sent_at.is_(None), or_(Letter.attempts == 0, *waited, longest))
