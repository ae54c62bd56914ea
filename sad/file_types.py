"""The types of files that are accepted, each recognised by its content: a name or a browser may say anything."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import filetype

LONGEST_MARKER = 1024 * 1024
OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,  # a password, or a compression that is not known here
    LookupError,
    ValueError,
    OSError,
    EOFError,
)


@dataclass(frozen=True, slots=True)
class FileType:
    """An accepted type: its media type, and the question that tells whether some bytes are of it."""

    media_type: str
    recognises: Callable[[bytes], bool]


def is_zip(content: bytes) -> bool:
    """Whether this is a zip archive from its first byte on, whose table of contents can be read."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        return unpacked_size(content) >= 0
    except UNREADABLE:
        return False


def unpacked_size(content: bytes) -> int:
    """What a zip archive says its files weigh together, in bytes, without unpacking any."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(member.file_size for member in archive.infolist())


def _is_a(extension: str) -> Callable[[bytes], bool]:
    def recognises(content: bytes) -> bool:
        kind = filetype.guess(content)
        return kind is not None and kind.extension == extension

    return recognises


def _is_open_xml(main_part: str) -> Callable[[bytes], bool]:
    """Word and Excel say what they are in their list of parts; with macros they say something else."""

    def recognises(content: bytes) -> bool:
        return f"{OPEN_XML}{main_part}.main+xml".encode() in _start_of("[Content_Types].xml", content)

    return recognises


def _is_open_document(kind: str) -> Callable[[bytes], bool]:
    def recognises(content: bytes) -> bool:
        return _start_of("mimetype", content).strip() == f"{OPEN_DOCUMENT}{kind}".encode()

    return recognises


def _start_of(member: str, content: bytes) -> bytes:
    """The first MiB of a member of a zip archive; nothing when it cannot be read."""
    if not is_zip(content):
        return b""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(member) as stream:
            return stream.read(LONGEST_MARKER)
    except UNREADABLE:
        return b""


FILE_TYPES = {
    "pdf": FileType("application/pdf", _is_a("pdf")),
    "docx": FileType(f"{OPEN_XML}wordprocessingml.document", _is_open_xml("wordprocessingml.document")),
    "xlsx": FileType(f"{OPEN_XML}spreadsheetml.sheet", _is_open_xml("spreadsheetml.sheet")),
    "odt": FileType(f"{OPEN_DOCUMENT}text", _is_open_document("text")),
    "ods": FileType(f"{OPEN_DOCUMENT}spreadsheet", _is_open_document("spreadsheet")),
    "jpg": FileType("image/jpeg", _is_a("jpg")),
    "jpeg": FileType("image/jpeg", _is_a("jpg")),
    "png": FileType("image/png", _is_a("png")),
    "zip": FileType("application/zip", is_zip),
}
