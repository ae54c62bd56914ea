"""Handing letters to the mail: each is claimed first, so that two senders never take the same one.

Transport is not an act: it decides nothing and leaves its own traces on the letter, so it has no line in the journal.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from sad.db import session
from sad.models.letters import Letter, LetterPaper

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
DOUBLINGS = 9  # 1 minute doubled nine times is more than 6 hours
MOST_ATTEMPTS = 130  # about a month of them, six hours apart once the wait has stopped growing
AWAITED_ATTEMPTS = 3  # a paper that could not be made three times no longer holds its mail back: the page has it
LONGEST_ERROR = 500
LATE_MAIL = timedelta(minutes=15)  # a mail that has not left by then is not merely in its turn
# Counted where agents and strangers read it, they would tell how many deposit before the opening.
OF_DEPOSITS = (
    "offer_deposited", "offer_late", "offer_withdrawn", "offer_assisted", "offer_not_registered", "device_code",
    "closing_two_days", "closing_one_day", "draft_two_hours", "draft_half_hour", "invitation_unopened", "file_quarantined",
    "backup_copy_registered", "backup_copy_struck_out",
)  # fmt: skip
OF_THE_ADDRESS = "5%"  # how a server begins to refuse an address for good: the buyer is told of it, the service works


def claim_letter(*, at: datetime) -> Letter | None:
    """Take the oldest letter that is due and count the attempt; None when there is none.

    Whoever claims and dies leaves a letter that falls due again after its wait: at most one duplicate, none lost.
    """
    due = select(Letter).where(is_due(at)).order_by(Letter.created_at, Letter.id).limit(1).with_for_update(skip_locked=True)
    letter = session.scalars(due.options(selectinload(Letter.paper))).one_or_none()
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


def late_mail(*, at: datetime) -> tuple[int, datetime | None]:
    """How many letters should have left by now, and when the oldest was written.

    Those whose address is refused are not counted, nor those of deposits, which wait as the others do.
    """
    refused = Letter.last_error.is_not(None) & Letter.last_error.like(OF_THE_ADDRESS)
    late = select(func.count(Letter.id), func.min(Letter.created_at)).where(Letter.sent_at.is_(None), Letter.created_at < at - LATE_MAIL)
    count, oldest = session.execute(late.where(~refused, Letter.kind.not_in(OF_DEPOSITS))).one()
    return count, oldest


def wait_after(attempts: int) -> timedelta:
    """How long a letter waits after so many attempts: 1 minute, 2, 4, 8... up to 6 hours."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, DOUBLINGS)), LONGEST_WAIT)


def is_due(at: datetime) -> ColumnElement[bool]:
    """The condition that a letter is to be sent at that instant, and has what its mail encloses, or goes without it by now."""
    still_comes = LetterPaper.made_at.is_(None) & LetterPaper.enclosed.is_not(None) & (LetterPaper.attempts < AWAITED_ATTEMPTS)
    awaits = select(LetterPaper.id).where(LetterPaper.letter_id == Letter.id, still_comes).exists()
    return and_(Letter.sent_at.is_(None), has_waited(Letter.attempts, Letter.claimed_at, at), ~awaits)


def has_waited(attempts: InstrumentedAttribute[int], tried_at: InstrumentedAttribute[datetime | None], at: datetime) -> ColumnElement[bool]:
    """The condition that something may be tried at that instant: never tried, or tried long enough ago."""
    waited = [and_(attempts == number, tried_at <= at - wait_after(number)) for number in range(1, DOUBLINGS + 1)]
    longest = and_(attempts > DOUBLINGS, attempts < MOST_ATTEMPTS, tried_at <= at - LONGEST_WAIT)
    return or_(attempts == 0, *waited, longest)
