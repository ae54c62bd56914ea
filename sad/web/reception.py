"""How requests are received: when each began and when its last byte was read; what they carry stays in memory."""

import io
from typing import IO, Any

from flask import Request, g, request

from sad import clock


class SealedRequest(Request):
    """A request whose files never touch the disk: those of an offer are sealed before anything is written (REC-01)."""

    def _get_file_stream(self, *_args: Any, **_options: Any) -> IO[bytes]:
        return io.BytesIO()


def stamp() -> None:
    """Read the request to its last byte, and note both instants: the second is the one that counts for a deposit (REC-03)."""
    g.started_at = clock.now()
    if request.method == "POST":
        request.form.get("")  # the first look at a form is what reads it
    g.received_at = clock.now()
