"""A zip file written while it is sent: one file at a time in memory, whatever their number."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from sad.domain.calendar import PARIS


class _Pipe:
    """What a zip writes into; taken away after each file."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, chunk: bytes) -> int:
        """Keep it until it is taken."""
        self._chunks.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """Whoever reads it closes it."""

    def taken(self) -> bytes:
        """All that was written since the last time."""
        chunk, self._chunks = b"".join(self._chunks), []
        return chunk


def zip_stream(files: Iterable[tuple[str, bytes]], *, at: datetime) -> Iterator[bytes]:
    """The pieces of a zip of these files, dated at that instant in Paris; PDFs are packed already, so they are stored as they are."""
    pipe, local = _Pipe(), at.astimezone(PARIS)
    dated = (local.year, local.month, local.day, local.hour, local.minute, local.second)
    with ZipFile(pipe, "w", ZIP_STORED) as book:
        for name, body in files:
            book.writestr(ZipInfo(name, dated), body)
            yield pipe.taken()
    yield pipe.taken()
