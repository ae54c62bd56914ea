"""Hostile texts planted in every text column, then every page read and every file opened: nothing of them runs."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser

from openpyxl import load_workbook
from sqlalchemy import Column, Connection, String, Table, select, text, update
from werkzeug.test import TestResponse

from sad import db
from sad.db import Base
from sad.letters.messages import as_message
from sad.models.letters import Letter
from sad.web import rights
from tests.factories.hostile_texts import MARK, PAYLOADS
from tests.web.answers import header_faults
from tests.web.world import World

SHORTEST_COLUMN = 100
# Written by the product, or checked when typed: no free text comes there.
NOT_FREE = {
    "people.password_hash", "supplier_invitations.token_hash", "documents.storage_key", "letter_papers.storage_key", "letters.dedupe_key",
    "letters.message_id", "mini_tenders.public_key", "opener_keys.public", "rehearsals.public_key", "journal.object", "approvals.object",
    "destroyed_objects.object", "published_heads.about", "documents.media_type", "offer_files.media_type", "examination_files.media_type",
    "people.email", "letters.to_email", "login_attempts.email", "login_attempts.address", "consortiums.agreement", "ranked_offers.ref",
}  # fmt: skip
# Of which the world has no row.
EMPTY = {
    "assisted_deposits.agreed_by", "award_notices.reference", "evaluator_marks.reason", "job_runs.error", "letter_bounces.reason",
    "mini_tender_changes.reason", "passkeys.name", "receptions.refused_because", "regularisation_exclusions.reason",
    "stage_changes.corrigendum", "stage_changes.notice_reference", "stage_changes.reason", "stage_reviews.reason",
    "system_changes.notice_reference", "system_changes.reason", "tasting_marks.remark", "tie_decisions.reason",
    "trusted_hours.reason",
}  # fmt: skip
KNOWN_ICS = re.compile(r"[A-Z-]+(?:;[A-Z-]+=[^:;]+)*:")
ACTING = (b"/JavaScript", b"/JS ", b"/Launch", b"/OpenAction", b"/EmbeddedFile")
WORDS = ("data-label", "value", "title", "alt", "aria-label", "placeholder")  # attributes that are read, and never followed as an address
OURS = ("ailleurs", "cmd|", "1+1", "SUM(1", "ran()")


def free_columns() -> list[Column]:
    """Every column in which somebody's words are kept."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String)
        and (column.type.length or SHORTEST_COLUMN) >= SHORTEST_COLUMN
        and not (column.primary_key or column.foreign_keys)
        and f"{table.name}.{column.name}" not in NOT_FREE
    ]


def planted_columns() -> int:
    """How many columns hold words in the world."""
    return len(free_columns()) - len(EMPTY)


def plant(connection: Connection, seed: int, together: int = 1) -> dict[str, int]:
    """So many payloads in each row of each of these columns, the next ones at the next row; gives how many rows each column had.

    The seeds from 0 to `COUNT / together` plant every payload in the first row of each column. Several together are longer than what a
    page would let anybody type.
    """
    _lift_guards(connection)
    planted: dict[str, int] = {}
    for number, column in enumerate(free_columns()):
        name = f"{column.table.name}.{column.name}"
        planted[name] = 0
        for row, key in enumerate(_rows(connection, column.table)):
            first = (seed + row) * together + number * 7
            payload = " ".join(PAYLOADS[(first + (each + row) % together) % len(PAYLOADS)] for each in range(together))
            most = column.type.length if together == 1 else None
            there = [part == value for part, value in zip(column.table.primary_key, key, strict=True)]
            connection.execute(update(column.table).where(*there).values({column.name: payload[:most]}))
            planted[name] += 1
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
    return planted


def _lift_guards(connection: Connection) -> None:
    """Whoever writes in the database by hand is not stopped by what stops the product."""
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def _rows(connection: Connection, table: Table) -> list[tuple[object, ...]]:
    key = list(table.primary_key)
    return [tuple(row) for row in connection.execute(select(*key).order_by(*key))]


class Elements(HTMLParser):
    """What a page is made of: the elements and attributes that came out of a text, and what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            runs = name not in WORDS and (value or "").strip().lower().startswith(("javascript:", "vbscript:", "data:text"))
            if runs or name.startswith(("on", MARK)):
                self.faults.append(f"<{tag} {name}={value}>")


def page_faults(answer: TestResponse) -> list[str]:
    """What of the planted texts became part of a page, or of the file that is sent."""
    faults = header_faults(answer)
    if answer.mimetype == "text/html":
        elements = Elements()
        elements.feed(answer.get_data(as_text=True))
        return faults + elements.faults + (["7*7 was computed"] if ">49<" in answer.text else [])
    if answer.mimetype == "application/json":
        json.loads(answer.get_data())
    return faults + file_faults(answer.get_data())


def file_faults(body: bytes) -> list[str]:
    """What would run when the file is opened with what people use."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                return _sheet_faults(body)
            wrong = [name for name in names if ".." in name or name.startswith("/") or "\\" in name or not name.isprintable()]
            return [*wrong, *(fault for name in names for fault in file_faults(archive.read(name)))]
    if body.startswith(b"%PDF-"):
        return [mark.decode() for mark in ACTING if mark in body]
    if body.startswith(b"BEGIN:VCALENDAR"):
        lines = body.decode().replace("\r\n ", "").split("\r\n")
        return [line for line in lines if line and ("\n" in line or "\r" in line or not KNOWN_ICS.match(line))]
    return []


def _sheet_faults(body: bytes) -> list[str]:
    """A formula that holds a word of ours, or a link to elsewhere."""
    book = load_workbook(io.BytesIO(body))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
    links = [str(cell.hyperlink.target) for cell in cells if cell.hyperlink]
    return [*(each for each in formulas if any(word in each for word in OURS)), *(link for link in links if "ailleurs" in link)]


def mail_faults(message: EmailMessage) -> list[str]:
    """What the text of a letter added to the mail that carries it."""
    once = ("To", "From", "Subject", "Message-ID", "Date")
    several = [name for name in once if len(message.get_all(name, [])) > 1]
    broken = [name for name, value in message.items() if "\n" in str(value) or "\r" in str(value)]
    return [*several, *broken, *(name for name in ("Bcc", "Cc", "Set-Cookie") if name in message)]


def crawled(world: World) -> Iterator[tuple[str, str]]:
    """Every page and file, at its first place, as the first who reads it."""
    for line in rights.lines(world.app):
        for seat in line.admitted[:1] if line.method == "GET" else ():
            yield from ((seat.key, world.url(line.endpoint, place)) for place in world.own[line.endpoint][:1])


def check_payloads(world: World, seed: int) -> set[tuple[str, int]]:
    """Plant the payloads from this one on, crawl, open, send; gives the pages that were read."""
    faults, read = [], set()
    with world.undone():
        plant(db.session.connection(), seed)
        db.session.commit()
        for who, url, answer in ((who, url, world.send(who, url)) for who, url in crawled(world)):
            read.add((url, answer.status_code))
            found = page_faults(answer) + ([f"{answer.status_code}"] if answer.status_code >= 500 else [])
            faults += [f"{who} {url}: {fault}" for fault in found]
        for letter in db.session.scalars(select(Letter)):
            faults += [f"letter {letter.id}: {fault}" for fault in mail_faults(as_message(letter, sender="sad@agglo.example"))]
    assert not faults, "\n".join(faults[:40])
    return read
