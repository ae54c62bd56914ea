"""The scheduler watches the service: what answers, what does not, and what a failing database leaves for later."""

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from sad import clock
from sad.actions.outages import last_outages
from sad.db import session
from sad.jobs import watch
from sad.jobs.turn import Turn
from sad.jobs.watch import DOWN_FILE, watch_service
from sad.models.outages import Watch

NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
TICK = timedelta(seconds=30)


class Answers(http.server.BaseHTTPRequestHandler):
    """What is served at the probed address."""

    code, body = 200, b'{"status": "ok"}'

    def do_GET(self) -> None:
        self.send_response(self.code)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_words) -> None:
        """Silence."""


@pytest.fixture
def served() -> Iterator[type[Answers]]:
    kind = type("Kind", (Answers,), {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    kind.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield kind
    server.shutdown()
    server.server_close()


@pytest.fixture
def look(served, settings, database, monkeypatch) -> Callable[[int], int]:
    """A look of the scheduler, so many half-minutes after noon."""
    monkeypatch.setattr(watch, "web", watch.WebProbes())
    known = type(settings)(**{**{name: getattr(settings, name) for name in settings.__dataclass_fields__}, "probe_url": served.address})

    def at(tick: int) -> int:
        with clock.frozen(NOON + tick * TICK):
            return watch_service(Turn(known, NOON + tick * TICK))

    return at


def told() -> list[tuple[str, float, float | None]]:
    """Part, beginning and end of each outage, in half-minutes after noon."""
    session.rollback()
    known = reversed(last_outages(9))
    return [(each.part, (each.began_at - NOON) / TICK, each.ended_at and (each.ended_at - NOON) / TICK) for each in known]


def test_a_service_that_answers_has_no_outage(look):
    assert [look(tick) for tick in range(4)] == [0, 0, 0, 0]
    assert told() == [] and session.query(Watch).count() == 1


@pytest.mark.parametrize(
    ("code", "body", "is_out"),
    [(502, b"Bad gateway", True), (200, b"<html>parked</html>", True), (200, b"[]", True), (503, b'{"status": "down"}', False)],
)
def test_only_the_product_itself_counts_as_an_answer(look, served, code, body, is_out):
    look(0)
    served.code, served.body = code, body
    for tick in (1, 2, 3):
        look(tick)
    served.code, served.body = Answers.code, Answers.body
    look(7)
    assert told() == ([("web", 1, 7)] if is_out else [])


def test_one_failed_probe_alone_is_no_outage(look, served):
    look(0)
    served.body = b"restarting"
    look(1)
    served.body = Answers.body
    look(2)
    assert told() == []


def test_a_database_that_refuses_is_written_down_once_it_answers_again(look, settings, monkeypatch):
    look(0)

    def refuse(**_given):
        raise OperationalError("SELECT", {}, Exception("down"))

    with monkeypatch.context() as broken:
        broken.setattr(watch, "note_watch", refuse)
        for tick in (1, 2, 3):
            with pytest.raises(OperationalError):
                look(tick)
    assert (settings.data_dir / DOWN_FILE).exists() and told() == []
    look(4)
    look(5)
    assert told() == [("database", 1, 4)] and not (settings.data_dir / DOWN_FILE).exists()


def test_a_scheduler_that_was_dead_leaves_a_time_of_which_nothing_is_known(look):
    look(0)
    look(2880)
    assert told() == [("watch", 0, 2880)]
