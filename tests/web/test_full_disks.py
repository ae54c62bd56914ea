"""A disk that is full or that fails: nothing is acknowledged that is not kept, the supplier is told, and sending again is safe.

The system itself refuses to write, in a child whose files may not grow; what it says when asked to sync is put in its mouth.
"""

import contextlib
import errno
import functools
import html
import io
import itertools
import json
import logging
import os
import random
import re
import resource
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from sad import clock, spool
from sad.actions.offer_drafts import draft_of, save_offer_draft, stamp_of
from sad.actions.offers import offer_of_key
from sad.db import session, transaction
from sad.jobs.receptions import take_in_receptions
from sad.jobs.turn import Turn
from sad.models.documents import Document
from sad.models.offers import Offer
from tests.campaigns.kept import check_deposit, check_journal
from tests.factories.mini_tenders import CLOSES, SEAL_KEY
from tests.factories.offers import PDF, offered
from tests.factories.outages import database_down
from tests.factories.suppliers import member_of
from tests.web.test_deposits_that_crash import Depositor, new_depositor
from tests.web.test_shell import check

MOST_GROWTH = 700_000  # bytes: more than a deposit writes
NOTHING_FITS = 1_500  # bytes: not even a provisional receipt
RECEIPT = "/accuse-de-reception"
PROVISIONAL = "Reçue, pas encore enregistrée"


class Answer(NamedTuple):
    """What the supplier was told."""

    status: int
    location: str
    text: str

    @property
    def is_acknowledged(self) -> bool:
        """Was it told that something is received?"""
        return self.location.endswith(RECEIPT) or PROVISIONAL in self.text


@functools.cache
def depositor_of(app: Flask, _folder: str) -> Depositor:
    return new_depositor(app, clock.now())


def check_full(app: Flask, seed: int) -> str:
    """A deposit while files may grow by so much and no more; gives how it ended: kept, received or refused."""
    chance = random.Random(seed)
    most = chance.randrange(NOTHING_FITS) if chance.random() < 0.2 else chance.randrange(MOST_GROWTH)
    with clock.frozen(CLOSES - timedelta(hours=4) + timedelta(seconds=seed)):
        depositor = depositor_of(app, str(app.settings.data_dir))
        filled = ready(depositor)
        answer = in_a_child(app, lambda: post(depositor, filled), most)
        return check_outcome(depositor, filled, answer)


def check_failing_sync(app: Flask, seed: int) -> str:
    """The disk fails at the n-th thing that a deposit, or a document of the vault, must have on it for good; gives how it ended."""
    act, number = (receive_while_down, put_in_vault, fail_at_commit)[seed % 3], seed // 3 % 7
    with clock.frozen(CLOSES - timedelta(hours=4) + timedelta(seconds=seed)):
        return act(depositor_of(app, str(app.settings.data_dir)), number)


def receive_while_down(depositor: Depositor, number: int) -> str:
    """The database is down, and the n-th sync of the provisional reception fails."""
    filled = ready(depositor)
    with database_down(depositor.app), failing_sync(number) as failures:
        answer = post(depositor, filled)
    assert not (failures and answer.is_acknowledged), "acknowledged, though the disk did not have it for good"
    return check_outcome(depositor, filled, answer)


def fail_at_commit(depositor: Depositor, number: int) -> str:
    """The database cannot write what it is asked to commit the n-th time."""
    filled, left = ready(depositor), itertools.count(-number)

    def fail(_connection: object) -> None:
        if next(left) == 0:
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(depositor.app.engine, "commit", fail)
    try:
        answer = post(depositor, filled)
    finally:
        event.remove(depositor.app.engine, "commit", fail)
    return check_outcome(depositor, filled, answer)


