"""The product served as it is in the demo, suppliers that deposit without rest, and its workers killed (-9) under them.

A kill takes nothing from the memory of the machine: whether the disk was told to keep what it was given (fsync) is not seen here.
"""

import contextlib
import http.client
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from sad import clock
from sad.actions.journal_checks import verify_journal
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.models.journal import JournalEntry, JournalHead
from sad.models.letters import Letter
from sad.models.offers import Offer, Receipt
from sad.models.people import Person
from sad.settings import ROOT
from sad.trust.chain import Head
from tests.campaigns.forms import hidden_of
from tests.campaigns.kept import check_deposit, check_journal
from tests.factories.mini_tenders import SEAL_KEY, make_published
from tests.factories.offers import PDF, offered
from tests.factories.suppliers import member_of
from tests.web.test_login import sign_in

PATIENCE = 60  # seconds, for an answer on a crowded machine
A_MOMENT = 0.01  # seconds
A_BLINK = 0.001
RESTED = 0.2  # of the kills come after something was acknowledged, the others when they will
AT_ONCE = 4  # workers, and suppliers, each with its own
WHOLE = 50  # seeds between two readings of all that was kept
COOKIE = "sad"
WARMED = "tests.campaigns.warmed:app"


class Depositor:
    """A supplier that deposits again and again with one draft, sending the same thing again when the line is cut."""

    def __init__(self, port: int, address: str, cookie: str, may_send: threading.Event) -> None:
        self.port, self.address, self.cookie, self.may_send = port, address, cookie, may_send
        self.acknowledged: deque[tuple[str, str]] = deque()  # the key, and where the receipt is, until somebody checks them
        self.done = 0
        self.cuts = 0
        self.refused: list[int] = []
        self.took = 0.0  # seconds, for what was last acknowledged the first time that it was sent
        self.is_over = False
        self.thread = threading.Thread(target=self._deposit_without_rest, daemon=True)

    def _deposit_without_rest(self) -> None:
        hidden = self._page()
        while not self.is_over:
            self._deposit({**hidden, "key": uuid4().hex, "keep": "y"})

    def _deposit(self, filled: dict[str, str]) -> None:
        where, before, began = None, self.cuts, time.monotonic()
        while where is None and not self.is_over:
            self.may_send.wait()
            where = self._sent(filled)
        if where:
            self.took = self.took if self.cuts > before else time.monotonic() - began
            self.acknowledged.append((filled["key"], where))
            self.done += 1

    def _page(self) -> dict[str, str]:
        while True:
            try:
                answer, page = self._ask("GET")
            except (OSError, http.client.HTTPException):
                time.sleep(A_MOMENT)  # the server is not there yet
                continue
            self.cookie = re.search(f"{COOKIE}=([^;]*)", answer.headers.get("Set-Cookie", f"{COOKIE}={self.cookie}"))[1]
            return hidden_of(page)

    def _sent(self, filled: dict[str, str]) -> str | None:
        """Where the receipt is, once it is acknowledged."""
        try:
            answer, _ = self._ask("POST", urlencode(filled))
        except (OSError, http.client.HTTPException):
            answer = None
        if answer and answer.status == 302:
            return answer.headers["Location"]
        if answer:
            self.refused.append(answer.status)
        self.cuts += 1
        time.sleep(A_BLINK)
        return None

    def _ask(self, method: str, body: str | None = None) -> tuple[http.client.HTTPResponse, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, self.address, body, headers)
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()


