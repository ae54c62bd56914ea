"""A crowd of suppliers that send a whole offer in the last minute, through real workers, beside readers: who was in time, and how fast.

Nobody types a password here: each session is opened as signing in opens it, and its cookie written as the product writes it. Each
supplier goes on by itself, however many wait for an answer; somebody is wrongly late when the last byte of the last button had left by the
deadline, but for two ticks of the machine, and the deposit is late all the same.
"""

import http.client
import itertools
import random
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import flask
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from sad import clock
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.publications import invitees_of, publish_mini_tender
from sad.actions.sign_ins import open_session
from sad.db import session, transaction
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.trust.passwords import new_token
from tests.campaigns.forms import hidden_of
from tests.campaigns.kept import check_journal
from tests.campaigns.killing import COOKIE, PATIENCE, free_ports, served
from tests.factories.mini_tenders import HOME, SEAL_KEY, SENT, make_admitted, make_mini_tender
from tests.factories.offers import PDF, VALUES, offered
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

MEGABYTE = b"%PDF-1.4\n" + bytes(1024 * 1024 - 15) + b"%%EOF\n"
READERS, WORKERS = 5, 2
A_LOOK = 1.0  # seconds that a reader looks at a page
TWO_TICKS = timedelta(milliseconds=20)  # by which an arrival may be dated too late: `sad.web.reception`
BROWSER_PATIENCE = 300  # seconds that a browser waits for an answer
BOUNDARY = "a-boundary-that-no-document-holds"
READ = ("/", "/regles")


class Missed(AssertionError):
    """What went wrong, with the figures all the same."""

    def __init__(self, message: str, measured: dict[str, object]) -> None:
        super().__init__(message)
        self.measured = measured


@dataclass
class Sending:
    """What a supplier saw of its deposit: when its last byte left, how long it waited, what it was answered."""

    key: str
    sent_at: datetime | None = None
    waited: list[float] = field(default_factory=list)
    failure: str = ""


@dataclass
class Crowd:
    """The suppliers of one consultation, by the cookies of their sessions, and the server that they send to; `warm` sends first, alone."""

    app: Flask
    mini_tender: int
    warm: str
    cookies: list[str]
    port: int = field(default_factory=lambda: free_ports(1)[0])

    def last_minute(self, seconds: float, drawn: random.Random) -> tuple[list[Sending], datetime]:
        """Everybody sends within so many seconds, which end at the deadline; gives what each saw, and the deadline."""
        process = served(self.app, [self.port], (self._address("/verifier"), self.warm), workers=WORKERS)
        is_over = threading.Event()
        readers = [threading.Thread(target=self._read, args=(is_over,), daemon=True) for _ in range(READERS)]
        try:
            self._wait_for_server()
            begin, closes_at = time.monotonic(), clock.now() + timedelta(seconds=seconds)
            with transaction():
                session.get_one(MiniTender, self.mini_tender).closes_at = closes_at
            session.remove()
            for each in readers:
                each.start()
            pauses = sorted(begin + drawn.random() * seconds * 0.95 for _ in self.cookies)
            with ThreadPoolExecutor(len(self.cookies)) as pool:
                return list(pool.map(self._send, self.cookies, pauses)), closes_at
        finally:
            is_over.set()
            process.terminate()
            process.wait()

    def _send(self, cookie: str, starts: float) -> Sending:
        """The form with its document, the page that shows it again, the last button."""
        made = Sending(uuid4().hex)
        time.sleep(max(0.0, starts - time.monotonic()))
        try:
            page, cookie = self._ask(made, "GET", "", cookie)
            where, cookie = self._ask(made, "POST", "", cookie, *_offer(page, made.key))
            page, cookie = self._ask(made, "GET", "/verifier", cookie)
            form = [urlencode({**hidden_of(page), "key": made.key}).encode()]
            where, _ = self._ask(made, "POST", "/verifier", cookie, form, "application/x-www-form-urlencoded")
            made.failure = "" if "accuse" in where else f"led to {where}"
        except (OSError, http.client.HTTPException, TypeError) as failure:
            made.failure = f"{type(failure).__name__} {failure}"[:200]
        return made

    def _ask(self, made: Sending, method: str, page: str, cookie: str, body: Sequence[bytes] = (), kind: str = "") -> tuple[str, str]:
        """The page, or where it leads, and the cookie that goes on."""
        connection, began = http.client.HTTPConnection("127.0.0.1", self.port, timeout=BROWSER_PATIENCE), time.monotonic()
        headers = {"Cookie": f"{COOKIE}={cookie}", "Content-Type": kind or "text/plain", "Content-Length": str(sum(map(len, body)))}
        try:
            connection.request(method, self._address(page), body, headers)
            made.sent_at = clock.now()
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        made.waited.append(time.monotonic() - began)
        if answer.status != (302 if method == "POST" else 200):
            raise OSError(f"{answer.status} at {page or 'the form'}")
        kept = re.search(f"{COOKIE}=([^;]*)", answer.headers.get("Set-Cookie", ""))
        return answer.headers.get("Location", text), kept[1] if kept else cookie

    def _read(self, is_over: threading.Event) -> None:
        """Somebody who reads public pages one after the other, a moment each."""
        for page in itertools.cycle(READ):
            if is_over.wait(A_LOOK):
                return
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=BROWSER_PATIENCE)
            try:
                connection.request("GET", page)
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                continue
            finally:
                connection.close()

    def _wait_for_server(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE).connect()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def _address(self, page: str) -> str:
        return f"/fournisseur/consultations/{self.mini_tender}/offre{page}"


