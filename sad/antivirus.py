"""Asking clamd what a file holds: its INSTREAM command over a socket, nothing written on the way."""

import socket
import struct
from urllib.parse import urlsplit

TIMEOUT = 30.0  # seconds without a word
PIECE = 64 * 1024
LONGEST_ANSWER = 4096
DEFAULT_PORT = 3310
LONGEST_NAME = 200


class NotScanned(Exception):
    """clamd did not say what it thinks of this file: nothing is known of it, which is not that it is clean."""


class AntivirusDown(NotScanned):
    """clamd does not answer at all: it would say nothing of another file either."""


def threat_in(address: str, body: bytes) -> str | None:
    """The name of what clamd found in these bytes; None when it found nothing. Raises `NotScanned`.

    `address` is `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`.
    """
    try:
        with _connected(address) as line:
            said = _asked(line, body)
    except OSError as error:
        raise AntivirusDown(f"{type(error).__name__}: {error}") from error
    return _verdict(said)


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(TIMEOUT)
        try:
            line.connect(parts.path)
        except BaseException:
            line.close()
            raise
        return line
    return socket.create_connection((parts.hostname or "", parts.port or DEFAULT_PORT), TIMEOUT)


def _asked(line: socket.socket, body: bytes) -> str:
    line.sendall(b"zINSTREAM\0")
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        line.sendall(struct.pack("!L", len(piece)) + piece)
    line.sendall(struct.pack("!L", 0))
    said = b""
    while len(said) < LONGEST_ANSWER and not said.endswith(b"\0") and (more := line.recv(LONGEST_ANSWER)):
        said += more
    return said.decode(errors="replace").strip("\0\n ")


def _verdict(said: str) -> str | None:
    """clamd answers `stream: OK`, `stream: NAME FOUND`, or an error; whatever else comes is no verdict."""
    stream, _, words = said.partition(": ")
    if stream == "stream" and words == "OK":
        return None
    if stream == "stream" and words.endswith(" FOUND"):
        return words.removesuffix(" FOUND")[:LONGEST_NAME] or "?"
    raise NotScanned(said[:LONGEST_NAME] or "no answer")
