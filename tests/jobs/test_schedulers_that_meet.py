"""Two to five schedulers at once, killed, stopped and resumed at any moment: each effect comes once.

They are real processes, forked from this one, whose compiled statements they share. The check is by seed: a few at each run, the others
in `tests/campaigns/schedulers.py`. All share one database, whose journal is verified from where the meeting before left it, and whole
at one meeting in fifty.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from sad import clock, mail
from sad.actions.journal_checks import verify_journal
from sad.actions.published_heads import about_deadline
from sad.db import session, transaction
from sad.jobs.journal import publish_heads
from sad.jobs.letters import deliver_letters
from sad.jobs.lock import AlreadyRunning, only_scheduler
from sad.jobs.mini_tenders import announce_closed, warn_closing
from sad.jobs.runner import run_job
from sad.jobs.schedule import Job
from sad.models.job_runs import JobRun
from sad.models.journal import JournalEntry, JournalHead, Occasion, PublishedHead
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from sad.settings import Settings
from sad.trust.chain import Head
from tests.factories.mini_tenders import CLOSES, SENT, make_mini_tender, make_published
from tests.factories.people import make_person

JOBS = tuple(Job(act, every=timedelta(minutes=1)) for act in (warn_closing, announce_closed, publish_heads, deliver_letters))
SOON, AFTER = CLOSES - timedelta(hours=30), CLOSES + timedelta(hours=1)
LONGEST_LIFE = 20.0  # seconds, for a process on a crowded machine
BLINK, WHOLE = 0.002, 50
ENDS = ("left alone", "kill", "stop", "stop then kill")


class Before(NamedTuple):
    """What stood before a meeting: the last line of the journal, the last letter."""

    head: Head
    letter: int


def check_schedulers_that_meet(settings: Settings, seed: int) -> None:
    """A drawn number of schedulers, to each of which something drawn happens at a drawn moment; then all is finished by another."""
    drawn = random.Random(seed)
    before, identifier = _before(), _consultation()
    sent = settings.data_dir / f"sent-{seed}"
    sent.touch()
    engine = session.get_bind()
    session.remove()
    engine.dispose()  # a connection belongs to one process
    children = [_forked(settings, sent, drawn.choice((SOON, AFTER))) for _ in range(drawn.randint(2, 5))]
    killed = sum(_happens(drawn, child) for child in children)
    for child in children:
        os.waitpid(child, 0)
    for at in (SOON, AFTER, AFTER + timedelta(hours=1)):
        _live(settings, sent, at)
    _check_once(identifier, killed, Counter(sent.read_text().split()), before)
    report = verify_journal(before.head if seed % WHOLE and before.head.seq else None)
    assert report.is_sound, str(report)
    sent.unlink()
    with transaction():
        session.get_one(MiniTender, identifier).state = MiniTenderState.OPENED


def _before() -> Before:
    head = session.scalars(select(JournalHead).execution_options(populate_existing=True)).one()
    return Before(Head(head.seq, head.hash), session.scalar(select(func.coalesce(func.max(Letter.id), 0))))


def _consultation() -> int:
    with transaction():
        mini_tender = make_published(make_mini_tender(), suppliers=2, at=SENT)
        make_person(mini_tender.organisation, Role.OPENER)
        return mini_tender.id


def _forked(settings: Settings, sent: Path, at) -> int:
    """A scheduler in a process of its own, which tries for the lock until it has done one round."""
    child = os.fork()
    if child:
        return child
    try:
        _live(settings, sent, at)
    finally:
        os._exit(0)


def _live(settings: Settings, sent: Path, at) -> None:
    """One round of the jobs, under the lock, as the scheduler takes its turns."""
    until = time.monotonic() + LONGEST_LIFE
    while time.monotonic() < until:
        try:
            with clock.frozen(at), only_scheduler(session.get_bind(), settings.data_dir) as is_held, _counted(sent):
                for job in JOBS:
                    if is_held():
                        run_job(job, settings, Event())
                return
        except AlreadyRunning:
            time.sleep(BLINK)


@contextmanager
def _counted(sent: Path) -> Iterator[None]:
    """Each mail that leaves adds its name to the file."""
    really = mail.Outbox.send

    def send(outbox, message) -> None:
        really(outbox, message)
        with sent.open("a") as file:
            file.write(f"{message['Message-ID']}\n")

    mail.Outbox.send = send
    try:
        yield
    finally:
        mail.Outbox.send = really


def _happens(drawn: random.Random, child: int) -> bool:
    """Something happens to this process, perhaps after its end; was it killed?"""
    end = drawn.choice(ENDS)
    time.sleep(drawn.random() * 0.1)
    if "stop" in end:
        os.kill(child, signal.SIGSTOP)
        time.sleep(drawn.random() * 0.05)
    if "kill" in end:
        os.kill(child, signal.SIGKILL)
    os.kill(child, signal.SIGCONT)
    return "kill" in end


def _check_once(identifier: int, killed: int, sent: Counter, before: Before) -> None:
    """One line in the journal for each act, one letter for each person, one head, no mail lost, one copy more at most for each death.

    The last round, which came to do all again, found nothing to do and no job of it failed: one that relied on the database to refuse
    what is done already would leave undone what comes after it. Only a mail whose sender died may wait until then.
    """
    session.rollback()
    mini_tender = session.get_one(MiniTender, identifier)
    named = select(JournalEntry.action).where(JournalEntry.object == f"mini_tenders:{identifier}", JournalEntry.actor == "system")
    acts = Counter(session.scalars(named))
    assert acts["announce_waiting_opening"] == 1 and acts["warn_of_closing_two_days"] == 1, acts
    kinds = Letter.kind.in_(("waiting_opening", "closing_two_days"))
    letters = session.scalars(select(Letter).where(kinds, Letter.id > before.letter)).all()
    again = [each for each, times in Counter((each.dedupe_key or each.id) for each in letters).items() if times > 1]
    assert letters and again == []
    assert session.scalars(select(Letter.id).where(Letter.sent_at.is_(None))).all() == []
    heads = select(PublishedHead).where(PublishedHead.occasion == Occasion.DEADLINE, PublishedHead.about == about_deadline(mini_tender))
    assert len(session.scalars(heads).all()) == 1
    assert sum(sent.values()) - len(sent) <= killed, f"{sum(sent.values()) - len(sent)} copies more for {killed} deaths"
    runs = session.execute(select(JobRun.name, JobRun.done, JobRun.error).where(JobRun.name.in_([job.name for job in JOBS]))).all()
    assert len(runs) == len(JOBS) and {error for _, _, error in runs} == {None}, runs
    assert {name: done for name, done, _ in runs if done and (name, bool(killed)) != ("deliver_letters", True)} == {}, runs


@pytest.mark.parametrize("seed", range(6))
def test_each_effect_comes_once_however_many_schedulers_meet(database, settings, seed: int):
    check_schedulers_that_meet(settings, seed)
