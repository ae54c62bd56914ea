"""Every campaign from where it stopped, as many at once as there are cores, then the table of what was reached: `make campaigns`.

Each runs in a process of its own. The last minute comes after all the others, alone, since it measures how fast the machine answers.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

from tests.campaigns import last_minute
from tests.campaigns.ledger import ROOT, asked
from tests.campaigns.report import ALL, write

CORES = os.cpu_count() or 1


def main(arguments: list[str]) -> int:
    """0 when every seed of every campaign passed; the time given is shared among those that follow."""
    wanted = asked(arguments)
    end, beside = time.monotonic() + 60 * wanted.minutes, [each for each in ALL if each is not last_minute]
    table, left = ["--table"] if wanted.table else [], iter(range(len(beside), 0, -1))

    def run(module: ModuleType) -> int:
        return _run(module, [*table, f"--minutes={_minutes(end) * min(1.0, CORES / (next(left) + CORES))}"])

    with ThreadPoolExecutor(CORES) as pool:
        worst = max(pool.map(run, beside))
    worst = max(worst, _run(last_minute, [*table, f"--minutes={_minutes(end)}"]))
    write()
    return worst


def _minutes(end: float) -> float:
    """What is left until that instant of the machine's clock."""
    return max(0.0, end - time.monotonic()) / 60


def _run(module: ModuleType, arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", module.__name__, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