def put_in_vault(depositor: Depositor, number: int) -> str:
    """A document of the vault whose n-th sync fails: told to be kept if and only if it is."""
    session.remove()
    before = session.scalar(select(func.count(Document.id)))
    session.remove()
    data = {"label": "Attestation", "kind": "", "files": (io.BytesIO(PDF.body), "attestation.pdf")}
    with failing_sync(number) as failures:
        sent = depositor.client.post("/fournisseur/documents", data=data, content_type="multipart/form-data")
    session.remove()
    assert session.scalar(select(func.count(Document.id))) - before == (sent.status_code == 302)
    assert sent.status_code == (503 if failures else 302)
    if sent.status_code == 503:
        check(sent.text)
        assert "Rien n’est enregistré" in sent.text and "Vos fichiers, eux" in sent.text
    return "kept" if sent.status_code == 302 else "refused"


def ready(depositor: Depositor) -> dict[str, str]:
    """The draft written and its page read; what the last button sends."""
    session.remove()
    with transaction():
        mini_tender, supplier = depositor.mini_tender, depositor.supplier
        draft = draft_of(mini_tender, supplier)
        kept = {"stamp": stamp_of(draft) if draft else "", "seal_key": SEAL_KEY, "by": member_of(supplier), "at": clock.now()}
        save_offer_draft(mini_tender, supplier, offered(mini_tender, supplier), [PDF], **kept)
    page = depositor.client.get(depositor.address).text
    return {name: html.unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]) for name in ("key", "stamp", "shown")}


def post(depositor: Depositor, filled: dict[str, str]) -> Answer:
    answer = depositor.client.post(depositor.address, data=filled)
    return Answer(answer.status_code, answer.location or "", answer.text)


def check_outcome(depositor: Depositor, filled: dict[str, str], answer: Answer) -> str:
    """What was acknowledged is there, of that hour; and whatever happened, sent again it is one offer."""
    settings, key = depositor.app.settings, filled["key"]
    session.remove()
    offer = offer_of_key(depositor.mini_tender, depositor.supplier, key)
    if answer.location.endswith(RECEIPT):
        check_deposit(offer)
    elif PROVISIONAL in answer.text:
        assert answer.status == 202 and key in spool.waiting(settings.data_dir), "acknowledged, and not kept"
        assert take_in_receptions(Turn(settings, clock.now())) == 1
    else:
        assert answer.status == 503 and not answer.is_acknowledged, answer.status
        check(answer.text)
        assert "n’est enregistré de cet envoi" in answer.text or "n’est pas déposée" in answer.text
    again = {post(depositor, filled).location for _ in range(2)}
    session.remove()
    offer = offer_of_key(depositor.mini_tender, depositor.supplier, key)
    assert again == {f"/fournisseur/consultations/offres/{offer.id}{RECEIPT}"}, "sent again, it is one offer"
    check_deposit(offer)
    assert offer.received_at == clock.now() and spool.waiting(settings.data_dir) == []
    return "kept" if answer.location else "received" if answer.status == 202 else "refused"


def in_a_child(app: Flask, act: Callable[[], Answer], most: int) -> Answer:
    """The act in a child whose files may not reach beyond so many bytes: the system refuses what goes further, as a full disk does."""
    session.remove()
    app.engine.dispose()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            logging.disable(logging.CRITICAL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            os.write(writing, json.dumps(act()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        said = told.read()
    os.waitpid(child, 0)
    assert said, "no answer at all"
    return Answer(*json.loads(said))


@contextlib.contextmanager
def failing_sync(number: int) -> Iterator[list[int]]:
    """From its n-th call on, the first being 0, whatever asks for the disk to have it is told that it has not; gives what was refused."""
    calls, failures, real = itertools.count(), [], os.fsync

    def fsync(descriptor: int) -> None:
        if next(calls) >= number:
            failures.append(descriptor)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    with patch("os.fsync", fsync):
        yield failures


@pytest.mark.own_database
def test_a_full_disk_acknowledges_nothing_that_is_not_kept(app):
    if app.engine.dialect.name != "sqlite":
        pytest.skip("the disk that fills up is that of SQLite")
    assert len({check_full(app, seed) for seed in range(4)}) == 3
    check_journal()


@pytest.mark.own_database
def test_a_disk_that_fails_to_sync_acknowledges_nothing_that_is_not_kept(app):
    ends = [check_failing_sync(app, seed) for seed in range(15)]
    assert {"kept", "refused"} <= set(ends)
    check_journal()
    assert session.scalar(select(func.count(Offer.id)))
