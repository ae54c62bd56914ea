"""Fifty stories of a consultation, twenty moments each, before its opening: nothing sealed is readable anywhere. `make campaigns`.

After each moment every byte that the story has changed is searched: database and its log, documents, journal, letters, temporary
files, logs, backups; at the end of one story in ten, every byte there is. Once the offers are open, the same search finds them. Stories
share one database and its folder; what they hide is drawn for each.
"""

import io
import logging
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest import mock

from flask import Flask
from flask.testing import FlaskClient

from sad import clock
from sad.actions.declarations import declare_interests
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.backups.saving import save_backup
from sad.db import session, transaction
from sad.doctor.checkup import examine
from sad.doctor.findings import Site
from sad.jobs.journal import publish_heads, verify_journal
from sad.jobs.letters import deliver_letters
from sad.jobs.mini_tenders import announce_closed, warn_closing
from sad.jobs.papers import set_papers
from sad.jobs.turn import Turn
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.searching import Searcher, ways_of, ways_of_amount
from tests.campaigns.sites import ENGINES, bound
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.web.test_login import sign_in
from tests.web.test_supplier_offers import VALUES, address, key_in, prices, stamp_in, write

HELD = (
    "sad/actions/offer*.py", "sad/actions/openings.py", "sad/actions/receipts.py", "sad/actions/journal.py",
    "sad/actions/staged_uploads.py",
    "sad/trust/*.py", "sad/web/supplier/*.py", "sad/web/errors.py", "sad/models/offers.py", "sad/logs.py", "sad/spool.py",
    "sad/backups/saving.py", "sad/letters/offers.py", "tests/campaigns/canaries.py", "tests/campaigns/searching.py",
)  # fmt: skip
MOMENTS, WHOLE = 20, 10
START = CLOSES - timedelta(hours=6)
STEP = timedelta(minutes=15)
WORDS = ["safran", "sarrasin", "salsifis", "sureau", "seigle", "sauge", "souchet", "sésame"]


@dataclass
class Canary:
    """What one supplier types and sends: a price, words, a file with its name; all of it drawn."""

    price: Decimal
    note: str
    name: str
    body: bytes

    @classmethod
    def drawn(cls, draw: random.Random) -> "Canary":
        price = Decimal(draw.randrange(10**7, 10**8 - 1)) / 100
        word = draw.choice(WORDS)
        mark = f"remise-{draw.getrandbits(60):x}-{word}"
        body = b"%PDF-1.4\n" + mark.encode() + b"\n%%EOF\n"
        return cls(price, f"{word} {draw.getrandbits(60):x}", f"tarif-{draw.getrandbits(60):x}.pdf", body)

    def needles(self) -> Iterator[bytes]:
        """In all the ways in which they could be written; the total too, which the product computes."""
        yield from ways_of_amount(self.price)
        yield from ways_of_amount(self.price * 44 + Decimal("17.60"))
        for secret in (self.note, self.name.removesuffix(".pdf"), self.body[9:-7]):
            yield from ways_of(secret)


@dataclass
class Story:
    """A consultation with two suppliers, their clients, and how far its clock has gone."""

    app: Flask
    folder: Path
    need: MiniTender
    clients: list[FlaskClient]
    buyer: FlaskClient
    openers: list[int]
    canaries: list[Canary]

    def fields(self, which: int) -> dict[str, object]:
        """A form filled with a canary, one price in words that a person types."""
        canary = self.canaries[which]
        typed = str(canary.price).replace(".", ",")
        return {**prices(self.need, typed, "4"), **VALUES, "note": canary.note, "files": (io.BytesIO(canary.body), canary.name)}

    def save(self, who: int, which: int, **more: object) -> None:
        assert write(self.clients[who], self.need, "save", **{**self.fields(which), **more}).status_code == 302

    def check(self, who: int, which: int) -> None:
        answer = write(self.clients[who], self.need, "check", **self.fields(which))
        assert answer.location == address(self.need, "/offre/verifier"), answer.text

    def submit(self, who: int, times: int = 1, **more: str) -> None:
        page = self.clients[who].get(address(self.need, "/offre/verifier")).text
        sent = {"key": key_in(page), "stamp": stamp_in(page), **more}
        for _ in range(times):
            assert self.clients[who].post(address(self.need, "/offre/verifier"), data=sent).status_code == 302

    def run(self, *jobs: Callable[[Turn], int]) -> None:
        for job in jobs:
            job(Turn(self.app.settings, clock.now()))


