"""Two thousand lives of machines whose clock lies, half on each engine: no deadline reopens, no offer opens early: `make campaigns`.

What decides: the hour that is gone by, what is noted of it, the acts of deposits and openings, the draw.
"""

import sys

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound
from tests.web.test_clocks_that_lie import check_a_lying_clock

HELD = (
    "sad/clock.py", "sad/db.py", "sad/domain/clock_watch.py", "sad/domain/phases.py", "sad/domain/opening.py", "sad/actions/timekeeping.py",
    "sad/actions/outages.py", "sad/actions/openings.py", "sad/actions/offers.py", "sad/models/timekeeping.py", "sad/models/outages.py",
    "sad/web/timekeeping.py", "config/law/service.yaml", "tests/web/test_clocks_that_lie.py",
    "tests/actions/test_deadlines_to_the_microsecond.py", "tests/campaigns/sites.py",
)  # fmt: skip


def _on(engine: str):
    return lambda seed: check_a_lying_clock(bound(engine), seed)


CAMPAIGNS = {f"horloges qui mentent ({name})": Campaign(_on(engine), 1000, 1, 20) for engine, name in ENGINES.items()}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "clock.json", fingerprint(HELD)))
