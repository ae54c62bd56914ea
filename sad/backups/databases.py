"""A database as files and back: SQLite by its own online copy, PostgreSQL table by table, both from one picture of it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

FOLDER = "database"
SQLITE_FILE = f"{FOLDER}/sad.sqlite"
VERSIONS = "alembic_version"
BUSY_SECONDS = 15


def save_sqlite(connection: Connection, target: Path) -> None:
    """Copy what this connection reads, while others go on writing."""
    source: Any = connection.connection.driver_connection
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    target.chmod(0o600)


def overwrite_sqlite(source: Path, target: Path) -> None:
    """Put a file in the place of the database, all of it or nothing. Raises `sqlite3.Error` when somebody writes meanwhile."""
    with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as live:
        copy.backup(live)


def save_postgresql(connection: Connection, folder: Path) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Write every table as PostgreSQL's own COPY text; give the columns of each, and the last number of each sequence."""
    inspector = inspect(connection)
    tables = {name: [column["name"] for column in inspector.get_columns(name)] for name in sorted(inspector.get_table_names())}
    tables.pop(VERSIONS, None)
    for name, columns in tables.items():
        copy = _copy(connection, name, columns, "TO STDOUT")
        with (folder / table_file(name)).open("xb") as file, _cursor(connection).copy(copy) as rows:
            for piece in rows:
                file.write(piece)
        (folder / table_file(name)).chmod(0o600)
    given = text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL")
    return tables, {row.sequencename: row.last_value for row in connection.execute(given)}


def fill_postgresql(connection: Connection, folder: Path, tables: Mapping[str, list[str]], sequences: Mapping[str, int]) -> None:
    """Fill tables that are just made with the rows of a backup, those that others refer to first."""
    schema = MetaData()
    schema.reflect(connection)
    ordered = [table.name for table in schema.sorted_tables if table.name != VERSIONS]
    for name in reversed(ordered):
        connection.execute(schema.tables[name].delete())
    for name in ordered:
        copy = _copy(connection, name, tables[name], "FROM STDIN")
        with (folder / table_file(name)).open("rb") as file, _cursor(connection).copy(copy) as rows:
            while piece := file.read(1 << 16):
                rows.write(piece)
    for name, last in sequences.items():
        connection.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": f'"{name}"', "last": last})


def empty_postgresql(connection: Connection) -> None:
    """Take every table away, and what goes with them."""
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    quoted = connection.dialect.identifier_preparer.quote
    for name in inspect(connection).get_table_names():
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE")
    connection.execute(text("DROP FUNCTION IF EXISTS refuse_journal_change() CASCADE"))


def table_file(name: str) -> str:
    """Where the rows of a table are in the folder of a backup."""
    return f"{FOLDER}/{name}.copy"


def _copy(connection: Connection, name: str, columns: list[str], way: str) -> str:
    quoted = connection.dialect.identifier_preparer.quote
    return f"COPY {quoted(name)} ({', '.join(map(quoted, columns))}) {way}"


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()
