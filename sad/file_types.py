"""The types of files that are accepted, each recognised by its content: a name or a browser may say anything."""

import io
import lzma
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import filetype

LONGEST_MARKER = 1024 * 1024
MAX_MEMBERS = 10_000
FIRST, LISTED = b"PK\x03\x04", b"PK\x01\x02"
WITH_PASSWORD = 0x2041  # the three bits of a member's flags that say it is encrypted
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what every archiver reads; others unpack in bursts that nothing bounds
LOCAL_HEADER = 30
PIECE = 64 * 1024
OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,  # a password, or a compression that is not known here
    ArithmeticError,  # a place beyond what can be reached
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
    """Whether this is a zip archive from its first byte on, without password, whose files can be listed and lie apart."""
    if not content.startswith(FIRST) or has_too_many_members(content):
        return False
    try:
        members = _members(content)
    except UNREADABLE:
        return False
    is_plain = all(member.compress_type in COMPRESSIONS and not member.flag_bits & WITH_PASSWORD for member in members)
    return is_plain and sum(member.compress_size for member in members) <= len(content)


def has_too_many_members(content: bytes) -> bool:
    """Whether a zip archive lists more than ten thousand files, told without listing them, which takes memory."""
    return content.startswith(FIRST) and content.count(LISTED) > MAX_MEMBERS


def unpacked_size(content: bytes, *, most: int) -> int | None:
    """What the files of a zip archive weigh together, in bytes; None when one does not unpack to the size it states.

    It is measured, since what is stated may be false, and nothing of it is kept; beyond `most` it goes no further.
    """
    try:
        members = _members(content)
        total = sum(member.file_size for member in members)
        if total <= most and any(_measured(member, content) != member.file_size for member in members):
            return None
    except UNREADABLE:
        return None
    return total


def _measured(member: zipfile.ZipInfo, content: bytes) -> int:
    """The bytes that a member gives, at most one piece more than it states. Raises one of `UNREADABLE`."""
    if not content.startswith(FIRST, member.header_offset):
        raise zipfile.BadZipFile("no file where one is listed")
    start = member.header_offset + LOCAL_HEADER + sum(struct.unpack_from("<HH", content, member.header_offset + 26))
    packed = memoryview(content)[start : start + member.compress_size]
    return len(packed) if member.compress_type == zipfile.ZIP_STORED else _inflated(packed, most=member.file_size)


def _inflated(packed: memoryview, *, most: int) -> int:
    engine, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for start in range(0, len(packed), PIECE):
        left, is_full = bytes(packed[start : start + PIECE]), True
        while is_full:
            piece = engine.decompress(left, PIECE)
            left, total, is_full = engine.unconsumed_tail, total + len(piece), len(piece) == PIECE
            if total > most or engine.eof:
                return total
    raise zipfile.BadZipFile("cut short")


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.infolist()


def _is_a(extension: str) -> Callable[[bytes], bool]:
    def recognises(content: bytes) -> bool:
        kind = filetype.guess(content)
        return kind is not None and kind.extension == extension

    return recognises


def _is_open_xml(main_part: str) -> Callable[[bytes], bool]:
    """Word and Excel say what they are in their list of parts; with macros they say something else, or hold a part for them."""

    def recognises(content: bytes) -> bool:
        parts = _start_of("[Content_Types].xml", content)
        return f"{OPEN_XML}{main_part}.main+xml".encode() in parts and not _has_macros(parts, content)

    return recognises


def _has_macros(parts: bytes, content: bytes) -> bool:
    said = parts.lower()
    is_told = b"macroenabled" in said or b"vbaproject" in said
    return is_told or any(member.filename.lower().endswith("vbaproject.bin") for member in _members(content))


def _is_open_document(kind: str) -> Callable[[bytes], bool]:
    def recognises(content: bytes) -> bool:
        return _start_of("mimetype", content).strip() == f"{OPEN_DOCUMENT}{kind}".encode()

    return recognises


def _start_of(member: str, content: bytes) -> bytes:
    """The first MiB of a member of a zip archive; nothing when it cannot be read, or when two bear that name."""
    if not is_zip(content):
        return b""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(member) as stream:
            is_alone = Counter(archive.namelist())[member] == 1
            return stream.read(LONGEST_MARKER) if is_alone else b""
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
