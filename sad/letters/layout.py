"""A letter's plain text as headings, paragraphs and lists, so that pages and PDFs show it in order."""

import re
from dataclasses import dataclass
from typing import Literal

LONGEST_HEADING = 90
_ITEM = re.compile(r"^(?:-|  –) ")
_SENTENCE = re.compile(r"[.,;:!?]$")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a letter: `lines` holds one text for a heading, the lines of a paragraph, or the items of a list."""

    kind: Literal["heading", "paragraph", "list"]
    lines: tuple[str, ...]


def blocks(body: str) -> list[Block]:
    """The pieces of a letter's body, in order.

    Pieces are set apart by empty lines. A short first line without final punctuation, followed by something, is a heading,
    save in the signature, the last piece.
    """
    paragraphs = [part.splitlines() for part in re.split(r"\n\s*\n", body.strip("\n"))]
    found: list[Block] = []
    for number, lines in enumerate(paragraphs, start=1):
        if number < len(paragraphs) and _opens_with_heading(lines):
            found.append(Block("heading", (lines.pop(0),)))
        found += _runs(lines)
    return found


def _opens_with_heading(lines: list[str]) -> bool:
    first = lines[0]
    is_plain = not _ITEM.match(first) and not _SENTENCE.search(first) and "\u00a0:" not in first
    return len(lines) > 1 and len(first) <= LONGEST_HEADING and is_plain


def _runs(lines: list[str]) -> list[Block]:
    """Items that follow one another make a list, other lines a paragraph."""
    found: list[Block] = []
    for line in lines:
        kind: Literal["paragraph", "list"] = "list" if _ITEM.match(line) else "paragraph"
        text = _ITEM.sub("", line)
        if found and found[-1].kind == kind:
            found[-1] = Block(kind, (*found[-1].lines, text))
        else:
            found.append(Block(kind, (text,)))
    return found
