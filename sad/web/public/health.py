"""`/healthz`: is everything there that the product needs? For machines; says nothing of anybody."""

import tomllib
from dataclasses import dataclass
from functools import cache

from flask import Response, current_app, jsonify
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from sad import clock, migrations
from sad.actions.job_runs import LATE_AFTER
from sad.actions.shared_keys import out_of_reach
from sad.actions.timekeeping import database_hour, found_skews, running_skews
from sad.db import session
from sad.models.job_runs import JobRun
from sad.settings import ROOT
from sad.web.access import public
from sad.web.running import site_settings
from sad.web.service_state import antivirus_state, disk_state, mail_state, receptions_state


@dataclass(frozen=True, slots=True)
class Found:
    """What the database said, if it answered."""

    answers: bool
    revision: str | None = None
    runs: tuple[JobRun, ...] = ()


@public
def health() -> Response:
    """Database, migrations, scheduler, version; 503 when no page could be served. The rest is told, and no more."""
    expected = migrations.newest()
    found = _find(expected)
    serves, scheduler = found.answers and found.revision == expected, _scheduler(found.runs)
    rest = _rest(found, serves)
    hour = _hour() if serves else {"ok": False}
    seal = _seal() if serves else {"ok": False}
    response = jsonify(
        status="down" if not serves else "ok" if all(each["ok"] for each in (scheduler, hour, seal, *rest.values())) else "degraded",
        version=version(),
        database={"ok": found.answers},
        migrations={"ok": found.revision == expected, "current": found.revision, "expected": expected},
        scheduler=scheduler,
        clock=hour,
        **rest,
        seal=seal,
    )
    response.status_code = 200 if serves else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def version() -> str:
    """The version of the program."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def _find(expected: str) -> Found:
    try:
        revision = migrations.current(current_app.engine)
        runs = session.scalars(select(JobRun).order_by(JobRun.name)).all() if revision == expected else ()
    except DBAPIError:
        return Found(answers=False)
    return Found(True, revision, tuple(runs))


def _seal() -> dict[str, object]:
    """Whether the key file in place would open every consultation that is still sealed, and how many it would not."""
    lost = out_of_reach(site_settings().seal_key)
    return {"ok": not lost, "unopenable": len(lost)}


def _rest(found: Found, serves: bool) -> dict[str, dict[str, object]]:
    """Deposits that wait outside the database, the room on the disk, the antivirus: known without it; the mail when it answers."""
    settings, failing = site_settings(), [run.name for run in found.runs if run.error]
    told = {
        "receptions": receptions_state(settings),
        "disk": disk_state(settings),
        "antivirus": antivirus_state(failing, settings),
    }
    return {**told, "mail": mail_state()} if serves else told


def _hour() -> dict[str, object]:
    """Whether the hour is sure: the doubts that nobody has lifted, and those of this very instant."""
    reading = clock.read(database_hour)
    doubts = sorted({each.source for each in (*running_skews(), *found_skews(reading))})
    return {"ok": not doubts, "doubts": doubts, "database_has_one": reading.database is not None}


def _scheduler(runs: tuple[JobRun, ...]) -> dict[str, object]:
    """Its last tick, and which jobs failed at their last run (why is in its log, not here)."""
    tick = max((run.ended_at for run in runs), default=None)
    failing = [run.name for run in runs if run.error]
    on_time = tick is not None and clock.now() - tick <= LATE_AFTER
    return {"ok": on_time and not failing, "last_tick": tick.isoformat() if tick else None, "failing": failing}
