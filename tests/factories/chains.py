"""Journals as values: sound ones, drawn or plain, and hashed again as somebody with the whole database could."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from sad.trust.canonical import canonical_json
from sad.trust.chain import GENESIS, ORIGIN, Entry, Head, body_commit, entry_hash

DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CHAINED = ("seq", "prev_hash", "at", "actor", "action", "object", "body_commit")
ACTIONS = ("submit_offer", "publish_mini_tender", "give_mark", "confirm_opening", "record_décision")
WORDS = "aàâbcçdeéèêfgœ €«»’\n\"\\ \u2028🍑"


def rehashed(line: Entry) -> Entry:
    """The same line with the hash of what it now says."""
    return replace(line, hash=entry_hash(**{name: getattr(line, name) for name in CHAINED}))


def rechained(lines: Iterable[Entry], after: Head = ORIGIN) -> list[Entry]:
    """The same lines numbered, linked and hashed again, as somebody with the whole database could."""
    done: list[Entry] = []
    for seq, line in enumerate(lines, start=after.seq + 1):
        done.append(rehashed(replace(line, seq=seq, prev_hash=done[-1].hash if done else after.hash)))
    return done


def drawn_line(draw: Random, seq: int) -> Entry:
    """A line that says anything, linked to nothing yet."""
    said = {"words": "".join(draw.choices(WORDS, k=draw.randrange(20))), "count": draw.randrange(99)}
    salt, body = draw.randbytes(32), canonical_json(said)
    return Entry(
        seq=seq,
        prev_hash=GENESIS,
        at=DAY + timedelta(microseconds=draw.randrange(10**12)),
        actor=draw.choice(("system", f"person:{draw.randrange(1, 99)}")),
        action=draw.choice(ACTIONS),
        object=f"offers:{draw.randrange(1, 999)}",
        body_commit=body_commit(salt, body),
        hash="",
        salt=salt,
        body=body,
    )


def drawn_journal(draw: Random, *, longest: int = 24) -> list[Entry]:
    """A sound journal of one to `longest` lines, some bodies erased."""
    lines = rechained(drawn_line(draw, seq) for seq in range(1, draw.randint(1, longest) + 1))
    return [replace(line, salt=None, body=None) if draw.random() < 0.1 else line for line in lines]
