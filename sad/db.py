"""The database: engine, session, column types, and `transaction()`, the only commit."""

import contextlib
import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Connection, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
WRITES = "sad_writes"
LONGEST_CONNECTION = 10  # seconds: a server out of reach is said so before the worker that waits for it is ended


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive one is refused, because nobody can say which hour it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ScaledInteger(TypeDecorator[Decimal]):
    """A decimal number kept as a whole number of its last place, since SQLite would keep a binary float."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimal places")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.places)


class Money(ScaledInteger):
    """Euros, excl. VAT unless the column says otherwise, kept in whole cents."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(places=2)


class Quantity(ScaledInteger):
    """A quantity with at most three decimals (grams of a kilogram)."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(places=3)


class Base(DeclarativeBase):
    """What every row is."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
    }


session = scoped_session(sessionmaker(expire_on_commit=False))


def bind(url: str) -> Engine:
    """Open the database at `url` and make it the one of this process."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    # What a statement carries (names, sealed drafts) has no place in a log when it fails.
    on_sqlite = url.startswith("sqlite")
    arguments = {} if on_sqlite else {"connect_timeout": LONGEST_CONNECTION}
    engine = create_engine(url, pool_pre_ping=not on_sqlite, hide_parameters=True, connect_args=arguments)
    if engine.dialect.name == "sqlite":
        _speak_sqlite(engine)
    session.remove()
    session.configure(bind=engine)
    return engine


def _speak_sqlite(engine: Engine) -> None:
    """Take transactions back from the driver, which loses updates silently when it begins them itself."""

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def transaction() -> Iterator[None]:
    """One act: all of it is kept, or nothing.

    What was read before is forgotten first, so that the act decides on what others have committed meanwhile.
    """
    session.rollback()
    session.expire_all()
    with _in_turn(session.get_bind()):
        session.connection(execution_options={WRITES: True})
        try:
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextlib.contextmanager
def kept_if(is_kept: bool) -> Iterator[None]:
    """A part of an act that is written like the rest of it, then undone unless it is to be kept."""
    with session.begin_nested() as part:
        yield
        session.flush()
        if not is_kept:
            part.rollback()


def take_picture() -> Connection:
    """From now on, until it is let go, the session reads the database as it is at this instant, whatever others write."""
    session.remove()
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    connection = session.connection(execution_options={"isolation_level": "REPEATABLE READ"} if on_postgresql else None)
    connection.exec_driver_sql("SELECT 1 FROM alembic_version")  # the picture is taken by the first statement that reads
    return connection


@contextlib.contextmanager
def _in_turn(engine: Engine | Connection) -> Iterator[None]:
    """On SQLite, writers wait for each other at a file lock: its own retries leave some of them waiting for seconds."""
    path = engine.engine.url.database if engine.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
