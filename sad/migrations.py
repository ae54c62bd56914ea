"""Where the database stands against its migrations, and how to bring it up or down."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


@cache
def newest() -> str:
    """The revision that the code expects."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def current(engine: Engine) -> str | None:
    """The revision that the database has; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to `revision`."""
    _run(engine, lambda config: command.upgrade(config, revision))


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same inside a transaction that is already open (PostgreSQL only: SQLite rebuilds tables outside of any)."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_known(revision: str) -> bool:
    """Does this program have that revision? One made by a newer program has others."""
    return revision in {each.revision for each in ScriptDirectory(str(FOLDER)).walk_revisions()}


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database down to `revision` (`base`: nothing left)."""
    _run(engine, lambda config: command.downgrade(config, revision))


def _run(engine: Engine, act) -> None:  # type: ignore[no-untyped-def]
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        if engine.dialect.name == "sqlite":
            _without_foreign_keys(connection, config, act)
        else:
            with connection.begin():
                act(config)


def _without_foreign_keys(connection: Connection, config: Config, act) -> None:  # type: ignore[no-untyped-def]
    """SQLite rebuilds tables to alter them; with foreign keys on, a cascade would empty their children."""
    raw = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            act(config)
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"migration leaves broken references: {broken[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
