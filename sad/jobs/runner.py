"""The scheduler: its own process, one at a time, one job at a time; it ends cleanly when asked to."""

import logging
import signal
from collections.abc import Callable
from datetime import datetime
from threading import Event
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from sad import clock
from sad.actions.job_runs import note_run
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.jobs.lock import does_answer, only_scheduler
from sad.jobs.schedule import TIMETABLE, Job
from sad.jobs.turn import Turn
from sad.jobs.watch import remember_database_down
from sad.settings import Settings

log = logging.getLogger(__name__)


class LockLost(Exception):
    """The lock went with its connection: another scheduler may have begun, so this one ends."""


def run(settings: Settings, engine: Engine) -> None:
    """Run the timetable until SIGTERM or SIGINT; the job that is running ends its present piece of work.

    Raises `AlreadyRunning` when another scheduler holds the lock, `LockLost` when this one lost it.
    """
    stop, lost = Event(), Event()
    with only_scheduler(engine, settings.data_dir) as is_held:

        def take_turn(job: Job) -> None:
            if is_held():
                run_job(job, settings, stop)
            else:
                if not does_answer(engine):
                    remember_database_down(settings.data_dir, clock.now())
                lost.set()
                stop.set()

        _stop_on_signals(stop)
        scheduler = _scheduler(take_turn)
        scheduler.start()
        log.info("planificateur démarré : %s", ", ".join(job.name for job in TIMETABLE))
        stop.wait()
        scheduler.shutdown(wait=True)
    if lost.is_set():
        raise LockLost
    log.info("planificateur arrêté")


def run_once(settings: Settings) -> None:
    """Run each job once, in the order of the timetable."""
    for job in TIMETABLE:
        run_job(job, settings, Event())


def run_job(job: Job, settings: Settings, stop: Event) -> None:
    """Run one job now; a failure is logged and kept with its run, and the next turn tries again."""
    started_at, done, error = clock.now(), 0, None
    try:
        done = job.act(Turn(settings, started_at, stop))
    except Exception as failure:
        log.exception("%s a échoué", job.name)
        error = f"{type(failure).__name__}: {failure}"
    finally:
        session.remove()
    if done:
        log.info("%s : %s", job.name, done)
    _note(job, started_at, done, error)


def _note(job: Job, started_at: datetime, done: int, error: str | None) -> None:
    try:
        with transaction():
            note_run(job.name, started_at=started_at, ended_at=clock.now(), done=done, error=error)
    except Exception:
        log.exception("le passage de %s n’a pas pu être noté", job.name)
    finally:
        session.remove()


def _scheduler(take_turn: Callable[[Job], None]) -> BackgroundScheduler:
    """One worker, so that jobs never run side by side; a turn missed is taken late, once."""
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=PARIS,
        daemon=False,
    )
    for job in TIMETABLE:
        scheduler.add_job(
            take_turn, "interval", seconds=job.every.total_seconds(), args=(job,), id=job.name, next_run_time=clock.now()
        )
    return scheduler


def _stop_on_signals(stop: Event) -> None:
    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
