"""A browser, and the product that it looks at."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from sad.demo.loading import load
from tests.browser.people import MONDAY
from tests.browser.scene import START, Scene, set_scene
from tests.browser.site import Site, served

QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium est absent : installez le paquet « chromium » pour jouer l’histoire dans un navigateur")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIETLY)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    database = folder / "sad.sqlite"
    shutil.copy(sqlite_template, database)
    with served(database, folder, START) as here:
        yield here


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, loaded as on a Monday morning."""
    folder = tmp_path_factory.mktemp("demo")
    database = folder / "sad.sqlite"
    shutil.copy(sqlite_template, database)
    with served(database, folder, MONDAY, lambda settings: load(settings, now=MONDAY, told=lambda _count: None)) as here:
        yield here


@pytest.fixture(scope="module")
def scene(site: Site) -> Scene:
    return set_scene()
