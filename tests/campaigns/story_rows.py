"""What the database keeps of the only consultation of a story, read past the product by plain statements, a few at each step."""

import functools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

STANDS = """SELECT journal_head.seq, journal_head.hash, mini_tenders.state, mini_tenders.published_at, mini_tenders.closes_at
FROM journal_head, mini_tenders"""
OFFERS = "SELECT idempotency_key, supplier_id, state, late, is_opened, closes_at, id FROM offers"
CHAIN = "SELECT seq, prev_hash, hash FROM journal WHERE seq > {} ORDER BY seq"


class Stands(NamedTuple):
    """The head of the journal and the consultation, as a phase reads it."""

    seq: int
    hash: str
    state: str
    published_at: datetime
    closes_at: datetime


class Deposited(NamedTuple):
    """What counts of an offer."""

    key: str
    supplier: int
    state: str
    is_late: bool
    is_opened: bool
    closes_at: datetime


class Rows:
    """The rows of the connection that plays a story."""

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection

    def stands(self) -> Stands:
        """Where the consultation and its journal stand."""
        ((seq, head, state, published_at, closes_at),) = self._read(STANDS)
        return Stands(seq, head, state, _instant(published_at), _instant(closes_at))

    def offers(self) -> dict[Deposited, int]:
        """Every deposit, with its number."""
        return {
            Deposited(key, supplier, state, bool(late), bool(is_opened), _instant(closes_at)): number
            for key, supplier, state, late, is_opened, closes_at, number in self._read(OFFERS)
        }

    def is_chained(self, before: Stands, after: Stands) -> bool:
        """Whether the lines written since follow each other, from one head to the other."""
        seq, head = before.seq, before.hash
        for number, previous, own in self._read(CHAIN.format(before.seq)):
            if (number, previous) != (seq + 1, head):
                return False
            seq, head = number, own
        return (seq, head) == (after.seq, after.hash)

    def _read(self, statement: str) -> Iterable[tuple[Any, ...]]:
        return self._driver.execute(statement).fetchall()


@functools.lru_cache(maxsize=4096)
def _instant(kept: str | datetime) -> datetime:
    """SQLite keeps an instant as the text of its hour in UTC."""
    found = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
