"""How requests are received: when each began and when its last byte was read; what they carry stays in memory."""

import contextlib
import io
import socket
import sys
from datetime import datetime, timedelta
from typing import IO, Any

from flask import Request, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from sad import clock

MOST_HEARD = 256 * 1024 * 1024
PIECE = 64 * 1024
LAST_DATA_RECEIVED = 52  # where `struct tcp_info` of Linux holds it: milliseconds since data last arrived on a connection
TICK = 10  # milliseconds: what the machine measures with is never coarser


class SealedRequest(Request):
    """A request whose files never touch the disk: those of an offer are sealed before anything is written (REC-01)."""

    def _get_file_stream(self, *_args: Any, **_options: Any) -> IO[bytes]:
        return io.BytesIO()


def stamp() -> None:
    """Read the request to its last byte, and note both instants: the second is the one that counts for a deposit (REC-03).

    Before the database is asked anything: what it takes to answer, or not, is no time of the sender's; nor is what a request that had
    arrived whole waited for a free worker. What could not be read is told by `refuse_unread`, once it is known who sent it.
    """
    g.started_at, g.unread = clock.now(), None
    try:
        if request.method == "POST":
            request.form.get("")  # the first look at a form is what reads it
    except HTTPException as error:
        g.unread = error
        if isinstance(error, RequestEntityTooLarge):
            _hear_out()
    finally:
        g.received_at = arrived_at(request.environ.get("gunicorn.socket"))
        g.started_at = min(g.started_at, g.received_at)


def arrived_at(line: socket.socket | None) -> datetime:
    """When the last byte read from that connection had reached this machine, and never before it did; now, where that is not known."""
    return clock.now() - timedelta(milliseconds=max(0, waited_on(line) - TICK))


def waited_on(line: socket.socket | None) -> int:
    """Milliseconds since data last arrived on that connection, by the machine's own count; 0 where it keeps none (no TCP, no Linux)."""
    try:
        told = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECEIVED + 4) if line else b""
        return int.from_bytes(told[LAST_DATA_RECEIVED:], sys.byteorder)
    except (OSError, AttributeError):
        return 0


def refuse_unread() -> None:
    """Raise what kept the request from being read to its end."""
    if g.unread is not None:
        raise g.unread


def _hear_out() -> None:
    """Let a request that is too large be sent to its end, keeping nothing: a browser that is cut short shows no answer."""
    announced = request.content_length or 0
    if announced <= (request.max_content_length or announced):
        return  # stopped while it was read, for another reason: what is left to come is not known
    left = min(announced, MOST_HEARD)
    with contextlib.suppress(OSError):
        while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, PIECE))):
            left -= len(piece)
