"""What the world of two halves keeps secret, and from whom: sealed and unfinished offers, lists of people, keys, what proves who one is."""

import base64
import io
import zipfile
from collections.abc import Iterable, Iterator

from pypdf import PdfReader
from sqlalchemy import LargeBinary, Table, select

from sad.db import Base, session
from sad.domain.proofs import ProofKind
from sad.models.people import Role
from sad.models.proofs import GivenProof
from tests.factories.world import DRAFT_NOTE, SEALED_NOTE, Half

LIST_OF_PEOPLE = "Liste nominative : Amina Diallo, titre n° 7503"
READERS_OF_LISTS = frozenset({Role.BUYER.value, Role.AWARD_AUTHORITY.value})
# Of no use to anybody outside, whoever it is; the halves that are published, and files once their offer is opened, are not among them.
NOBODYS = frozenset({"password_hash", "token_hash", "session_stamp", "code_hash"})
PUBLISHED = frozenset({"receipt_keys.public", "offer_files.body", "examination_files.body"})
SHORTEST = 12


def plant(halves: Iterable[Half]) -> dict[bytes, frozenset[str]]:
    """Each secret, with the seats that may read it."""
    mine, theirs = halves
    kept: dict[bytes, frozenset[str]] = {}
    for half in (mine, theirs):
        for supplier in (half.supplier, half.rival):
            kept[DRAFT_NOTE.format(supplier.name).encode()] = frozenset({"supplier"} if supplier is mine.supplier else ())
        kept[SEALED_NOTE.format(half.supplier.name).encode()] = frozenset()
    _make_list_of_people(mine)
    kept[LIST_OF_PEOPLE.encode()] = READERS_OF_LISTS | {"supplier"}
    return kept


def _make_list_of_people(half: Half) -> None:
    """One of the papers of an award becomes a list of foreign workers, whose very name says one."""
    given = session.scalars(select(GivenProof).where(GivenProof.organisation_id == half.organisation.id).order_by(GivenProof.id)).first()
    assert given is not None
    assert given.document is not None
    given.awaited.kind, given.document.name = ProofKind.FOREIGN_WORKERS, f"{LIST_OF_PEOPLE}.pdf"
    session.flush()


def nobodys() -> Iterator[bytes]:
    """What the database keeps for itself, in each way in which a page could write it."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if f"{table.name}.{column.name}" not in PUBLISHED and (column.name in NOBODYS or isinstance(column.type, LargeBinary)):
                yield from (form for value in _values(table, column.name) for form in _written(value))


def _values(table: Table, column: str) -> Iterator[bytes]:
    for value in session.scalars(select(table.c[column]).where(table.c[column].is_not(None)).distinct()):
        found = value if isinstance(value, bytes) else str(value).encode()
        if len(found) >= SHORTEST:
            yield found


def _written(value: bytes) -> tuple[bytes, ...]:
    start = value[:60]
    return start, start.hex().encode(), base64.b64encode(start[:57]), base64.urlsafe_b64encode(start[:57])


def readable(body: bytes) -> bytes:
    """What a file says once it is opened: archives unpacked, the text of PDFs."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return b"\n".join([name.encode() + b"\n" + readable(archive.read(name)) for name in archive.namelist()])
    if body.startswith(b"%PDF-") and b"/Pages" in body:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).encode()
    return body
