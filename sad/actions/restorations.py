"""What the journal says of a return to a backup: who decided it, from when, and which acts were lost with it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from sad.actions.journal import record
from sad.db import session
from sad.models.journal import JournalEntry, JournalHead
from sad.models.people import PasswordReset, Person
from sad.models.sign_ins import SignIn
from sad.trust.canonical import instant
from sad.trust.chain import Head


def note_restoration(
    made_at: datetime, lost: Sequence[Head], *, approvers: Sequence[str], reason: str, by: Person | None, at: datetime
) -> JournalEntry:
    """Append the line of a restore to the journal that came back with the backup made at `made_at` (aware).

    Every session is closed and no link sent before serves any more: some may have been closed or used since the backup.
    `lost`: heads kept elsewhere, of lines beyond the backup; `approvers`: the addresses of the two people who decided it. `by`:
    the first one, None when the backup does not know this person yet.
    """
    session.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=at))
    session.execute(update(PasswordReset).where(PasswordReset.used_at.is_(None)).values(used_at=at))
    head = session.get_one(JournalHead, 1)
    told = [{"seq": each.seq, "hash": each.hash} for each in lost]
    return record(
        "restore_backup", head, by=by, at=at, made_at=instant(made_at), approvers=list(approvers), reason=reason.strip(), lost=told
    )
