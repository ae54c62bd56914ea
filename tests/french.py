"""French typography, read in pages, letters, code and configuration; each function gives the places that break it."""

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

NBSP = "\u00a0"
HOLE = "\ufffc"  # what a page puts in place of an expression
# A plain space where the line could break, or none at all where one is due.
FAULTS = re.compile(r" [:;?!»](?=[\s<]|$)|« |[\w»)\ufffc][?!;»](?=[\s<]|$)|[^\W\d][:](?=\s|$)|«[^\s\u00a0\u202f]|\w'[a-zà-ÿA-ZÀ-Ÿ]")
TAGS = re.compile(r"<!--.*?-->|<(style|script)\b.*?</\1>|<[a-zA-Z/!][^<>]*>", re.DOTALL)
SHOWN_ATTRIBUTES = re.compile(r'\b(?:title|alt|aria-label|placeholder)="([^"]*)"')
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
TYPST = re.compile(r"\s*#(set|let|import)\b")
IS_FRENCH = re.compile(r"[à-ÿÀ-Ÿœ’«»…\u00a0\u202f]")


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Each piece of text that a page or a letter shows: its text, attributes that are read, words quoted in its expressions."""
    for path in sorted((root / "templates").rglob("*.*")):
        if path.suffix not in (".html", ".txt"):
            continue
        name, source = path.relative_to(root).as_posix(), path.read_text()
        for code in JINJA.findall(source) + EXPRESSION.findall(source):
            if not code.startswith("{#"):
                yield from ((name, words) for words in QUOTED.findall(code) if IS_FRENCH.search(words))
        text = EXPRESSION.sub(HOLE, JINJA.sub("", source))
        if path.suffix == ".html":
            yield from ((name, html.unescape(words)) for words in SHOWN_ATTRIBUTES.findall(text))
            text = TAGS.sub("\n", text)
        yield from ((name, html.unescape(line.strip())) for line in text.splitlines() if line.strip())


def code(root: Path) -> Iterator[tuple[str, str]]:
    """Each French string of the code that is not a docstring."""
    for path in sorted((root / "sad").rglob("*.py")):
        tree = ast.parse(path.read_text())
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        silent |= {id(part) for node in joined for part in node.values}
        for node in ast.walk(tree):
            if id(node) in silent:
                continue
            if isinstance(node, ast.JoinedStr):
                words = "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = node.value
            else:
                continue
            if IS_FRENCH.search(words) and not TYPST.match(words):
                yield f"{path.relative_to(root)}:{node.lineno}", words


def configuration(root: Path) -> Iterator[tuple[str, str]]:
    """Each French string of the configuration."""
    for path in sorted((root / "config").rglob("*.yaml")):
        for words in _values(yaml.safe_load(path.read_text())):
            if IS_FRENCH.search(words):
                yield path.relative_to(root).as_posix(), words


def _values(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _values(value)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value)


def typography_faults(texts: Iterator[tuple[str, str]]) -> list[str]:
    """The place and the words around each fault."""
    return [
        f"{where}: {words[max(found.start() - 25, 0) : found.end() + 10].strip()}"
        for where, words in texts
        for found in FAULTS.finditer(words)
    ]
