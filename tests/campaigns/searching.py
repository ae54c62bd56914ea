"""Looking for something planted, in every byte on disk and every row, in all the ways in which it could have been written."""

import base64
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from stat import S_ISREG

from sqlalchemy import Engine, text

from sad.db import Base

GROUPS = (" ", "\u00a0", "\u202f")
DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
HEXADECIMAL = re.compile(rb"[0-9a-fA-F]{16,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
FOR_ADDRESSES = bytes.maketrans(b"-_", b"+/")
MOST_INFLATED = 1 << 22
ANY_DEFLATE, ZIP_HEADER = 47, 30  # window bits that read zlib and gzip alike; bytes before the name in an archive
BLOCK = 8192  # bytes: what is compared between two searches


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
    whole = memoryview(content)
    for mark in DEFLATED.finditer(content):
        start, bits = mark.start(), ANY_DEFLATE
        if mark[0] == b"PK\x03\x04":
            head = content[start : start + ZIP_HEADER]
            start += ZIP_HEADER + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            bits = -15
        try:
            yield zlib.decompressobj(bits).decompress(whole[start : start + MOST_INFLATED], MOST_INFLATED)
        except zlib.error:
            continue


class Searcher:
    """Reads all that lies under some folders and in a database; what was searched once is not searched again.

    A block of a file that changed is searched with the block on each side, so that nothing hides across a limit, and a row when
    it reads otherwise. A packed stream that starts more than a block before all that changed is seen by a whole search (`forget`).
    """

    def __init__(self, needles: Iterable[bytes], folders: Iterable[Path], engine: Engine) -> None:
        self.needles, self.folders, self.engine = sorted(set(needles)), list(folders), engine
        self.states: dict[Path, tuple[int, int]] = {}
        self.blocks: dict[Path, list[int]] = {}
        self.rows: set[tuple[str, int]] = set()

    def forget(self) -> None:
        """The next search is of everything."""
        for known in (self.states, self.blocks, self.rows):
            known.clear()

    def pass_over(self) -> None:
        """Take what is there as known: it was written before there was anything to find."""
        for _ in (*self._new_in_files(), *self._new_in_rows()):
            pass

    def places(self) -> list[str]:
        """Where something was found, file or table, with the first way it was written."""
        new = (*self._new_in_files(), *self._new_in_rows())
        return [f"{place} : {found!r}" for place, content in new if (found := self._first(content))]

    def _new_in_files(self) -> Iterator[tuple[Path | str, bytes]]:
        for path in (Path(where) / name for folder in self.folders for where, _, names in os.walk(folder) for name in names):
            try:
                state = path.stat()
                if not S_ISREG(state.st_mode) or self.states.get(path) == (state.st_mtime_ns, state.st_size):
                    continue
                content = path.read_bytes()
            except FileNotFoundError:
                continue  # a temporary file that went away meanwhile
            self.states[path] = (state.st_mtime_ns, state.st_size)
            if changed := self._changed(path, content):
                yield path, changed

    def _changed(self, path: Path, content: bytes) -> bytes:
        """The blocks that are not what they were, and their neighbours; a line end parts those that do not touch."""
        before = self.blocks.get(path, [])
        now = [hash(content[at : at + BLOCK]) for at in range(0, len(content), BLOCK)]
        self.blocks[path] = now
        others = [number for number, each in enumerate(now) if number >= len(before) or before[number] != each]
        near = sorted({max(0, number + step) for number in others for step in (-1, 0, 1)})
        parts = []
        for before_it, number in zip([None, *near], near, strict=False):
            apart = before_it is not None and before_it != number - 1
            parts.append((b"\n" if apart else b"") + content[number * BLOCK : (number + 1) * BLOCK])
        return b"".join(parts)

    def _new_in_rows(self) -> Iterator[tuple[str, bytes]]:
        """Rows as text, which a server unpacks where its own files have them packed."""
        if self.engine.dialect.name == "sqlite":
            return
        with self.engine.connect() as connection:
            for table in Base.metadata.tables:
                rows = connection.execute(text(f'SELECT CAST(t AS text) FROM "{table}" t')).scalars()
                new = {key: row for row in rows if (key := (table, hash(row))) not in self.rows}
                self.rows.update(new)
                if new:
                    yield table, "\n".join(new.values()).encode()
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))

    def _first(self, content: bytes) -> bytes | None:
        return next(iter(found_in(content, self.needles)), None)
