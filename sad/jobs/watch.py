"""Watching the service itself: does its address answer, does its database, is its hour sure?"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from sad import clock
from sad.actions.outages import note_watch, note_web
from sad.actions.timekeeping import database_hour, note_clock, skew_limit, trusted_hour
from sad.db import transaction
from sad.jobs.turn import Turn

PROBED = "/healthz"
LONGEST_ANSWER = 10  # seconds
UNTIL_SURE = 2  # failed probes before it is an outage: one alone may be a restart
DOWN_FILE = "database_down"


@dataclass
class WebProbes:
    """What this process saw of the web address since it last answered."""

    failures: int = 0
    down_since: datetime | None = None


web = WebProbes()
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def watch_service(turn: Turn) -> int:
    """Probe the web address and the database, compare the clocks, and keep what is found; count the changes."""
    answers = _answers(turn.settings.probe_url or turn.settings.base_url)
    web.failures = 0 if answers else web.failures + 1
    web.down_since = None if answers else web.down_since or turn.at
    try:
        return _note(answers, turn)
    except DBAPIError:
        remember_database_down(turn.settings.data_dir, turn.at)
        raise


def remember_database_down(data_dir: Path, at: datetime) -> None:
    """Keep outside the database since when, and until when, it refused; a scheduler that finds it again writes it down."""
    data_dir.mkdir(parents=True, exist_ok=True)
    known = _database_down(data_dir)
    (data_dir / DOWN_FILE).write_text(f"{(known[0] if known else at).isoformat()}\n{at.isoformat()}\n")


def _note(answers: bool, turn: Turn) -> int:
    with transaction():
        reading = clock.read(database_hour)
        clock.hold(trusted_hour(reading).as_anchor(), skew_limit())
        doubts = note_clock(reading, at=turn.at)
        note_watch(at=turn.at, database_down=_database_down(turn.settings.data_dir))
        is_sure = answers or web.failures >= UNTIL_SURE
        changed = note_web(answers, since=web.down_since or turn.at, at=turn.at) if is_sure else None
    (turn.settings.data_dir / DOWN_FILE).unlink(missing_ok=True)
    return len(doubts) + (changed is not None)


def _database_down(data_dir: Path) -> tuple[datetime, datetime] | None:
    """The first and the last probe that the database refused, if it was not written down yet."""
    try:
        first, last = (data_dir / DOWN_FILE).read_text().split()
        return datetime.fromisoformat(first), datetime.fromisoformat(last)
    except (FileNotFoundError, ValueError):
        return None


def _answers(address: str) -> bool:
    """Does the product itself answer there? It says so in its own words, even when its database is down; a proxy before it does not."""
    try:
        with _opener.open(f"{address}{PROBED}", timeout=LONGEST_ANSWER) as response:
            body = response.read()
    except urllib.error.HTTPError as refused:
        body = refused.read()
    except (OSError, ValueError):
        return False
    try:
        return "status" in json.loads(body)
    except (ValueError, TypeError):
        return False
