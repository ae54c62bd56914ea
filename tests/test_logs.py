"""What goes to the error output: one line an event, nothing forged, nothing secret."""

import io
import json
import logging
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from sad import db, logs


@pytest.fixture
def lines(monkeypatch):
    """The events written since the fixture was asked for, as objects."""
    output, before = io.StringIO(), [(log, log.handlers, log.level) for log in map(logging.getLogger, ("sad", "apscheduler"))]
    monkeypatch.setattr(sys, "stderr", output)
    logs.to_error_output()
    yield lambda: [json.loads(line) for line in output.getvalue().splitlines()]
    for log, handlers, level in before:
        log.handlers = handlers
        log.setLevel(level)


def test_an_event_is_one_line_with_its_instant_in_utc(lines):
    logging.getLogger("sad.jobs").warning("le courrier attend", extra={"about": {"letters": 3}})
    (event,) = lines()
    assert event["at"].endswith("Z") and event["letters"] == 3
    assert (event["level"], event["source"], event["message"]) == ("WARNING", "sad.jobs", "le courrier attend")


@pytest.mark.parametrize("typed", ["a\nb", 'a\r\n{"level": "INFO"}', "\u2028", "\x00", "\x1b[31m", '"', "‮"])
def test_nothing_typed_forges_or_breaks_a_line(lines, typed):
    logging.getLogger("sad").error("at %s", typed)
    assert [event["message"] for event in lines()] == [f"at {typed}"]


def test_a_failure_carries_its_traceback_on_the_same_line(lines):
    try:
        raise ValueError("de travers")
    except ValueError:
        logging.getLogger("sad").exception("échec")
    (event,) = lines()
    assert "ValueError: de travers" in event["failure"]


def test_asking_twice_writes_once(lines):
    logs.to_error_output()
    assert len(logging.getLogger("sad").handlers) == 1


def test_what_a_failed_statement_carried_is_not_written(database):
    statement = text("INSERT INTO organisations (name) VALUES (:name)")
    with pytest.raises(IntegrityError) as failure:
        db.session.execute(statement, {"name": "MOT-SECRET"})
    db.session.rollback()
    assert "[SQL parameters hidden" in str(failure.value)
