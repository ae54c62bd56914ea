"""A hundred thousand drawn grids and offers, beyond the two thousand of every test run: `make campaigns`.

It stops and goes on: what was passed is kept by seed in `var/`, batch after batch, for this very code (the rules of scoring, the plain
reading of the format, the draw); once one of them changes, the count starts again. `--table` only tells where it stands.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tests.domain.test_scoring_reference import check_against_the_reference
from tests.domain.test_scoring_ways import check_what_is_told

ROOT = Path(__file__).parent.parent.parent
LEDGER = ROOT / "var" / "campaigns" / "scoring.json"
HELD = (
    "sad/domain/scoring/*.py", "sad/domain/forbidden_words.py", "tests/scoring_reference.py", "tests/factories/scoring_files.py",
    "tests/domain/test_scoring_reference.py", "tests/domain/test_scoring_ways.py",
)  # fmt: skip
BATCH = 50  # seeds between two writings of the ledger


class Campaign(NamedTuple):
    """A check that raises on the seeds it fails, and how many seeds it must pass, from 0."""

    check: Callable[[int], None]
    target: int


CAMPAIGNS = {
    "classement contre la lecture du format": Campaign(check_against_the_reference, 100_000),
    "ce qui aurait mis chaque offre première": Campaign(check_what_is_told, 5_000),
}


@dataclass
class Ledger:
    """For each campaign, the next seed and those that failed, with one state of the code."""

    path: Path
    code: str
    rows: dict[str, dict]

    @classmethod
    def read(cls, path, code):
        """What was kept for this code; nothing when the file tells of another."""
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return cls(path, code, kept["campaigns"] if kept.get("code") == code else {})

    def of(self, name):
        return self.rows.setdefault(name, {"next": 0, "failed": []})

    def keep(self):
        """Written whole then put in place, so that a run that is stopped leaves a ledger that can be read."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps({"code": self.code, "campaigns": self.rows}, indent=1, ensure_ascii=False), encoding="utf-8")
        draft.replace(self.path)


def fingerprint() -> str:
    """The code that the counts are about, in sixteen signs."""
    files = sorted(path for pattern in HELD for path in ROOT.glob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def run(name: str, campaign: Campaign, ledger: Ledger) -> None:
    """The seeds that are left, in order; a seed that fails is told and kept, and the others go on."""
    row = ledger.of(name)
    while row["next"] < campaign.target:
        for seed in range(row["next"], min(row["next"] + BATCH, campaign.target)):
            try:
                campaign.check(seed)
            except Exception as error:
                row["failed"].append(seed)
                tell(f"{name} : graine {seed} : {type(error).__name__} {error}"[:400])
            row["next"] = seed + 1
        ledger.keep()
        progress(f"{name} : {row['next']}/{campaign.target}")


def table(campaigns: Mapping[str, Campaign], ledger: Ledger) -> list[str]:
    """Reached and target, and the seeds that failed."""
    lines = [f"{'campagne':<44}{'réussies':>10}{'visées':>10}  graines en échec"]
    for name, campaign in campaigns.items():
        row = ledger.of(name)
        failed = ", ".join(map(str, row["failed"])) or "aucune"
        lines.append(f"{name:<44}{row['next'] - len(row['failed']):>10}{campaign.target:>10}  {failed}")
    return [*lines, f"code {ledger.code}"]


def main(arguments: list[str], campaigns: Mapping[str, Campaign] = CAMPAIGNS, path: Path = LEDGER) -> int:
    """0 when every seed passed, 1 when some failed or are left."""
    ledger = Ledger.read(path, fingerprint())
    if "--table" not in arguments:
        for name, campaign in campaigns.items():
            run(name, campaign, ledger)
        progress("")
    for line in table(campaigns, ledger):
        tell(line)
    return int(any(ledger.of(name)["next"] < each.target or ledger.of(name)["failed"] for name, each in campaigns.items()))


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    """One line that is rewritten, for a person who looks on."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
