"""`submit-offer`: a whole deposit (session, CSRF, form, sealing, journal, receipt, letters) against a bare POST and one durable insert."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from flask import Flask, request
from sqlalchemy import Engine, text

from benchmarks.pairs import Pair, measure
from benchmarks.site import posting, served, signed_in, statements_of, token_of
from sad import clock, db
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.publications import invitees_of
from sad.db import WRITES
from sad.web import SadApp
from tests.factories.mini_tenders import SEAL_KEY, SENT, make_published
from tests.factories.offers import PDF, offered
from tests.factories.suppliers import member_of

DEPOSITS = 10
STAMP = re.compile(r'name="stamp"[^>]*value="([^"]*)"')


def run() -> Iterator[Pair]:
    """One pair."""
    with served() as app:
        assert app.engine is not None
        with clock.frozen(SENT):
            deposit = _deposit(app)
            pair = measure("submit-offer", _times(deposit), _times(_bare(app.engine)), units=DEPOSITS, is_rate=True)
            yield replace(pair, notes=f"{statements_of(app.engine, deposit)} requêtes SQL, deux commits durables contre un")


def _times(ask: Callable[[], str]) -> Callable[[], Any]:
    return lambda: [ask() for _ in range(DEPOSITS)]


def _deposit(app: SadApp) -> Callable[[], str]:
    """What deposits the draft of a supplier; kept each time, so that the next deposit replaces this one."""
    with db.transaction():
        mini_tender = make_published(suppliers=3)
        supplier = invitees_of(mini_tender)[0]
        person, content = member_of(supplier), offered(mini_tender, supplier)
        save_offer_draft(mini_tender, supplier, content, (PDF,), stamp="", seal_key=SEAL_KEY, by=person, at=SENT)
        email, address = person.email, f"/fournisseur/consultations/{mini_tender.id}/offre/verifier"
    cookie, page = signed_in(app, email, address)
    kept = {"csrf_token": token_of(page), "stamp": "".join(STAMP.findall(page)[:1]), "keep": "y"}
    return posting(app, address, lambda: {**kept, "key": uuid4().hex}, cookie=cookie)


def _bare(engine: Engine) -> Callable[[], str]:
    """A POST that keeps what it is given in one row, durably, and nothing else."""
    app, row = Flask("bare"), text("INSERT INTO bare (body) VALUES (:body)")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"))

    @app.post("/")
    def keep() -> tuple[str, int]:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            connection.execute(row, {"body": request.form["body"]})
        return "", 302

    return posting(app, "/", lambda: {"body": uuid4().hex})
