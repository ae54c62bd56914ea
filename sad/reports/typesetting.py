"""Setting words on paper: accessible PDF (PDF/UA-1), the same bytes for the same words and the same instant."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "reports"
NOT_IN_THE_TYPE = "could not be displayed"
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
# Latin letters with their accents; dashes, quotes, spaces; the euro; signs of comparison and arithmetic.
EUROPEAN = frozenset(map(chr, range(0x20, 0x180))) | frozenset(
    "\n\t\u2009\u200b\u2010\u2011\u2012\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2022\u2026\u202f\u2030\u2039\u203a\u20ac\u2116\u2122\u2192\u2212\u2260\u2264\u2265\ufffd"
)


def typeset(template: str, content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template of `templates/reports`, which reads `content` as JSON: what a person wrote is never taken for commands.

    `at` dates the file. A sign that the type does not have (a smiley, another script) is set as its plain equal, or as « \ufffd »: the
    paper is made all the same, and the page shows the sign. Raises `typst.TypstError` when something else could not be read aloud.
    """
    try:
        return _compiled(template, content, at)
    except typst.TypstError as error:
        if NOT_IN_THE_TYPE not in str(error):
            raise
    return _compiled(template, _in_the_type(content), at)


def _in_the_type(content: Any) -> Any:
    """The same content, with the signs of European languages only."""
    if isinstance(content, Mapping):
        return {name: _in_the_type(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_in_the_type(value) for value in content]
    return "".join(map(_plain_sign, content)) if isinstance(content, str) else content


def _plain_sign(sign: str) -> str:
    if _is_european(sign):
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    return plain if all(map(_is_european, plain)) else UNKNOWN


def _is_european(sign: str) -> bool:
    return sign in EUROPEAN


def _compiled(template: str, content: Mapping[str, Any], at: datetime) -> bytes:
    return bytes(
        typst.compile(
            TEMPLATES / f"{template}.typ",
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"content": json.dumps(content)},
            ignore_system_fonts=True,
            timestamp=int(at.astimezone(UTC).timestamp()),
        )
    )
