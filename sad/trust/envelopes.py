"""What an offer holds once deposited, and the bytes it is written as before being sealed.

The bytes are a plain tar archive (`envelope.json`, `content.json`, `files/1`, `files/2`...), so that with the released key `age -d`
and `tar x` are enough to read an offer without this program. Trailing zeros, which tar ignores, hide the true size.
"""

import io
import json
import tarfile
from dataclasses import dataclass
from typing import Any

from sad.trust.canonical import canonical_json

FORMAT = "sad-envelope/1"
STEP = 64 * 1024
END_OF_ARCHIVE = 2 * tarfile.BLOCKSIZE


class SealBroken(Exception):
    """What was sealed cannot be opened with this key, was altered, or is not where it was deposited (French sentence)."""


@dataclass(frozen=True, slots=True)
class EnvelopeFile:
    """A file of an offer, under the name its supplier gave; two files may bear the same name."""

    name: str
    media_type: str
    body: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.body)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An offer as deposited: what it is bound to, the salt of its commitments, its content (canonical JSON) and its files."""

    mini_tender_id: int
    supplier_id: int
    deposit_id: str
    salt: bytes
    content: bytes
    files: tuple[EnvelopeFile, ...] = ()


def size_class(size: int) -> int:
    """How many steps of 64 KiB hold `size` bytes, at least one: all that is told of a size before opening."""
    return max(1, -(-size // STEP))


def pack(envelope: Envelope) -> bytes:
    """The envelope as a tar archive, as long as a whole number of steps of 64 KiB."""
    files = {_file_path(number): file.body for number, file in enumerate(envelope.files, start=1)}
    members = {"envelope.json": canonical_json(_description(envelope)), "content.json": envelope.content, **files}
    archive = b"".join(_member(name, body) for name, body in members.items()) + bytes(END_OF_ARCHIVE)
    return archive.ljust(size_class(len(archive)) * STEP, b"\0")


def unpack(packed: bytes) -> Envelope:
    """The envelope written by `pack`. Raises `SealBroken` when the bytes are anything else."""
    try:
        members = _members(packed)
        description = json.loads(members["envelope.json"])
        if description["format"] != FORMAT:
            raise ValueError(description["format"])
        return Envelope(
            mini_tender_id=description["mini_tender_id"],
            supplier_id=description["supplier_id"],
            deposit_id=description["deposit_id"],
            salt=bytes.fromhex(description["salt"]),
            content=members["content.json"],
            files=tuple(
                EnvelopeFile(name=file["name"], media_type=file["media_type"], body=members[_file_path(number)])
                for number, file in enumerate(description["files"], start=1)
            ),
        )
    except (tarfile.TarError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as fault:
        raise SealBroken("Le pli est ouvert, mais ce qu’il contient n’est pas une offre.") from fault


def _description(envelope: Envelope) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "mini_tender_id": envelope.mini_tender_id,
        "supplier_id": envelope.supplier_id,
        "deposit_id": envelope.deposit_id,
        "salt": envelope.salt.hex(),
        "files": [{"name": file.name, "media_type": file.media_type} for file in envelope.files],
    }


def _file_path(number: int) -> str:
    """Where the archive keeps a file: never under a name that somebody chose."""
    return f"files/{number}"


def _member(name: str, body: bytes) -> bytes:
    header = tarfile.TarInfo(name)
    header.size = len(body)
    return header.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % tarfile.BLOCKSIZE)


def _members(packed: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
        found = {member.name: archive.extractfile(member) for member in archive if _is_plain(member)}
        return {name: file.read() for name, file in found.items() if file is not None}


def _is_plain(member: tarfile.TarInfo) -> bool:
    """A file with nothing left out: one with holes may announce far more bytes than there are."""
    return member.isfile() and not member.issparse()
