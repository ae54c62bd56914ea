"""The product served for real on a free port of this machine, with a clock that tests may move."""

import importlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from sad import clock, db
from sad.jobs.letters import deliver_letters
from sad.jobs.runner import run_once
from sad.jobs.turn import Turn
from sad.settings import Settings


class Silent(WSGIRequestHandler):
    """Says nothing of the requests it answers."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


class Site:
    """Where the product answers, what time it is there, and how its letters leave."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = settings.base_url
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The instant of the product: it flows, from where it was last moved to."""
        return datetime.now(UTC) + self._ahead

    def move_to(self, instant: datetime) -> None:
        """Go to a later instant (aware)."""
        self._ahead = instant - datetime.now(UTC)

    def work(self) -> None:
        """Do one round of all that the scheduler does."""
        run_once(self.settings)

    def deliver(self) -> int:
        """Do what the scheduler does every few seconds: send the letters that wait."""
        return deliver_letters(Turn(self.settings, self.now()))


@contextmanager
def served(
    database: Path, folder: Path, start: datetime, prepare: Callable[[Settings], object] = lambda _settings: None
) -> Iterator[Site]:
    """The product on a SQLite file, at `start`, until the end of the block; `prepare` fills it before anybody comes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        environment="development",
        database_url=f"sqlite:///{database}",
        data_dir=folder,
        secret_key="a-key-for-tests-only-0123456789-abcdef",
        seal_key=b"a-seal-key-for-tests-only-0123456789",
        base_url=f"http://localhost:{port}",
        smtp_url=None,
        mail_from="sad@agglo.example",
    )
    site = Site(settings)
    site.move_to(start)
    app = importlib.import_module("sad.web").create_app(settings)
    prepare(settings)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        # The clock stopped by `clock.frozen` belongs to one thread, and requests run in others.
        patch.setattr(clock, "now", site.now)
        # A story lasts weeks, and its people stay where they are.
        limits = importlib.import_module("sad.domain.sessions").SessionLimits(idle=timedelta.max, absolute=timedelta.max)
        patch.setattr(importlib.import_module("sad.actions.sign_ins"), "session_limits", lambda **_who: limits)
        thread.start()
        yield site
        server.shutdown()
        thread.join()
    db.session.remove()
    app.engine.dispose()