class Service:
    """The product on that application's database, suppliers at work, and for each of them a worker of four threads."""

    def __init__(self, app: Flask, number: int = AT_ONCE, loaded: str = WARMED) -> None:
        self.checked: set[str] = set()
        self.known, self.due = 0, 0
        self.workers: set[int] = set()
        self.may_send = threading.Event()
        self.may_send.set()
        invited, ports = _invited(app, number), free_ports(number)
        self.depositors = [Depositor(port, *each, self.may_send) for port, each in zip(ports, invited, strict=True)]
        self.head = _head()
        self.process = served(app, ports, invited[0], workers=number, program="tests.campaigns.nursery", loaded=loaded)
        for each in self.depositors:
            each.thread.start()
        self.wait_for_work(of_each=True)

    def close(self) -> None:
        """The suppliers rest, the server is stopped."""
        for each in self.depositors:
            each.is_over = True
        self.may_send.set()
        for each in self.depositors:
            each.thread.join(PATIENCE)
        self.process.terminate()
        self.process.wait()

    def check_kills(self, seed: int) -> None:
        """Kill all the workers at drawn instants, until each seed had as many sendings cut; then nothing but whole deposits is kept.

        A worker may be killed as it is born, before it received anything: that kill counts for nothing. What is cut beyond the number
        counts for the next seed.
        """
        drawn = random.Random(seed)
        self.due += len(self.depositors)
        while self.cuts() < self.due:
            self._wait_for_births()
            if drawn.random() < RESTED:
                self.wait_for_work()
            time.sleep(drawn.random() * self.took())
            for each in self.workers:
                os.kill(each, signal.SIGKILL)
            self.check_at_rest()
        answered = [status for each in self.depositors for status in each.refused]
        assert not answered, f"refused: {answered}"
        if seed % WHOLE == WHOLE - 1:
            self.check_whole()

    def check_at_rest(self) -> None:
        """The same as `check`, the suppliers sending nothing new meanwhile."""
        self.may_send.clear()
        self.check()
        self.may_send.set()

    def check(self) -> None:
        """Every deposit acknowledged since the last check is whole; the chain holds from where it held then."""
        session.remove()
        for each in self.depositors:
            while each.acknowledged:
                self._check_acknowledged(*each.acknowledged.popleft())
        report = verify_journal(self.head)
        assert report.is_sound, str(report)
        self.head = report.head
        session.remove()  # nothing of a server that is about to die

    def _check_acknowledged(self, key: str, where: str) -> None:
        offer = session.scalar(select(Offer).where(Offer.idempotency_key == key))
        assert offer is not None, f"acknowledged and lost: {key}"
        assert f"/{offer.id}/" in where and [file.name for file in check_deposit(offer).files] == [PDF.name]
        self.checked.add(key)
        session.expunge_all()

    def check_whole(self) -> None:
        """All that was ever acknowledged is there; none is without its receipt, line and letter; the whole chain holds; work goes on."""
        self.check()
        assert len(self.checked) > self.known, "nothing is acknowledged any more"
        self.known = len(self.checked)
        kept = set(session.scalars(select(Offer.idempotency_key)))
        assert self.checked <= kept, f"acknowledged and lost: {self.checked - kept}"
        _check_counts()
        check_journal()
        session.remove()

    def cuts(self) -> int:
        """How many sendings were cut by a kill, and sent again."""
        return sum(each.cuts for each in self.depositors)

    def took(self) -> float:
        """Seconds, for a deposit acknowledged lately, whose line was not cut."""
        return statistics.mean(each.took for each in self.depositors)

    def wait_for_work(self, *, of_each: bool = False) -> None:
        """Until one more deposit is acknowledged, or one of each supplier."""
        before, until = [each.done for each in self.depositors], time.monotonic() + PATIENCE
        while not (all if of_each else any)(each.done > had for each, had in zip(self.depositors, before, strict=True)):
            assert time.monotonic() < until and self.process.poll() is None, "nothing is acknowledged any more"
            time.sleep(A_BLINK)

    def _wait_for_births(self) -> None:
        """Until there are as many workers as before, and none that was killed."""
        until = time.monotonic() + PATIENCE
        while len(born := self._children()) < len(self.depositors) or born & self.workers:
            assert time.monotonic() < until and self.process.poll() is None, "no worker is born any more"
            time.sleep(A_BLINK)
        self.workers = born

    def _children(self) -> set[int]:
        """The workers that are there, the dead among them."""
        return set(map(int, Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()))


def _invited(app: Flask, number: int) -> list[tuple[str, str]]:
    """Where the invitees of a consultation that is open now deposit, each with its draft, and the cookie of its session."""
    with transaction():
        mini_tender = make_published(suppliers=number)
        mini_tender.published_at, mini_tender.closes_at = clock.now() - timedelta(days=1), clock.now() + timedelta(days=30)
    found = []
    for supplier in invitees_of(mini_tender):
        by, content = member_of(supplier), offered(mini_tender, supplier)
        with transaction():
            save_offer_draft(mini_tender, supplier, content, [PDF], stamp="", seal_key=SEAL_KEY, by=by, at=clock.now())
        found.append((by.id, f"/fournisseur/consultations/{mini_tender.id}/offre/verifier"))
    return [(address, cookie_of(app, by)) for by, address in found]


def cookie_of(app: Flask, person_id: int) -> str:
    """The cookie of a session of this person."""
    client = app.test_client()
    sign_in(client, session.get_one(Person, person_id))
    return client.get_cookie(COOKIE).value


def free_ports(number: int) -> list[int]:
    """So many on which nobody listens."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for each in probes:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in probes]


def served(
    app: Flask, ports: Sequence[int], warmed_by: tuple[str, str], *, workers: int, program: str = "gunicorn", loaded: str = WARMED
) -> subprocess.Popen:
    """The web server of the demo; the application is loaded and warm before its workers are born, so that another is born at once."""
    settings = app.settings
    (key := settings.data_dir / "seal.key").write_bytes(SEAL_KEY)
    environment = {
        **os.environ,
        "SAD_DATABASE_URL": settings.database_url,
        "SAD_DATA_DIR": str(settings.data_dir),
        "SAD_SECRET_KEY": settings.secret_key,
        "SAD_SEAL_KEY_FILE": str(key),
        "SAD_BASE_URL": f"http://localhost:{ports[0]}",
        "WARMED_BY": "{} sad={}".format(*warmed_by),
    }
    addresses = [word for port in ports for word in ("--bind", f"127.0.0.1:{port}")]
    command = [sys.executable, "-m", program, *addresses, "--workers", str(workers), "--threads", "4", "--preload"]
    command += ["--no-control-socket", "--log-level", "critical", loaded]
    with (settings.data_dir / "served.log").open("ab") as log:  # it says at length each time that its database is not there
        return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)


def _head() -> Head:
    session.remove()
    kept = session.get_one(JournalHead, 1)
    session.remove()
    return Head(kept.seq, kept.hash)


def _check_counts() -> None:
    """Read together, since others write meanwhile."""
    counted = (
        select(func.count(Offer.id)),
        select(func.count(Receipt.id)),
        select(func.count(JournalEntry.seq)).where(JournalEntry.action == "submit_offer"),
        select(func.count(Letter.id)).where(Letter.kind == "offer_deposited"),
    )
    found = session.execute(select(*(each.scalar_subquery() for each in counted))).one()
    assert len(set(found)) == 1, f"offers, receipts, lines, letters: {tuple(found)}"
