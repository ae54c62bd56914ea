"""How far the drafts of needs are written, as the journal says: to go on where a tab was closed."""

from collections.abc import Collection

from sqlalchemy import select

from sad.db import session
from sad.models.journal import JournalBody, JournalEntry
from sad.models.mini_tenders import MiniTender


def kept_pieces(drafts: Collection[MiniTender]) -> dict[int, set[str]]:
    """By id of draft, the pieces of the need that somebody kept at least once, whatever they say."""
    named = {f"mini_tenders:{draft.id}": draft.id for draft in drafts}
    kept: dict[int, set[str]] = {identifier: set() for identifier in named.values()}
    if named:
        lines = select(JournalEntry.object, JournalBody.body).join(JournalBody, JournalBody.seq == JournalEntry.seq)
        for name, body in session.execute(lines.where(JournalEntry.object.in_(named), JournalEntry.action == "save_need")):
            kept[named[name]].update(body.get("changed", ()))
    return kept
