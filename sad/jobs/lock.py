"""One scheduler at a time: a file lock beside a SQLite database, an advisory lock on PostgreSQL."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

LOCK_FILE = "scheduler.lock"
ADVISORY_KEY = 0x5AD_5C4ED


class AlreadyRunning(Exception):
    """Another scheduler holds the lock."""


@contextmanager
def only_scheduler(engine: Engine, data_dir: Path) -> Iterator[Callable[[], bool]]:
    """Hold the lock, and give a question that says whether it is still held. Raises `AlreadyRunning`."""
    with _advisory_lock(engine) if engine.dialect.name == "postgresql" else _file_lock(data_dir) as is_held:
        yield is_held


def does_answer(engine: Engine) -> bool:
    """Does the database answer a new connection?"""
    try:
        with engine.connect() as connection:
            return _answers(connection)
    except DBAPIError:
        return False


@contextmanager
def _file_lock(data_dir: Path) -> Iterator[Callable[[], bool]]:
    """The system frees it when the process ends, however it ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield lambda: True


@contextmanager
def _advisory_lock(engine: Engine) -> Iterator[Callable[[], bool]]:
    """The server frees it when this connection ends, which is why it is asked again at each turn."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}):
            raise AlreadyRunning
        try:
            yield lambda: _answers(connection)
        finally:
            # The connection goes back to the pool alive: without this the lock would stay with it.
            connection.invalidate()


def _answers(connection: Connection) -> bool:
    try:
        return connection.scalar(text("SELECT 1")) == 1
    except DBAPIError:
        return False
