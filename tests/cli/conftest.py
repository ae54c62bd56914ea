"""Commands as somebody types them."""

from collections.abc import Callable

import pytest
from click.testing import Result

from sad.cli.commands import register


@pytest.fixture
def run(app, settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A command of the application, on the test's database."""
    monkeypatch.setenv("SAD_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SAD_DATA_DIR", str(settings.data_dir))
    register(app)
    runner = app.test_cli_runner()
    return lambda *words, **typed: runner.invoke(args=list(words), **typed)
