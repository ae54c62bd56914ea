"""What every campaign shares: it stops and goes on, tells the seeds that fail, and counts only what this very code passed.

What was passed is kept by seed in `var/`, batch after batch, and beside the report when it is written, for a checkout that has no `var/`
of its own; once one of the files that decide changes, the count starts again.
"""

import argparse
import fcntl
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / "var" / "campaigns"
PUBLISHED = ROOT / "docs" / "trust-report.json"  # by name, what each ledger held when the report was written
BATCH = 50  # seeds between two writings of the ledger


class Campaign(NamedTuple):
    """A check that raises on the seeds it fails, how many seeds it must pass, from 0, and what one of them counts for.

    The figures that it gives, by name, or those of an error that has some in `measured`, are kept beside the counts.
    """

    check: Callable[[int], object]
    target: int
    worth: int = 1
    batch: int = BATCH


@dataclass
class Ledger:
    """For each campaign, the next seed and those that failed, with one state of the code."""

    path: Path
    code: str
    rows: dict[str, dict]

    @classmethod
    def read(cls, path, code):
        """What was kept for this code; nothing when only another was counted."""
        kept = kept_of(path, code)
        return cls(path, code, kept["campaigns"] if kept["code"] == code else {})

    def of(self, name):
        return self.rows.setdefault(name, {"next": 0, "failed": []})

    def passed(self, name):
        """How many seeds passed."""
        return _passed(self.of(name))

    def keep(self):
        """Written whole then put in place, so that a run that is stopped leaves a ledger that can be read."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps({"code": self.code, "campaigns": self.rows}, indent=1, ensure_ascii=False), encoding="utf-8")
        draft.replace(self.path)


def ledger_of(module: str) -> Path:
    """Where the counts of a module of campaigns are kept."""
    return KEPT / f"{module.rpartition('.')[2]}.json"


def kept_of(path: Path, code: str) -> dict:
    """The code and the counts: those of this code, in the ledger or beside the report, that go farther; else those of another, or none."""
    found = [kept for kept in (content(path), published().get(path.stem)) if kept]
    same = [kept for kept in found if kept["code"] == code]
    return max(same or found, key=lambda kept: sum(map(_passed, kept["campaigns"].values())), default={"code": "", "campaigns": {}})


def published() -> dict[str, dict]:
    """What the ledgers held when the report was last written, by name."""
    return content(PUBLISHED)


def content(path: Path) -> dict:
    """What a file of counts holds, nothing when there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def fingerprint(held: Iterable[str], root: Path = ROOT) -> str:
    """The code that the counts are about (patterns of files), in sixteen signs."""
    files = sorted(path for pattern in held for path in root.glob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def run(name: str, campaign: Campaign, ledger: Ledger, until: float = math.inf) -> None:
    """The seeds that are left, in order, until that instant of the machine's clock; one that fails is told, and the others go on."""
    row = ledger.of(name)
    while row["next"] < campaign.target and time.monotonic() < until:
        row.setdefault("from", _today())
        started, first = time.monotonic(), row["next"]
        for seed in range(first, min(first + campaign.batch, campaign.target)):
            try:
                measured = campaign.check(seed)
            except Exception as error:
                measured = getattr(error, "measured", None)
                row["failed"].append(seed)
                tell(f"{name} : graine {seed} : {type(error).__name__} {error}"[:400])
            if isinstance(measured, dict):
                row.setdefault("measured", {})[str(seed)] = measured
            row["next"] = seed + 1
        row["to"], row["seconds"] = _today(), round(row.get("seconds", 0.0) + time.monotonic() - started, 3)
        row["timed"] = row.get("timed", 0) + row["next"] - first
        ledger.keep()
        progress(f"{name} : {row['next']}/{campaign.target}")


def standing(path: Path, code: str, campaigns: Mapping[str, Campaign]) -> list[tuple[int, float | None]]:
    """For each campaign, how many seeds are left with this code, and what one takes, in seconds, by what was kept of any code."""
    ledger, ever = Ledger.read(path, code), kept_of(path, code)["campaigns"]
    return [(campaign.target - ledger.of(name)["next"], _pace(ever.get(name, {}))) for name, campaign in campaigns.items()]


def _passed(row: Mapping) -> int:
    return row["next"] - len(row["failed"])


def _pace(row: Mapping[str, float]) -> float | None:
    return row["seconds"] / row["timed"] if row.get("timed") else None


def table(campaigns: Mapping[str, Campaign], ledger: Ledger) -> list[str]:
    """Reached and target, and the seeds that failed."""
    lines = [f"{'campagne':<44}{'réussies':>10}{'visées':>10}  graines en échec"]
    for name, campaign in campaigns.items():
        failed = ", ".join(map(str, ledger.of(name)["failed"])) or "aucune"
        lines.append(f"{name:<44}{ledger.passed(name) * campaign.worth:>10}{campaign.target * campaign.worth:>10}  {failed}")
    return [*lines, f"code {ledger.code}"]


def play(arguments: Sequence[str], campaigns: Mapping[str, Campaign], path: Path, code: str) -> int:
    """0 when every seed passed, 1 when some failed or are left; the campaigns share the minutes given.

    Raises `SystemExit` when another run counts in this ledger.
    """
    wanted = asked(arguments)
    if not wanted.table:
        with only_run(path):
            _run_all(campaigns, Ledger.read(path, code), time.monotonic() + 60 * wanted.minutes)
    ledger = Ledger.read(path, code)
    for line in table(campaigns, ledger):
        tell(line)
    return int(any(ledger.of(name)["next"] < each.target or ledger.of(name)["failed"] for name, each in campaigns.items()))


@contextmanager
def only_run(path: Path) -> Iterator[None]:
    """Two runs that count in one ledger would each write over the other: the second raises `SystemExit`.

    The system frees the ledger when the process ends, however it ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"{path.stem} : une autre passe compte dans ce registre ; attendre sa fin, ou l’arrêter") from None
        yield


def _run_all(campaigns: Mapping[str, Campaign], ledger: Ledger, end: float) -> None:
    for left, (name, campaign) in zip(range(len(campaigns), 0, -1), campaigns.items(), strict=True):
        now = time.monotonic()
        run(name, campaign, ledger, now + (end - now) / left)
    progress("")


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """`table` and `minutes`, as typed; a word that is not known starts nothing, since what would start may take hours."""
    parser = argparse.ArgumentParser(description="Runs campaigns from where they stopped.")
    parser.add_argument("--table", action="store_true", help="only tell where they stand")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after that time, shared among them")
    return parser.parse_args(arguments)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    """One line that is rewritten, for a person who looks on."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
