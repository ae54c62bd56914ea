"""Every campaign from where it stopped, as many at once as there are cores, then the table of what was reached: `make campaigns`.

Each runs in a process of its own; one that is whole is not run. Those that would take the least are given all they ask, the others share
what is left of the minutes, and whoever still has some to do when a core is free goes on. The last minute comes before all the others,
alone, since it measures how fast the machine answers.
"""

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

from tests.campaigns import last_minute
from tests.campaigns.ledger import ROOT, asked, fingerprint, ledger_of, standing
from tests.campaigns.report import ALL, write

CORES = os.cpu_count() or 1
FIRST_SHARE = 180.0  # seconds given to what nobody has measured yet
SHORTEST_SHARE = 20.0
OF_LAST_MINUTE = 0.25  # of the time given, at most


class Turns:
    """Whose turn it is, and for how many seconds: the time given is shared by what each has left to do."""

    def __init__(self, modules: Iterable[ModuleType], end: float) -> None:
        self.waiting, self.end = list(modules), end
        self.until: dict[str, float] = {}
        self._one_at_a_time = threading.Lock()

    def take(self) -> tuple[ModuleType, float] | None:
        """The module with most to do, and its share; nothing when no time or nothing is left."""
        with self._one_at_a_time:
            now = time.monotonic()
            wished = sorted(((seconds_left(each), each.__name__, each) for each in self.waiting if seeds_left(each)), reverse=True)
            if not wished or self.end - now < SHORTEST_SHARE:
                return None
            held = sum(max(0.0, until - now) for until in self.until.values())
            most = level([seconds for seconds, *_ in wished], CORES * (self.end - now) - held)
            seconds, name, mine = wished[0]
            share = min(self.end - now, max(SHORTEST_SHARE, min(seconds, most)))
            self.waiting, self.until[name] = [each for *_, each in wished[1:]], now + share
            return mine, share if self.end < math.inf else math.inf

    def give_back(self, module: ModuleType, had: int) -> None:
        """It may have more to do; unless it did nothing of the seeds that it had."""
        with self._one_at_a_time:
            del self.until[module.__name__]
            if seeds_left(module) < had:
                self.waiting.append(module)


def level(wished: Iterable[float], given: float) -> float:
    """The most that anybody gets when so much is given: who wishes less gets all of it, the others the same."""
    left = sorted(wished)
    while left:
        share = given / len(left)
        if left[0] >= share:
            return share
        given -= left.pop(0)
    return math.inf


def seeds_left(module: ModuleType) -> int:
    """How many seeds it has not tried yet."""
    return sum(left for left, _ in _standing(module))


def seconds_left(module: ModuleType) -> float:
    """What it has left to do, by what its seeds took until now; where nobody has measured yet, enough to see."""
    each = _standing(module)
    if any(left and pace is None for left, pace in each):
        return FIRST_SHARE
    return sum(left * pace for left, pace in each if pace is not None)


def _standing(module: ModuleType) -> list[tuple[int, float | None]]:
    return standing(ledger_of(module.__name__), fingerprint(module.HELD), module.CAMPAIGNS)


def main(arguments: list[str]) -> int:
    """0 when every seed of every campaign passed."""
    wanted = asked(arguments)
    if wanted.table:
        return max(_run(each, ["--table"]) for each in ALL)
    end = time.monotonic() + 60 * wanted.minutes
    if seeds_left(last_minute):
        _run(last_minute, [f"--minutes={OF_LAST_MINUTE * wanted.minutes}"])
    turns = Turns((each for each in ALL if each is not last_minute), end)
    with ThreadPoolExecutor(CORES) as pool:
        for done in [pool.submit(_work, turns) for _ in range(CORES)]:
            done.result()
    write()
    return max(_run(each, ["--table"]) for each in ALL)


def _work(turns: Turns) -> None:
    """One core: a module after the other, as long as there are some."""
    while turn := turns.take():
        module, seconds = turn
        had = seeds_left(module)
        _run(module, [f"--minutes={seconds / 60}"])
        turns.give_back(module, had)


def _run(module: ModuleType, arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", module.__name__, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
