"""`python -m benchmarks [open-rank|list-deep|submit-offer ...]`: prints one line for each workload."""

import sys

from benchmarks import open_rank
from benchmarks.pairs import Pair

WORKLOADS = {"open-rank": open_rank.run}


def main(names: list[str]) -> None:
    """Run the workloads named, or all of them."""
    print(f"{'charge':<24}{'rapport':>9}{'durée':>12}{'étalon':>12}{'CPU ms':>10}  notes")
    for name in names or WORKLOADS:
        for pair in WORKLOADS[name]():
            print(line(pair))


def line(pair: Pair) -> str:
    """The figures of one workload, aligned."""
    times = f"{pair.seconds * 1000:>9.1f} ms{pair.yardstick * 1000:>9.1f} ms{pair.cpu_ms:>10.2f}"
    return f"{pair.name:<24}{pair.ratio:>9.2f}{times}  {pair.notes}".rstrip()


main(sys.argv[1:])
