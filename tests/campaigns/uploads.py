"""The verdict of each hostile file and a hundred thousand damaged ones, within 300 MB of memory: `make campaigns`.

What decides: what is accepted, the files, the damages, the table.
"""

import re
import sys
from pathlib import Path

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play, tell
from tests.test_uploads import VERDICTS, check_mutant, check_verdict

HELD = (
    "sad/file_types.py", "sad/storage.py", "tests/factories/hostile_files.py", "tests/cases/uploads.yaml", "tests/test_uploads.py",
)  # fmt: skip
CAMPAIGNS = {
    "fichiers : verdicts": Campaign(check_verdict, len(VERDICTS)),
    "fichiers : mutants": Campaign(check_mutant, 100_000),
}
MOST_MEMORY = 300 * 1024  # KiB, as the system counts what a process held at its highest
SOME_MUTANTS = 200


def check_memory() -> int:
    """0 when this process never held 300 MB. What the one that started it had held is not counted, as `ru_maxrss` would."""
    held = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
    tell(f"mémoire : {held // 1024} Mo au plus haut, {MOST_MEMORY // 1024} permis")
    return int(held >= MOST_MEMORY)


def pass_once() -> int:
    """Each file of the table under two endings, then some mutants, for the memory they take."""
    for seed, (_, ending) in enumerate(VERDICTS):
        if ending in ("zip", "docx"):
            check_verdict(seed)
    for seed in range(SOME_MUTANTS):
        check_mutant(seed)
    return check_memory()


if __name__ == "__main__":
    if "--memory" in sys.argv:
        raise SystemExit(pass_once())
    raise SystemExit(max(play(sys.argv[1:], CAMPAIGNS, KEPT / "uploads.json", fingerprint(HELD)), check_memory()))