def moments(story: Story) -> Iterator[tuple[str, Callable[[], object]]]:
    """Twenty things that happen before the opening, in order."""
    first, buyer, page = story.clients[0], story.buyer, f"/achats/consultations/{story.need.id}"
    late, executable = CLOSES + timedelta(minutes=5), (io.BytesIO(b"MZ"), story.canaries[0].name)
    in_words = prices(story.need, f"{story.canaries[0].price}/u", "4")
    yield "draft", lambda: story.save(0, 0)
    yield "draft again", lambda: story.save(0, 1)
    yield "wrong file", lambda: write(first, story.need, "save", **{**story.fields(0), "files": executable})
    yield "unreadable price", lambda: write(first, story.need, **{**story.fields(0), **in_words})
    yield "check", lambda: story.check(0, 0)
    yield "crash during the deposit", lambda: crash(story)
    yield "deposit, five times the same", lambda: story.submit(0, times=5, keep="y")
    yield "receipt", lambda: read_receipts(story)
    yield "draft to replace", lambda: story.save(0, 2)
    yield "replacement", lambda: (story.check(0, 2), story.submit(0))
    yield "other supplier", lambda: (story.check(1, 3), story.submit(1))
    yield "withdrawal", lambda: story.clients[1].post(address(story.need, "/offre/retirer"), data={})
    yield "discarded draft", lambda: (story.save(1, 4), story.clients[1].post(address(story.need, "/offre/effacer"), data={}))
    yield "pages of the buyer", lambda: [buyer.get(each).status_code for each in (page, f"{page}/ouverture", "/achats/", "/achats/journal")]
    yield "reminders, letters, papers", lambda: story.run(warn_closing, set_papers, deliver_letters)
    yield "journal", lambda: story.run(publish_heads, verify_journal)
    yield "examination", lambda: [list(found) for _, found in examine(Site(story.app.settings.data_dir, SEAL_KEY, clock.now()))]
    yield "backup", lambda: save_backup(story.folder / f"backup-{story.need.id}", story.app.settings, at=clock.now())
    yield "late deposit", lambda: at_hour(late, lambda: (story.check(1, 3), story.submit(1), story.run(announce_closed, deliver_letters)))
    yield "opening asked", lambda: at_hour(late, lambda: ask(story))


def check_canaries(app: Flask, seed: int, folder: Path) -> None:
    """A story of twenty moments: nothing is found after any of them; all that counts is found once it is open."""
    draw = random.Random(seed)
    with watched(folder), mock.patch.dict(app.config, PROPAGATE_EXCEPTIONS=False):
        story = begin(app, folder, draw)
        searcher = Searcher((needle for each in story.canaries for needle in each.needles()), [folder], app.engine)
        searcher.pass_over()
        count = 0
        for name, act in moments(story):
            with clock.frozen(START + count * STEP):
                act()
            session.remove()
            count += 1
            if count == MOMENTS and seed % WHOLE == 0:
                searcher.forget()
            assert not (found := searcher.places()), f"{name}: {found[:3]}"
        assert count == MOMENTS
        with clock.frozen(CLOSES + timedelta(minutes=10)), transaction():
            openers = [session.get_one(Person, each) for each in story.openers]
            confirm_opening(session.get_one(MiniTender, story.need.id), seal_key=SEAL_KEY, by=openers[1], at=clock.now())
        session.remove()
        assert searcher.places(), "the search would find it"


def begin(app: Flask, folder: Path, draw: random.Random) -> Story:
    """A consultation sent, two suppliers and a buyer signed in, two openers."""
    with clock.frozen(START), transaction():
        need = make_published(suppliers=2)
        people = [member_of(supplier) for supplier in invitees_of(need)]
        buyer = make_person(need.organisation, Role.BUYER)
        openers = [make_person(need.organisation, Role.OPENER) for _ in range(2)]
        for person in openers:
            declare_interests(need, has_conflict=False, by=person, at=START)
        assert need.lines and need.system
        numbers = [person.id for person in openers]
    session.expunge_all()
    clients = [app.test_client() for _ in range(3)]
    with clock.frozen(START):
        for client, person in zip(clients, [*people, buyer], strict=True):
            assert sign_in(client, person).status_code == 302
    return Story(app, folder, need, clients[:2], clients[2], numbers, [Canary.drawn(draw) for _ in range(5)])


def crash(story: Story) -> None:
    """The deposit fails at its very end: what was typed is in the hands of whatever writes of the failure."""
    page = story.clients[0].get(address(story.need, "/offre/verifier")).text
    with mock.patch("sad.actions.offers.make_receipt", side_effect=RuntimeError("no receipt")):
        sent = {"key": key_in(page), "stamp": stamp_in(page)}
        assert story.clients[0].post(address(story.need, "/offre/verifier"), data=sent).status_code == 500


def read_receipts(story: Story) -> None:
    """The receipt as page, file and PDF: they name files, and what made them leaves nothing behind."""
    with transaction():
        number = max(offer.id for offer in session.query(Offer).filter_by(mini_tender_id=story.need.id))
    for ending in ("", ".json", ".pdf"):
        page = f"/fournisseur/consultations/offres/{number}/accuse-de-reception{ending}"
        assert story.clients[0].get(page).status_code == 200


def at_hour(at: datetime, act: Callable[[], object]) -> None:
    with clock.frozen(at):
        act()


def ask(story: Story) -> None:
    with transaction():
        first = session.get_one(Person, story.openers[0])
        ask_opening(session.get_one(MiniTender, story.need.id), by=first, at=clock.now())


@contextmanager
def watched(folder: Path) -> Iterator[None]:
    """Temporary files and every line of log go under the folder, to be searched with the rest."""
    (folder / "tmp").mkdir(exist_ok=True)
    handler = logging.FileHandler(folder / "service.log")
    root, before = logging.getLogger(), tempfile.tempdir
    root.addHandler(handler)
    tempfile.tempdir = str(folder / "tmp")
    try:
        with mock.patch.dict(os.environ, TMPDIR=str(folder / "tmp")):
            yield
    finally:
        tempfile.tempdir = before
        root.removeHandler(handler)
        handler.close()


def checked(engine: str) -> Callable[[int], None]:
    """The check on that engine, whose own files are searched with those of the product."""

    def check(seed: int) -> None:
        app = bound(engine)
        check_canaries(app, seed, app.settings.data_dir.parent)

    return check


CAMPAIGNS = {f"rien de scellé avant l’ouverture ({name})": Campaign(checked(engine), 25, MOMENTS, 1) for engine, name in ENGINES.items()}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "canaries.json", fingerprint(HELD)))
