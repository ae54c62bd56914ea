"""The short tier: the first seeds of every campaign, which the tests play at each run. What is kept of the last whole run that passed."""

import json
import subprocess
from datetime import UTC, datetime

import pytest

from tests.campaigns import ledger

NAME = "short.json"
WHOLE = ["tests"]
MARKS = ("", "not engine_free")


def kept() -> dict[str, dict[str, object]]:
    """By engine: when, with which commit, whether nothing else was in the tree, how many tests passed."""
    path = ledger.KEPT / NAME
    return ledger.content(path) or ledger.published().get(path.stem, {})


def keep(engine: str, passed: int, at: datetime | None = None) -> None:
    """A whole run passed on this engine."""
    now = (at or datetime.now(UTC)).isoformat(timespec="minutes")
    said = {"at": now, "commit": commit(), "is_clean": not _git("status", "--porcelain"), "passed": passed}
    ledger.KEPT.mkdir(parents=True, exist_ok=True)
    (ledger.KEPT / NAME).write_text(json.dumps({**kept(), engine: said}, indent=1), encoding="utf-8")


def commit() -> str:
    """That of the tree."""
    return _git("rev-parse", "--short=12", "HEAD")


def is_whole(config: pytest.Config) -> bool:
    """Whether a run takes all the tests of its engine, as `make test` does; no worker of a run answers for it."""
    option = config.option
    is_all = config.args == WHOLE and not option.keyword and option.markexpr in MARKS and not option.collectonly
    return is_all and not hasattr(config, "workerinput")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ledger.ROOT, check=False, capture_output=True, text=True).stdout.strip()
