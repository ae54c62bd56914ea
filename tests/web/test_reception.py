"""Requests: the instant that counts is that of the last byte, and what they carry never touches the disk in clear."""

import io
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Blueprint, g, request

from sad import clock
from sad.web import reception
from sad.web.access import public
from sad.web.reception import SealedRequest

PAGES = Blueprint("pages_of_reception_tests", __name__)
BEGUN = datetime(2026, 12, 7, 10, 59, 50, tzinfo=UTC)
SLOWNESS = timedelta(seconds=25)
LARGE = b"%PDF-1.4 " + b"prix secret " * 100_000


@PAGES.post("/recu")
@public
def received():
    sent = request.files.get("files")
    stream = type(sent.stream).__name__ if sent else None
    return {"started_at": g.started_at.isoformat(), "received_at": g.received_at.isoformat(), "stream": stream}


@pytest.fixture
def app(new_app):
    new_app.register_blueprint(PAGES)
    return new_app


class SlowBody(io.BytesIO):
    """A body whose last byte comes long after the first; `told` holds the time."""

    def __init__(self, body: bytes, told: list[datetime]) -> None:
        super().__init__(body)
        self.told, self.size = told, len(body)

    def readinto(self, buffer) -> int:
        return self.late_at_the_end(super().readinto(buffer))

    def read(self, *size: int) -> bytes:
        return self.late_at_the_end(super().read(*size))

    def late_at_the_end(self, found):
        if self.tell() == self.size:
            self.told[0] = BEGUN + SLOWNESS
        return found


def test_the_instant_that_counts_is_that_of_the_last_byte(client, monkeypatch):
    told = [BEGUN]
    monkeypatch.setattr(clock, "now", lambda: told[0])
    body = b"name=value&note=" + b"a" * 50_000
    answer = client.post(
        "/recu", input_stream=SlowBody(body, told), content_length=len(body), content_type="application/x-www-form-urlencoded"
    )
    assert answer.json["started_at"] == BEGUN.isoformat()
    assert answer.json["received_at"] == (BEGUN + SLOWNESS).isoformat()


def test_a_large_file_stays_in_memory(client):
    answer = client.post("/recu", data={"files": (io.BytesIO(LARGE), "menu.pdf")})
    assert answer.json["stream"] == "BytesIO"


def test_by_itself_the_framework_would_write_it_to_the_disk(app, client, monkeypatch):
    monkeypatch.delattr(SealedRequest, "_get_file_stream")
    answer = client.post("/recu", data={"files": (io.BytesIO(LARGE), "menu.pdf")})
    assert answer.json["stream"] != "BytesIO"


def test_a_page_that_is_only_read_is_stamped_too(app):
    with app.test_request_context("/regles"):
        reception.stamp()
        assert g.started_at <= g.received_at


@pytest.fixture
def line():
    """Both ends of a connection over TCP: who sends, and the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as sender:
        end, _ = listener.accept()
        with end:
            yield sender, end


def test_what_has_arrived_whole_is_dated_when_it_did_however_long_it_waits_for_a_worker(app, line):
    sender, end = line
    before = clock.now()
    sender.sendall(b"the last byte")
    sent = clock.now()
    time.sleep(0.3)
    if not reception.waited_on(end):
        pytest.skip("this machine does not say when data arrived")
    with app.test_request_context("/recu", method="POST", environ_overrides={"gunicorn.socket": end}):
        reception.stamp()
        assert before <= g.received_at < sent + timedelta(seconds=0.3) < clock.now()
        assert g.started_at == g.received_at


def test_a_byte_that_comes_now_is_never_dated_before_it_came(line):
    sender, end = line
    for _ in range(50):
        time.sleep(0.01)
        before = clock.now()
        sender.sendall(b"a byte")
        assert end.recv(100)  # as it is read before it is dated
        assert reception.arrived_at(end) >= before


@pytest.mark.parametrize("end", [None, object()], ids=["no connection is told", "a connection that is no socket"])
def test_where_the_machine_does_not_tell_it_is_now(end):
    before = clock.now()
    assert reception.arrived_at(end) >= before


def test_between_two_programs_of_one_machine_it_is_now():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"x")
        time.sleep(0.05)
        before = clock.now()
        assert reception.arrived_at(ours) >= before
