"""A clamd of our own: it answers INSTREAM over a socket, and finds what it is told to find."""

import contextlib
import socketserver
import struct
import threading
from collections.abc import Iterator

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd(socketserver.ThreadingTCPServer):
    """`address` is what SAD_CLAMD would hold; `read` keeps what it was sent; `answer` replaces its own verdict when it is set."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answering)
        self.address = f"tcp://127.0.0.1:{self.server_address[1]}"
        self.read, self.answer = [], None


class _Answering(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        body = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            body += self.rfile.read(size)
        self.server.read.append(body)
        own = b"stream: Eicar-Test-Signature FOUND" if EICAR in body else b"stream: OK"
        self.wfile.write(own + b"\0" if self.server.answer is None else self.server.answer)


@contextlib.contextmanager
def fake_clamd() -> Iterator[FakeClamd]:
    """It listens for as long as the context lasts."""
    with FakeClamd() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
