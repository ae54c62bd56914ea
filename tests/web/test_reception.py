"""Requests: the instant that counts is that of the last byte, and what they carry never touches the disk in clear."""

import io
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
