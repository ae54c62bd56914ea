"""Files made by somebody who means harm, or whose machine went wrong: bombs, two types in one, macros, passwords, cut or false archives."""

import functools
import io
import struct
import zipfile
from collections.abc import Callable, Mapping

WORD, EXCEL = "wordprocessingml.document", "spreadsheetml.sheet"
TEXT, SHEET = "text", "spreadsheet"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\x00IEND\xaeB`\x82"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
MIB = 1024 * 1024
CENTRAL_SIZE, CENTRAL_OFFSET = 24, 42  # of the unpacked size, and of the place of the file, in a line of the list


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return stream.getvalue()


def office(main: str, *, said: str = "", more: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word or Excel file; `said` is added to its list of parts, `more` are parts."""
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{main}.main+xml"/>{said}</Types>'
    return zipped({"[Content_Types].xml": types, "main.xml": "<x/>", **(more or {})})


def open_document(kind: str, *, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """A text or a sheet of LibreOffice."""
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<x/>", **(more or {})})


def flat() -> bytes:
    """A plain archive, compressed as every archiver does."""
    return zipped({"été.txt": "bonjour " * 50, "menu.pdf": PDF})


def macro_enabled(main: str) -> bytes:
    """What is left of a .docm or .xlsm once renamed."""
    kind = "word.document" if main == WORD else "excel.sheet"
    types = f'<Types><Override ContentType="application/vnd.ms-{kind}.macroEnabled.main+xml"/></Types>'
    return zipped({"[Content_Types].xml": types, "word/vbaProject.bin": OLE})


def many(count: int) -> bytes:
    """An archive of so many empty members."""
    return zipped({f"{number:x}": b"" for number in range(count)}, zipfile.ZIP_STORED)


def marked_with_password(content: bytes) -> bytes:
    """The flag of each listed member says that it is encrypted."""
    return _each_listed(content, lambda line: line[:8] + struct.pack("<H", 1) + line[10:])


def stating(content: bytes, size: int) -> bytes:
    """Each listed member states this unpacked size, in bytes."""
    return _each_listed(content, lambda line: line[:CENTRAL_SIZE] + struct.pack("<I", size) + line[CENTRAL_SIZE + 4 :])


def overlapping(copies: int, size: int) -> bytes:
    """One member of `size` zeros, listed so many times."""
    body = zipped({"a": bytes(size)})
    start, (line, end) = body.index(b"PK\x01\x02"), _list_and_end(body)
    lines = b"".join(line[:46] + name + line[47:] for name in (bytes([97 + number % 26]) for number in range(copies)))
    end = end[:8] + struct.pack("<HHII", copies, copies, len(lines), start) + end[20:]
    return body[:start] + lines + end


def far(content: bytes, *, place: int) -> bytes:
    """The last member says, in the zip64 way, that it is at this place."""
    line, end = _list_and_end(content)
    start = content.index(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, place)
    last = line[line.rindex(b"PK\x01\x02") :]
    name, old, note = struct.unpack_from("<HHH", last, 28)
    false = last[:30] + struct.pack("<H", len(extra) + old) + last[32:CENTRAL_OFFSET] + b"\xff" * 4 + last[46 : 46 + name] + extra
    lines = line[: -len(last)] + false + last[46 + name : 46 + name + old + note]
    return content[:start] + lines + end[:12] + struct.pack("<II", len(lines), start) + end[20:]


def nested(depth: int) -> bytes:
    """A bomb in an archive in an archive."""
    body = zipped({"zeros": bytes(20 * MIB)})
    for _ in range(depth):
        body = zipped({f"{number}.zip": body for number in range(10)})
    return body


def twice(content: bytes, name: str, body: str) -> bytes:
    """The archive with a second member of a name that it already holds."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.NameToInfo.clear()
        archive.writestr(name, body)
    return stream.getvalue()


def altered(content: bytes) -> bytes:
    """The first compressed bytes of the archive are not deflate any more."""
    name, extra = struct.unpack_from("<HH", content, 26)
    start = 30 + name + extra
    return content[:start] + b"\xff" * 4 + content[start + 4 :]


def _list_and_end(content: bytes) -> tuple[bytes, bytes]:
    start, end = content.index(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    return content[start:end], content[end:]


def _each_listed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    start, (lines, end) = content.index(b"PK\x01\x02"), _list_and_end(content)
    changed = b"".join(change(b"PK\x01\x02" + line) for line in lines.split(b"PK\x01\x02")[1:])
    return content[:start] + changed + end


MAKERS: dict[str, Callable[[], bytes]] = {
    "pdf": lambda: PDF,
    "jpg": lambda: JPG,
    "png": lambda: PNG,
    "docx": lambda: office(WORD),
    "xlsx": lambda: office(EXCEL),
    "odt": lambda: open_document(TEXT),
    "ods": lambda: open_document(SHEET),
    "zip": flat,
    "zip stored": lambda: zipped({"a.txt": "bonjour"}, zipfile.ZIP_STORED),
    "zip with a folder": lambda: zipped({"photos/": b"", "photos/a.jpg": JPG}),
    "zip with climbing names": lambda: zipped({"../../etc/passwd": "x", "C:\\a.txt": "y", "a\u202ecod.exe": "z"}),
    "zip in a zip": lambda: zipped({"dedans.zip": flat()}),
    "zip of ten thousand": lambda: many(10_000),
    "zip and a remark": lambda: flat()[:-2] + struct.pack("<H", 9) + b"bon menu!",
    "pdf then zip": lambda: PDF + flat(),
    "jpg then zip": lambda: JPG + flat(),
    "jpg then html": lambda: JPG + HTML,
    "png then html": lambda: PNG + HTML,
    "pdf then html": lambda: PDF + HTML,
    "zip then pdf": lambda: zipped({"a.pdf": PDF}, zipfile.ZIP_STORED),
    "program then zip": lambda: b"MZ\x90\x00" + flat(),
    "gif and script": lambda: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//",
    "html": lambda: HTML,
    "html then pdf": lambda: HTML + PDF,
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "script": lambda: b"#!/bin/sh\nrm -rf ~\n",
    "program": lambda: b"MZ\x90\x00" + bytes(300),
    "elf": lambda: b"\x7fELF" + bytes(300),
    "ole": lambda: OLE,
    "rar": lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100),
    "7z": lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100),
    "gzip": lambda: b"\x1f\x8b\x08" + bytes(100),
    "zeros": lambda: bytes(1000),
    "one byte": lambda: b"%",
    "signature of a zip alone": lambda: b"PK\x03\x04",
    "list of a zip alone": lambda: b"PK\x05\x06" + bytes(18),
    "docm": lambda: macro_enabled(WORD),
    "xlsm": lambda: macro_enabled(EXCEL),
    "docx with a macro part": lambda: office(WORD, more={"word/vbaProject.bin": OLE}),
    "xlsx with a macro part": lambda: office(EXCEL, more={"xl/VBAPROJECT.BIN": OLE}),
    "docx that says both": lambda: office(WORD, said='<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
    "docx of two lists": lambda: twice(office(WORD), "[Content_Types].xml", "<Types/>"),
    "odt of two types": lambda: twice(open_document(TEXT), "mimetype", f"application/vnd.oasis.opendocument.{TEXT}"),
    "template of odt": lambda: open_document(f"{TEXT}-template"),
    "zip with a password": lambda: marked_with_password(flat()),
    "docx with a password": lambda: marked_with_password(office(WORD)),
    "zip of bzip2": lambda: zipped({"a.txt": "bonjour " * 50}, zipfile.ZIP_BZIP2),
    "zip of lzma": lambda: zipped({"a.txt": "bonjour " * 50}, zipfile.ZIP_LZMA),
    "zip cut": lambda: flat()[:-10],
    "docx cut": lambda: office(WORD)[:-10],
    "zip with false bytes": lambda: altered(flat()),
    "zip that states less": lambda: stating(zipped({"a": bytes(5 * MIB)}), 10),
    "zip that states more": lambda: stating(flat(), 10 * MIB),
    "zip far away": lambda: far(flat(), place=2**64 - 1),
    "docx far away": lambda: far(office(WORD), place=2**64 - 1),
    "zip that overlaps": lambda: overlapping(500, MIB // 4),
    "bomb of zeros": lambda: zipped({"zeros": bytes(201 * MIB)}),
    "bomb that states less": lambda: stating(zipped({"zeros": bytes(201 * MIB)}), 1000),
    "bomb in a docx": lambda: office(WORD, more={"word/media/a.bmp": bytes(201 * MIB)}),
    "bomb in an odt": lambda: open_document(TEXT, more={"Pictures/a.bmp": bytes(201 * MIB)}),
    "bomb that overlaps": lambda: overlapping(2000, MIB),
    "zips in zips": lambda: nested(3),
    "zip of too many": lambda: many(10_001),
}  # fmt: skip


@functools.lru_cache(maxsize=1)
def made(name: str) -> bytes:
    """One of them; only the last is kept, since some are heavy."""
    return MAKERS[name]()
