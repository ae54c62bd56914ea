"""Looking for something planted, in every byte on disk and every row, in all the ways in which it could have been written."""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine, text

from sad.db import Base

GROUPS = (" ", "\u00a0", "\u202f")
DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
HEXADECIMAL = re.compile(rb"[0-9a-fA-F]{16,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
FOR_ADDRESSES = bytes.maketrans(b"-_", b"+/")
MOST_INFLATED = 1 << 22
ANY_DEFLATE, ZIP_HEADER = 47, 30  # window bits that read zlib and gzip alike; bytes before the name in an archive


def ways_of(secret: str | bytes) -> Iterator[bytes]:
    """A secret as text and bytes keep it, and as JSON escapes it; what packs it is undone on the other side, by `views`."""
    if isinstance(secret, bytes):
        yield secret
        return
    wide = {secret.encode(order).replace(b"\0", b"") for order in ("utf-16-le", "utf-16-be")}
    yield from wide | {secret.encode(), json.dumps(secret)[1:-1].encode()}


def ways_of_amount(amount: Decimal) -> Iterator[bytes]:
    """An amount in EUR with a point, with a comma, its thousands apart, and in cents."""
    whole, _, rest = str(amount).partition(".")
    apart = (f"{int(whole):,}".replace(",", space) for space in GROUPS)
    for written in (str(amount), f"{whole},{rest}", str(int(amount * 100)), *(f"{each},{rest}" for each in apart)):
        yield from ways_of(written)


def holds(content: bytes, needle: bytes) -> bool:
    """Whether the needle is there; bare digits stand alone, since a long fingerprint holds any eight sooner or later."""
    if not needle.isdigit():
        return needle in content
    return needle in content and re.search(rb"(?<![0-9a-f])" + needle + rb"(?![0-9a-f])", content) is not None


def found_in(content: bytes, needles: Iterable[bytes]) -> list[bytes]:
    """The needles that these bytes hold, however they are packed."""
    seen = list(views(content))
    return [each for each in needles if any(holds(view, each) for view in seen)]


def views(content: bytes) -> Iterator[bytes]:
    """These bytes without their zeros (UTF-16 then reads as text), and what they hold in hexadecimal, in Base64, deflated."""
    bare = content.replace(b"\0", b"")
    yield bare
    yield b"\n".join(inflated(content))
    yield b"\n".join(_unhexed(run[0], at) for run in HEXADECIMAL.finditer(bare) for at in (0, 1))
    yield b"\n".join(_decoded(run[0].translate(FOR_ADDRESSES), at) for run in BASE64.finditer(bare) for at in range(4))


def _unhexed(run: bytes, at: int) -> bytes:
    return bytes.fromhex(run[at : at + (len(run) - at) // 2 * 2].decode())


def _decoded(run: bytes, at: int) -> bytes:
    known = run[at:] if (len(run) - at) % 4 != 1 else run[at:-1]
    return base64.b64decode(known + b"=" * (-len(known) % 4))


def inflated(content: bytes) -> Iterator[bytes]:
    """What every zlib, gzip or zip stream among these bytes unpacks to, as far as it goes."""
    for mark in DEFLATED.finditer(content):
        start, bits = mark.start(), ANY_DEFLATE
        if mark[0] == b"PK\x03\x04":
            head = content[start : start + ZIP_HEADER]
            start += ZIP_HEADER + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            bits = -15
        try:
            yield zlib.decompressobj(bits).decompress(content[start : start + MOST_INFLATED], MOST_INFLATED)
        except zlib.error:
            continue


class Searcher:
    """Reads all that lies under some folders and in a database; a file that did not change since is not read again."""

    def __init__(self, needles: Iterable[bytes], folders: Iterable[Path], engine: Engine) -> None:
        self.needles, self.folders, self.engine = sorted(set(needles)), list(folders), engine
        self.read: dict[Path, tuple[int, int]] = {}

    def places(self) -> list[str]:
        """Where something was found, file or table, with the first way it was written."""
        return [*self._in_files(), *self._in_rows()]

    def _in_files(self) -> Iterator[str]:
        for path in (path for folder in self.folders for path in folder.rglob("*") if path.is_file()):
            try:
                state, content = path.stat(), b""
                if self.read.get(path) != (state.st_mtime_ns, state.st_size):
                    content = path.read_bytes()
            except FileNotFoundError:
                continue  # a temporary file that went away meanwhile
            if content and (found := self._first(content)):
                yield f"{path} : {found!r}"
            self.read[path] = (state.st_mtime_ns, state.st_size)

    def _in_rows(self) -> Iterator[str]:
        """Rows as text, which a server unpacks where its own files have them packed."""
        if self.engine.dialect.name == "sqlite":
            return
        with self.engine.connect() as connection:
            for table in Base.metadata.tables:
                rows = connection.execute(text(f'SELECT CAST(t AS text) FROM "{table}" t')).scalars()
                if found := self._first("\n".join(rows).encode()):
                    yield f"{table} : {found!r}"
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))

    def _first(self, content: bytes) -> bytes | None:
        return next(iter(found_in(content, self.needles)), None)
