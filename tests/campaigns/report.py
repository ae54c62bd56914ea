"""What the campaigns have reached, from their ledgers, as `docs/trust-report.md`: `python -m tests.campaigns.report`.

Nothing is counted but what the present code passed: when a file that decides has changed since, its line says so.
"""

import os
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from tests.campaigns import (
    canaries,
    clock,
    crashes,
    deadlines,
    disk,
    journal,
    kills,
    last_minute,
    mail,
    postgres,
    pure,
    requests,
    schedulers,
    scoring,
    stories,
    uploads,
)
from tests.campaigns.ledger import ROOT, Ledger, fingerprint, ledger_of

ALL = (
    scoring, pure, journal, crashes, deadlines, kills, postgres, stories, uploads, disk,
    canaries, clock, schedulers, mail, last_minute, requests,
)  # fmt: skip
REPORT = ROOT / "docs" / "trust-report.md"
HEAD = """# What the campaigns have reached

Written by `make campaigns` from its own ledgers; no figure is typed by hand. A campaign draws its cases from a seed (numbered from 0),
stops and goes on, and counts only what passed with the code whose mark stands in the last column: once a file that decides has changed, it
starts again from nothing.

| campaign | passed | target | seeds that failed | from | to | code |
|---|---:|---:|---|---|---|---|
"""
NOT_YET = (
    ("hostile payloads in every text column, crawled in Chromium", "300 x columns"),
)


def write(modules: Iterable[ModuleType] = ALL, path: Path = REPORT) -> None:
    """The report, whole."""
    lines, measured = list(_lines(modules)), list(_measured(modules))
    path.write_text("".join([HEAD, *lines, *measured, *_tail()]), encoding="utf-8")


def _lines(modules: Iterable[ModuleType]) -> Iterator[str]:
    for module in modules:
        code, path = fingerprint(module.HELD), ledger_of(module.__name__)
        ledger, kept = Ledger.read(path, code), Ledger.code_of(path)
        mark = code if kept in (code, "") else f"{code}, was {kept}"
        for name, campaign in module.CAMPAIGNS.items():
            row = ledger.of(name)
            figures = f"{ledger.passed(name) * campaign.worth:,} | {campaign.target * campaign.worth:,}"
            failed = ", ".join(map(str, row["failed"])) or ("none" if row["next"] else "")
            yield f"| {name} | {figures} | {failed} | {row.get('from', '')} | {row.get('to', '')} | {mark} |\n"


def _measured(modules: Iterable[ModuleType]) -> Iterator[str]:
    """The figures of the campaigns that have some, run by run."""
    kept = [
        (name, seed, figures)
        for module in modules
        for name in module.CAMPAIGNS
        for seed, figures in Ledger.read(ledger_of(module.__name__), fingerprint(module.HELD)).of(name).get("measured", {}).items()
    ]
    if kept:
        yield "\n## Measured\n\nSeconds that senders waited, with the senders on the same machine as the workers.\n\n"
    for name, seed, figures in kept:
        yield f"- {name}, run {seed}: {', '.join(f'{what} {figure}' for what, figure in figures.items())}\n"


def _tail() -> Iterator[str]:
    yield "\n## Not written yet\n\nNo count is claimed for these.\n\n| campaign | target |\n|---|---|\n"
    for name, target in NOT_YET:
        yield f"| {name} | {target} |\n"
    day = datetime.now(UTC).date().isoformat()
    yield f"\nWritten on {day}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.\n"


if __name__ == "__main__":
    write()
