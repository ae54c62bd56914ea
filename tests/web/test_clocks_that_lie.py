"""A machine whose clock is moved, whose workers and itself start again: no deadline reopens, no offer opens early.

The check is by seed: a few at each run, the others in `tests/campaigns/clock.py`. Lives share one database; what one found wrong with the
hour is forgotten after it.
"""

import random
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import NamedTuple
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import delete

from sad import clock
from sad.actions.declarations import declare_interests
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.outages import note_watch
from sad.actions.publications import invitees_of
from sad.actions.timekeeping import clock_faults, longest_unseen, skew_limit
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.timekeeping import ClockSkew
from sad.web import timekeeping
from tests.actions.test_deadlines_to_the_microsecond import DEADLINES, sent_until
from tests.factories.mini_tenders import SEAL_KEY
from tests.factories.offers import make_deposit

STEPS = 9
STEPS_OF_TIME = (0.001, 1, 4, 29, 1800, 7200, 86400)  # seconds
MOVES = (-400 * 86400, -86400, -3600, -61, -6, -3, 3, 6, 61, 3600, 86400, 400 * 86400)  # seconds
EVENTS = ("nothing", "move", "put right", "new worker", "new start", "new start, moved")
DEPOSIT = "/fournisseur/"


class Scene(NamedTuple):
    """Whom and what it is about, by id: each request begins with a session of its own."""

    mini_tender: int
    supplier: int
    openers: tuple[int, ...]


class Machine:
    """What is true, and what the machine says: its hour may be moved, what ran since its start may not."""

    def __init__(self, at: datetime, *, has_other_clock: bool) -> None:
        self.true, self.wrong, self.started, self.starts = at, timedelta(), at - timedelta(days=3), 1
        self.has_other_clock = has_other_clock

    def now(self, _zone) -> datetime:
        return self.true + self.wrong

    def elapsed(self) -> timedelta:
        return self.true - self.started

    def boot(self) -> str:
        return f"start {id(self)} {self.starts}"

    def database_hour(self) -> datetime | None:
        """The right hour, where the database stands on another machine."""
        return self.true if self.has_other_clock else None

    def start_again(self) -> None:
        self.started, self.starts = self.true - timedelta(seconds=20), self.starts + 1
        clock.hold(None)

    def live(self, event: str, drawn: random.Random) -> None:
        """One thing that happens to it. On starting again, without another clock, nothing can tell an hour that is a little ahead."""
        self.true += timedelta(seconds=drawn.choice(STEPS_OF_TIME))
        if event in ("move", "new start, moved"):
            by = timedelta(seconds=drawn.choice(MOVES))
            self.wrong = by if event == "move" or self.has_other_clock or by > longest_unseen() else -abs(by)
        elif event == "put right" or (event == "new start" and not self.has_other_clock):
            self.wrong = timedelta()
        if event == "new worker":
            clock.hold(None)
        elif event.startswith("new start"):
            self.start_again()


def check_a_lying_clock(app: Flask, seed: int) -> None:
    """A drawn life around a drawn deadline, with somebody who tries to deposit and to open at every step."""
    drawn = random.Random(seed)
    closes_at = drawn.choice(DEADLINES)
    mini_tender, openers = sent_until(closes_at, suppliers=1)
    scene = Scene(mini_tender.id, invitees_of(mini_tender)[0].id, tuple(each.id for each in openers))
    machine = Machine(closes_at - timedelta(seconds=drawn.choice((2, 45, 3600, 100000))), has_other_clock=drawn.random() < 0.5)
    watched_at, slack = machine.true, skew_limit() * 2
    with ExitStack() as held:
        held.enter_context(patch.multiple(clock, datetime=machine, _elapsed=machine.elapsed, boot=machine.boot))
        held.enter_context(patch.object(timekeeping, "database_hour", machine.database_hour))
        held.callback(clock.hold, None)
        clock.hold(None)
        for step in range(STEPS):
            if step:
                machine.live(drawn.choice(EVENTS), drawn)
            ask(app, DEPOSIT)
            received_at = clock.now()
            assert watched_at <= closes_at + slack * machine.starts or received_at > closes_at, "the deadline reopened"
            try_to_deposit(scene, received_at)
            if try_to_open(app, scene):
                assert machine.true > closes_at - slack * machine.starts, "offers were opened before the deadline"
            with transaction():
                note_watch(at=clock.now())
            watched_at = machine.true if not clock_faults() else watched_at
    with transaction():
        session.execute(delete(ClockSkew))


def try_to_deposit(scene: Scene, received_at: datetime) -> None:
    """Nothing is refused before the opening, and after it nothing counts on time."""
    with ExitStack() as refused:
        was_open = session.get_one(MiniTender, scene.mini_tender).state == MiniTenderState.PUBLISHED
        if not was_open:
            refused.enter_context(suppress(Refused))
        with transaction():
            offer = make_deposit(session.get_one(MiniTender, scene.mini_tender), session.get_one(Supplier, scene.supplier), at=received_at)
        assert was_open or offer.late, "an offer counts on time after the opening"


def ask(app: Flask, address: str, method: str = "GET") -> None:
    """What the pages do with the hour before a request to that address."""
    with app.test_request_context(address, method=method), patch.dict(app.config, TESTING=False):
        timekeeping.keep_hour()
        timekeeping.compare_clocks()


def try_to_open(app: Flask, scene: Scene) -> bool:
    """Two people ask and confirm as the pages do; did it open?"""
    address = f"/achats/consultations/{scene.mini_tender}/ouverture/"
    try:
        for opener, act in zip(scene.openers, ("demander", "confirmer"), strict=True):
            ask(app, f"{address}{act}", "POST")
            with transaction():
                mini_tender, each = session.get_one(MiniTender, scene.mini_tender), session.get_one(Person, opener)
                declare_interests(mini_tender, has_conflict=False, by=each, at=clock.now())
                if act == "demander":
                    ask_opening(mini_tender, by=each, at=clock.now())
                else:
                    confirm_opening(mini_tender, seal_key=SEAL_KEY, by=each, at=clock.now())
    except Refused:
        return False
    return True


@pytest.mark.parametrize("seed", range(12))
def test_no_deadline_reopens_and_no_offer_opens_early_whatever_the_clock_says(app, seed: int):
    check_a_lying_clock(app, seed)
