"""The journal's chain: each line holds the hash of the one before, so that no line is changed, dropped or moved unseen.

What a line says of people stays outside: the chain holds only SHA-256(salt + body), so erasing a person leaves it valid.
Nothing here reads or writes: lines come as values, from the database or from an exported file.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sad.trust.canonical import canonical_json, instant
from sad.trust.commitments import SALT_BYTES, commitment

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a chain: what copies kept elsewhere (receipts, mails, public page) remember of it."""

    seq: int
    hash: str


ORIGIN = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `salt` and `body` (canonical JSON) are both None once erased."""

    seq: int
    prev_hash: str
    at: datetime
    actor: str
    action: str
    object: str
    body_commit: str
    hash: str
    salt: bytes | None = None
    body: bytes | None = None


class Damage(StrEnum):
    """What happened to the first bad line, in words."""

    ALTERED = "ligne modifiée"
    MISSING = "ligne manquante"
    DISORDER = "ligne hors de son ordre"
    BROKEN_LINK = "rupture : cette ligne ne prolonge pas la précédente, l’une des deux a été réécrite"
    BODY = "contenu différent de celui sur lequel la ligne s’est engagée"
    CUT = "fin coupée : une copie gardée ailleurs connaît des lignes au-delà"
    ADDED = "ligne ajoutée après la dernière que le programme a écrite"
    REWRITTEN = "chaîne réécrite : une copie gardée ailleurs dit autre chose de cette ligne"


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How far the chain holds: its last sound line, how many bodies were erased, and the first bad line with its damage."""

    head: Head
    erased: int = 0
    first_bad_seq: int | None = None
    damage: Damage | None = None

    @property
    def is_sound(self) -> bool:
        return self.damage is None

    def __str__(self) -> str:
        if self.damage is None:
            return f"Le journal est intact jusqu’à la ligne {self.head.seq} ({self.erased} contenus effacés)."
        return f"Le journal est abîmé à la ligne {self.first_bad_seq} : {self.damage}."


def body_commit(salt: bytes, body: bytes) -> str:
    """What a line keeps of its body (canonical JSON): SHA-256(salt + body), in hexadecimal."""
    return commitment(salt, body)


def entry_hash(*, seq: int, prev_hash: str, at: datetime, actor: str, action: str, object: str, body_commit: str) -> str:
    """The hash of a line, in hexadecimal; `at` is aware and counts to the microsecond."""
    line = {
        "seq": seq,
        "prev_hash": prev_hash,
        "at": instant(at),
        "actor": actor,
        "action": action,
        "object": object,
        "body_commit": body_commit,
    }
    return hashlib.sha256(canonical_json(line)).hexdigest()


def verify(entries: Iterable[Entry], *, after: Head = ORIGIN, known_heads: Iterable[Head] = ()) -> ChainReport:
    """Read lines that follow `after` and stop at the first bad one.

    A chain says nothing of lines cut from its end, nor of a whole recomputed: `known_heads`, kept elsewhere, do.
    """
    known = _hashes_by_seq(known_heads)
    lines = iter(entries)
    head, erased = after, 0
    for entry in lines:
        expected = head.seq + 1
        if entry.seq != expected:
            return _out_of_sequence(entry, expected, lines, ChainReport(head, erased))
        damage = _damage(entry, head, known)
        if damage:
            return ChainReport(head, erased, entry.seq, damage)
        head, erased = Head(entry.seq, entry.hash), erased + (entry.body is None)
    if any(seq > head.seq for seq in known):
        return ChainReport(head, erased, head.seq + 1, Damage.CUT)
    return ChainReport(head, erased)


def kept_as_written(entry: Entry, after: Head) -> bool:
    """Does this line, read back, follow `after`, and hold the hash and the body that it was written with?"""
    return entry.seq == after.seq + 1 and _damage(entry, after, {}) is None


def _hashes_by_seq(heads: Iterable[Head]) -> dict[int, set[str]]:
    hashes: dict[int, set[str]] = {}
    for head in heads:
        hashes.setdefault(head.seq, set()).add(head.hash)
    return hashes


def _out_of_sequence(entry: Entry, expected: int, rest: Iterator[Entry], so_far: ChainReport) -> ChainReport:
    """Whether the expected line is somewhere else or nowhere."""
    if entry.seq < expected or any(later.seq == expected for later in rest):
        return ChainReport(so_far.head, so_far.erased, entry.seq, Damage.DISORDER)
    return ChainReport(so_far.head, so_far.erased, expected, Damage.MISSING)


def _damage(entry: Entry, head: Head, known: Mapping[int, set[str]]) -> Damage | None:
    if entry.hash != _hash_of(entry):
        return Damage.ALTERED
    if entry.prev_hash != head.hash:
        return Damage.BROKEN_LINK
    if known.get(entry.seq, {entry.hash}) != {entry.hash}:
        return Damage.REWRITTEN
    if not _body_holds(entry):
        return Damage.BODY
    return None


def _hash_of(entry: Entry) -> str:
    return entry_hash(
        seq=entry.seq,
        prev_hash=entry.prev_hash,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        object=entry.object,
        body_commit=entry.body_commit,
    )


def _body_holds(entry: Entry) -> bool:
    """Erased whole, or as committed: a body without its salt could say anything."""
    if entry.salt is None or entry.body is None:
        return entry.salt is None and entry.body is None
    return len(entry.salt) == SALT_BYTES and body_commit(entry.salt, entry.body) == entry.body_commit
