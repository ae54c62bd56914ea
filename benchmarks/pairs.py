"""Timing two pieces of work in turn, so that a noisy machine disturbs both alike."""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Pair:
    """Medians over the rounds: seconds of the work, seconds of its yardstick, their ratio, CPU ms for one unit of work.

    `ratio` is the time of the work over that of its yardstick, or with `is_rate` its rate over that of its yardstick.
    With `is_cpu` seconds are those of the processor.
    """

    name: str
    seconds: float
    yardstick: float
    ratio: float
    cpu_ms: float
    notes: str = ""
    is_rate: bool = False
    is_cpu: bool = False


def measure(
    name: str, work: Callable[[], object], yardstick: Callable[[], object], *, units: int = 1, is_rate: bool = False, is_cpu: bool = False
) -> Pair:
    """Run both in turn, after one round that does not count."""
    work(), yardstick()
    taken: list[tuple[float, float, float]] = []
    for number in range(ROUNDS):
        progress(f"{name} : {number + 1}/{ROUNDS}")
        mine, cpu = _time(work)
        theirs, their_cpu = _time(yardstick)
        taken.append((cpu, their_cpu, cpu) if is_cpu else (mine, theirs, cpu))
    progress("")
    medians = [statistics.median(column) for column in zip(*taken, strict=True)]
    ratio = statistics.median(theirs / mine if is_rate else mine / theirs for mine, theirs, _ in taken)
    return Pair(name, medians[0], medians[1], ratio, medians[2] * 1000 / units, is_rate=is_rate, is_cpu=is_cpu)


def progress(text: str) -> None:
    """One line that is rewritten, on standard error."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _time(work: Callable[[], object]) -> tuple[float, float]:
    before, start = _cpu(), time.perf_counter()
    work()
    return time.perf_counter() - start, _cpu() - before


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