def made_crowd(app: Flask, number: int) -> Crowd:
    """So many suppliers invited to one consultation; a first one, that has a draft, warms the server."""
    blank = _blank(app)
    with transaction():
        need = make_mini_tender(happens_at=clock.now() + timedelta(days=60), wanted_closes_at=clock.now() + timedelta(days=40))
        buyer = make_person(need.organisation, Role.BUYER)
        make_admitted(need.category, number + 1, by=buyer)
        publish_mini_tender(need, seal_key=SEAL_KEY, justifications={}, home=HOME, by=buyer, at=SENT)
        need.published_at, need.closes_at = clock.now() - timedelta(days=1), clock.now() + timedelta(days=30)
    first, *_ = suppliers = invitees_of(need)
    with transaction():
        save_offer_draft(need, first, offered(need, first), [PDF], stamp="", seal_key=SEAL_KEY, by=member_of(first), at=clock.now())
        warm, *others = _cookies(app, blank, [member_of(each) for each in suppliers])
    return Crowd(app, need.id, warm, others)


def check_last_minute(app: Flask, seed: int, *, suppliers: int, seconds: float) -> dict[str, object]:
    """The figures of a last minute. Raises `Missed` when one was answered an error, or was late though it had sent all in time."""
    crowd, drawn = made_crowd(app, suppliers), random.Random(seed)
    sendings, closes_at = crowd.last_minute(seconds, drawn)
    session.remove()
    kept = dict(map(tuple, session.execute(select(Offer.idempotency_key, Offer.late))))
    failed = [each.failure for each in sendings if each.failure]
    wronged = [each.key for each in sendings if not each.failure and kept.get(each.key, True) and each.sent_at <= closes_at - TWO_TICKS]
    in_time = sum(not kept.get(each.key, True) for each in sendings)
    measured = {"suppliers": len(sendings), "in time": in_time, "failed": len(failed), "wrongly late": len(wronged)}
    measured |= _percentiles(sendings)
    check_journal()
    if failed or wronged:
        raise Missed(f"{measured} {failed[:2]}", measured)
    return measured


def _percentiles(sendings: list[Sending]) -> dict[str, object]:
    """Seconds, of the last button and of the form with its document."""
    found: dict[str, object] = {}
    for name, place in (("form", 1), ("deposit", 3)):
        waited = sorted(each.waited[place] for each in sendings if len(each.waited) > place)
        for percent in (50, 95, 99, 100) if waited else ():
            found[f"{name} p{percent}"] = round(waited[min(len(waited) - 1, len(waited) * percent // 100)], 2)
    return found


def _blank(app: Flask) -> dict[str, object]:
    """What the cookie of somebody who only read a form holds; its end lets the database go, and so comes before any act."""
    with app.test_request_context():
        generate_csrf()
        return dict(flask.session)


def _cookies(app: Flask, blank: dict[str, object], people: list[Person]) -> Iterator[str]:
    """A session of each of them, with the same token of forms."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    for person in people:
        token, hashed = new_token()
        opened = open_session(person, device=None, token_hash=hashed, words="Essai", at=clock.now())
        yield signer.dumps({**blank, "_user_id": f"{opened.id}:{token}", "_fresh": True, "_permanent": True})


def _offer(page: str, key: str) -> tuple[list[bytes], str]:
    """What the form sends, in pieces, with a document of 1 MB: a price for each line, the rate and the values that it asks."""
    names = set(re.findall(r'name="((?:price|vat|value)-[^"]+)"', page))
    typed = {name: _typed(name) for name in names} | {**hidden_of(page), "next": "check", "note": key}
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in typed.items()]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="Offre.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    end = f"\r\n--{BOUNDARY}--\r\n".encode()
    return [*parts, head.encode(), MEGABYTE, end], f"multipart/form-data; boundary={BOUNDARY}"


def _typed(name: str) -> str:
    if name.startswith("value-"):
        value = VALUES[name.removeprefix("value-")]
        return "oui" if value is True else str(value)
    return "5.5" if name.startswith("vat-") else "3.10"
