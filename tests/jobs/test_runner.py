"""The scheduler: one at a time, it notes its runs, survives a job that fails, and ends cleanly."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine

from sad import clock
from sad.actions.job_runs import last_tick
from sad.actions.letters import post_letter
from sad.db import session, transaction
from sad.jobs import runner
from sad.jobs.lock import AlreadyRunning, only_scheduler
from sad.jobs.schedule import TIMETABLE, Job
from sad.letters.text import LetterText
from sad.models.job_runs import JobRun
from sad.models.letters import Letter
from sad.settings import ROOT

WRITTEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STARTED_WITHIN = 30.0


def test_a_second_scheduler_is_turned_away_until_the_first_has_ended(database: Engine, tmp_path: Path):
    with only_scheduler(database, tmp_path) as is_held:
        assert is_held()
        with pytest.raises(AlreadyRunning), only_scheduler(database, tmp_path):
            pass
        assert is_held()
    with only_scheduler(database, tmp_path) as is_held:
        assert is_held()


def test_a_lock_whose_connection_broke_says_so(database: Engine, tmp_path: Path):
    if database.dialect.name != "postgresql":
        pytest.skip("le verrou de fichier de SQLite ne dépend d’aucune connexion")
    with only_scheduler(database, tmp_path) as is_held:
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
            held = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            other.exec_driver_sql(held)
        assert not is_held()


def test_a_round_of_all_the_jobs_delivers_the_mail_and_notes_each_run(database: Engine, settings):
    with transaction():
        post_letter(LetterText("admitted", "Vous êtes admise", "Bonjour\n"), to=("Marie", "marie@pains.example"), at=WRITTEN)
    with clock.frozen(WRITTEN + timedelta(minutes=1)):
        runner.run_once(settings)
    assert session.query(Letter).one().sent_at == WRITTEN + timedelta(minutes=1)
    assert {run.name: run.done for run in session.query(JobRun)} == {job.name: 0 for job in TIMETABLE} | {"deliver_letters": 1}
    assert last_tick() == WRITTEN + timedelta(minutes=1)


def test_a_job_that_fails_is_noted_and_the_next_run_clears_it(database: Engine, settings, caplog: pytest.LogCaptureFixture):
    def fail(turn) -> int:
        raise RuntimeError("no paper")

    failing = Job(fail, every=timedelta(minutes=1))
    with caplog.at_level(logging.CRITICAL):
        runner.run_job(failing, settings, Event())
    assert session.query(JobRun).one().error == "RuntimeError: no paper"

    def succeed(turn) -> int:
        return 2

    succeed.__name__ = "fail"
    runner.run_job(Job(succeed, every=timedelta(minutes=1)), settings, Event())
    session.expire_all()
    assert [(run.done, run.error) for run in session.query(JobRun)] == [(2, None)]


def test_the_timetable_names_each_job_once_and_delivers_last():
    names = [job.name for job in TIMETABLE]
    assert len(names) == len(set(names))
    assert names[-1] == "deliver_letters"


@pytest.fixture
def environment(settings) -> dict[str, str]:
    return {**os.environ, "SAD_ENV": "development", "SAD_DATA_DIR": str(settings.data_dir), "SAD_DATABASE_URL": settings.database_url}


@pytest.fixture
def process(environment: dict[str, str], database: Engine) -> Iterator[subprocess.Popen[str]]:
    """A scheduler that has said it started."""
    started = subprocess.Popen(command(), cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert started.stderr is not None
    for line in started.stderr:
        if "planificateur démarré" in line:
            break
    yield started
    started.kill()
    started.wait()
    started.stderr.close()


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "app", "scheduler", *options]


def test_the_process_delivers_notes_its_tick_and_ends_cleanly_on_sigterm(process: subprocess.Popen[str]):
    until = time.monotonic() + STARTED_WITHIN
    while last_tick() is None and time.monotonic() < until:
        session.rollback()
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=STARTED_WITHIN) == 0
    assert process.stderr is not None and "planificateur arrêté" in process.stderr.read()


def test_a_second_process_says_that_one_is_running_and_exits(process: subprocess.Popen[str], environment: dict[str, str]):
    options = {"cwd": ROOT, "env": environment, "capture_output": True, "text": True, "timeout": STARTED_WITHIN}
    second = subprocess.run(command("--once"), check=False, **options)
    assert second.returncode == 1
    assert "Un planificateur tourne déjà" in second.stderr
    assert second.stdout == ""
