"""The product served as it is in the demo, suppliers that deposit without rest, and its worker killed (-9) under them.

A kill takes nothing from the memory of the machine: whether the disk was told to keep what it was given (fsync) is not seen here.
"""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
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
A_MOMENT = 0.02  # seconds
A_BLINK = 0.001
HALF = 0.5
SUPPLIERS = 2
WHOLE = 250  # kills between two readings of all that was kept
COOKIE = "sad"


class Depositor:
    """A supplier that deposits again and again with one draft, sending the same thing again when the line is cut."""

    def __init__(self, port: int, address: str, cookie: str, may_send: threading.Event) -> None:
        self.port, self.address, self.cookie, self.may_send = port, address, cookie, may_send
        self.acknowledged: dict[str, str] = {}
        self.cuts = 0
        self.took = 0.0  # seconds, for what was acknowledged last
        self.is_over = False
        self.thread = threading.Thread(target=self._deposit_without_rest, daemon=True)

    def _deposit_without_rest(self) -> None:
        hidden = self._page()
        while not self.is_over:
            filled, where = {**hidden, "key": uuid4().hex, "keep": "y"}, None
            while where is None and not self.is_over:
                self.may_send.wait()
                where = self._sent(filled)
            if where:
                self.acknowledged[filled["key"]] = where

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
        began = time.monotonic()
        try:
            answer, _ = self._ask("POST", urlencode(filled))
        except (OSError, http.client.HTTPException):
            answer = None
        if answer is None or answer.status != 302:
            self.cuts += 1
            time.sleep(A_MOMENT)
            return None
        self.took = time.monotonic() - began
        return answer.headers["Location"]

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
    """The product on that application's database, one worker of four threads, and two suppliers at work."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.checked: set[str] = set()
        self.known, self.worker = 0, 0
        self.port = free_port()
        self.may_send = threading.Event()
        self.may_send.set()
        invited = _invited(app)
        self.depositors = [Depositor(self.port, address, cookie, self.may_send) for address, cookie in invited]
        self.head = _head()
        self.process = served(app, self.port, invited[0])
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

    def check_a_kill(self, seed: int) -> None:
        """Kill the worker at a drawn instant, as often as it takes to cut a sending; then nothing but whole deposits is kept.

        One time out of two it has acknowledged something; the others it may be killed as it is born, before it received anything.
        """
        drawn, before = random.Random(seed), self.cuts()
        while self.cuts() == before:
            self._wait_for_birth()
            if drawn.random() < HALF:
                self.wait_for_work()
            time.sleep(drawn.random() * self.took())
            os.kill(self.worker, signal.SIGKILL)
            self.check_at_rest()
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
        for key, where in list(self._acknowledged().items()):
            if key not in self.checked:
                (offer,) = session.scalars(select(Offer).where(Offer.idempotency_key == key))
                assert f"/{offer.id}/" in where and [file.name for file in check_deposit(offer).files] == [PDF.name]
                self.checked.add(key)
                session.expunge_all()
        report = verify_journal(self.head)
        assert report.is_sound, str(report)
        self.head = report.head
        session.remove()  # nothing of a server that is about to die

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
        """Seconds, for the longest of the deposits acknowledged last."""
        return max(each.took for each in self.depositors)

    def _acknowledged(self) -> dict[str, str]:
        return {key: where for each in self.depositors for key, where in list(each.acknowledged.items())}

    def wait_for_work(self, *, of_each: bool = False) -> None:
        """Until one more deposit is acknowledged, or one of each supplier."""
        before, until = [len(each.acknowledged) for each in self.depositors], time.monotonic() + PATIENCE
        while not (all if of_each else any)(len(each.acknowledged) > had for each, had in zip(self.depositors, before, strict=True)):
            assert time.monotonic() < until and self.process.poll() is None, "nothing is acknowledged any more"
            time.sleep(A_BLINK)

    def _wait_for_birth(self) -> None:
        """Until another worker is there than the one that was killed."""
        until = time.monotonic() + PATIENCE
        while (born := self._child()) in (None, self.worker):
            assert time.monotonic() < until and self.process.poll() is None, "no worker is born any more"
            time.sleep(A_BLINK)
        self.worker = born

    def _child(self) -> int | None:
        """The worker, where there is one."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        assert len(children) <= 1, f"one worker: {children}"
        return int(children[0]) if children else None


def _invited(app: Flask) -> list[tuple[str, str]]:
    """Where the invitees of a consultation that is open now deposit, each with its draft, and the cookie of its session."""
    with transaction():
        mini_tender = make_published(suppliers=SUPPLIERS)
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


def free_port() -> int:
    """One on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def served(app: Flask, port: int, warmed_by: tuple[str, str], *, workers: int = 1) -> subprocess.Popen:
    """The web server of the demo; the application is loaded and warm before its workers are born, so that another is born at once."""
    settings = app.settings
    (key := settings.data_dir / "seal.key").write_bytes(SEAL_KEY)
    environment = {
        **os.environ,
        "SAD_DATABASE_URL": settings.database_url,
        "SAD_DATA_DIR": str(settings.data_dir),
        "SAD_SECRET_KEY": settings.secret_key,
        "SAD_SEAL_KEY_FILE": str(key),
        "SAD_BASE_URL": f"http://localhost:{port}",
        "WARMED_BY": "{} sad={}".format(*warmed_by),
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", "4", "--preload"]
    command += ["--no-control-socket", "--log-level", "critical", "tests.campaigns.warmed:app"]
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
