"""What every answer must say, and what none may hold, whatever was asked."""

import contextlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from flask import Flask, got_request_exception
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from tests.factories.people import PASSWORD

PAGE_POLICY = {"default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"}
FILE_POLICY = {"sandbox", "default-src 'none'"}
SAME = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REFUSED_POWERS = {"camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()"}
TRACES = (b"Traceback (most recent call last)", b'File "/', b"sqlalchemy.", b"werkzeug.exceptions")
OUTSIDE = re.compile(
    r"""(?:src|srcset|poster|data|background|action|formaction|ping|manifest)\s*=\s*["']?\s*(?:[a-z]+:)?//"""
    r"""|url\(\s*["']?(?:[a-z]+:)?//|@import""",
    re.I,
)
LOADED_LINK = re.compile(r"""<link\b(?=[^>]*\bhref\s*=\s*["']?(?:[a-z]+:)?//)[^>]*>""", re.I)
NOT_SENT = "not sent"
WRITING = ("INSERT", "UPDATE", "DELETE")


def header_faults(answer: TestResponse, *, is_static: bool = False) -> list[str]:
    """The headers that an answer lacks or says otherwise."""
    headers, found = answer.headers, []
    policy = {part.strip() for part in headers.get("Content-Security-Policy", "").split(";")}
    if not (policy >= PAGE_POLICY or policy >= FILE_POLICY) or "unsafe" in headers.get("Content-Security-Policy", ""):
        found.append("Content-Security-Policy")
    found += [name for name, value in SAME.items() if headers.get(name) != value]
    if not {part.strip() for part in headers.get("Permissions-Policy", "").split(",")} >= REFUSED_POWERS:
        found.append("Permissions-Policy")
    if not is_static and not {"no-store", "no-cache"} & {part.strip() for part in headers.get("Cache-Control", "").split(",")}:
        found.append("Cache-Control")
    if set("\r\n\0") & set("".join([*headers.keys(), *headers.values()])):
        found.append("a header of several lines")
    return [*found, *(name for name in ("X-Powered-By", "Access-Control-Allow-Origin") if name in headers)]


def page_faults(answer: TestResponse) -> list[str]:
    """What a page holds that it may not: the trace of a fault, a script or a style within, anything loaded from elsewhere."""
    body = answer.get_data()
    found = [trace.decode() for trace in TRACES if trace in body]
    if answer.mimetype == "text/html" and "sandbox" not in answer.headers.get("Content-Security-Policy", ""):
        text = answer.get_data(as_text=True)
        marks = Marks()
        marks.feed(text)
        found += marks.faults + OUTSIDE.findall(text) + LOADED_LINK.findall(text)
    return found


@dataclass
class ShownForm:
    """A form as a page shows it: where it goes, the names of all its fields, and what it would send; what is empty is filled likely."""

    action: str
    names: set[str] = field(default_factory=set)
    fields: list[tuple[str, str]] = field(default_factory=list)


class Marks(HTMLParser):
    """The scripts, styles and handlers written in a page; and its forms, each with what it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.forms: list[ShownForm] = []
        self._select, self._text = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.faults += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        self.faults += [f"{tag} {value}" for value in given.values() if value.strip().lower().startswith(("javascript:", "vbscript:"))]
        if (tag == "script" and "src" not in given) or tag in ("style", "iframe", "object", "embed", "base"):
            self.faults.append(tag)
        if tag == "form":
            self.forms.append(ShownForm(given.get("action", "") if given.get("method", "").lower() == "post" else NOT_SENT))
        self._note(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text and self.forms and (fields := self.forms[-1].fields) and fields[-1][0] == self._text and data.strip():
            fields[-1] = (self._text, data.strip())

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if not self.forms:
            return
        fields, name = self.forms[-1].fields, given.get("name", "")
        self.forms[-1].names |= {name} - {""}
        if tag == "input" and name and given.get("type") not in ("radio", "checkbox", "submit", "file"):
            fields.append((name, given.get("value") or _likely(given)))
        elif tag == "input" and name and ("checked" in given or name not in dict(fields)):
            fields.append((name, given.get("value", "y")))
        elif tag == "textarea":
            self._text = name
            fields.append((name, "Le pain est livré tiède."))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and given.get("value") and ("selected" in given or self._select not in dict(fields)):
            fields.append((self._select, given["value"]))


def forms_of(text: str) -> list[ShownForm]:
    """The forms of a page that act."""
    marks = Marks()
    marks.feed(text)
    return [form for form in marks.forms if form.action != NOT_SENT]


def _likely(given: dict[str, str]) -> str:
    """What somebody could type in an empty field."""
    kind = given.get("type", "text")
    typed = {"date": "2026-12-28", "time": "12:00", "email": "jeanne@ferme.example", "password": PASSWORD, "hidden": "", "number": "4"}
    return typed.get(kind, "4" if given.get("inputmode") in ("decimal", "numeric") else "Ferme des Aubépines")


class Written(NamedTuple):
    """A statement that writes, and what it carries."""

    statement: str
    parameters: object


@contextlib.contextmanager
def writes_to(engine: Engine) -> Iterator[list["Written"]]:
    """The statements that write, as they are executed within, with what they carry."""
    seen: list[Written] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        if statement.lstrip().upper().startswith(WRITING):
            seen.append(Written(statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


class _Kept(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.kept.append(f"{record.getMessage()} {type(error).__name__} {error}"[:400])


@contextlib.contextmanager
def breakdowns_of(app: Flask) -> Iterator[list[str]]:
    """What broke while answering, in words."""
    kept: list[str] = []
    handler, log = _Kept(kept), logging.getLogger("sad.web.errors")

    def note(_app, exception, **_rest) -> None:
        kept.append(f"{type(exception).__name__} {exception}"[:400])

    log.addHandler(handler)
    got_request_exception.connect(note, app)
    try:
        yield kept
    finally:
        got_request_exception.disconnect(note, app)
        log.removeHandler(handler)
