"""Every campaign in turn, from where each stopped, then the table of what was reached: `make campaigns`, `make campaigns MINUTES=30`."""

import sys
import time

from tests.campaigns.ledger import asked, fingerprint, ledger_of, play
from tests.campaigns.report import ALL, write


def main(arguments: list[str]) -> int:
    """0 when every seed of every campaign passed; the time given is shared among those that follow."""
    wanted = asked(arguments)
    end, table = time.monotonic() + 60 * wanted.minutes, ["--table"] if wanted.table else []
    worst = 0
    for left, module in zip(range(len(ALL), 0, -1), ALL, strict=True):
        share = (end - time.monotonic()) / 60 / left
        worst = max(worst, play([*table, f"--minutes={share}"], module.CAMPAIGNS, ledger_of(module.__name__), fingerprint(module.HELD)))
    write()
    return worst


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
