"""The world of two halves, made once for all the files that ask every address."""

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sad import db
from sad.settings import Settings
from tests.factories.mini_tenders import SEAL_KEY
from tests.web.world import World, make_world


@pytest.fixture(scope="session")
def kept_world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(sqlite_template, folder / "sad.sqlite")
    url = f"sqlite:///{folder / 'sad.sqlite'}"
    secret = "a-key-for-tests-only-0123456789-abcdef"
    settings = Settings("development", url, folder, secret, SEAL_KEY, "http://localhost", None, "sad@agglo.example")
    app = importlib.import_module("sad.web").create_app(settings)
    yield make_world(app)
    app.engine.dispose()


@pytest.fixture
def world(kept_world: World) -> Iterator[World]:
    """It is left as it was: what its requests change is undone."""
    db.session.remove()
    db.session.configure(bind=kept_world.app.engine)
    yield kept_world
    db.session.remove()
