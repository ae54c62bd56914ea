"""`python -m benchmarks [open-rank|list-deep|submit-offer ...]`: prints one line for each workload."""

import sys

from benchmarks import list_deep, open_rank, submit_offer
from benchmarks.pairs import Pair

WORKLOADS = {"open-rank": open_rank.run, "list-deep": list_deep.run, "submit-offer": submit_offer.run}


def main(names: list[str]) -> None:
    """Run the workloads named, or all of them."""
    print("Rapport à un étalon mesuré dans le même tour : de durées (d, petit vaut mieux), de temps de processeur (p, petit vaut mieux)")
    print("ou de débits (q, grand vaut mieux).")
    print(f"{'charge':<34}{'rapport':>9}  {'durée':>12}{'étalon':>12}{'CPU ms':>10}  notes")
    for name in names or WORKLOADS:
        for pair in WORKLOADS[name]():
            print(line(pair))


def line(pair: Pair) -> str:
    """The figures of one workload, aligned."""
    times = f"{pair.seconds * 1000:>9.1f} ms{pair.yardstick * 1000:>9.1f} ms{pair.cpu_ms:>10.2f}"
    kind = "q" if pair.is_rate else "p" if pair.is_cpu else "d"
    return f"{pair.name:<34}{pair.ratio:>9.2f} {kind}{times}  {pair.notes}".rstrip()


main(sys.argv[1:])
