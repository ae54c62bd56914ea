"""A thousand meetings of two to five schedulers, killed, stopped and resumed, half on each engine: `make campaigns`.

What decides: the lock, the jobs, what they write, the draw.
"""

import sys

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound
from tests.jobs.test_schedulers_that_meet import check_schedulers_that_meet

HELD = (
    "sad/db.py", "sad/jobs/lock.py", "sad/jobs/turn.py", "sad/jobs/runner.py", "sad/jobs/mini_tenders.py", "sad/jobs/journal.py",
    "sad/jobs/letters.py", "sad/actions/reminders.py", "sad/actions/deliveries.py", "sad/actions/letters.py", "sad/actions/journal.py",
    "sad/actions/published_heads.py", "sad/models/letters.py", "sad/models/journal.py", "tests/jobs/test_schedulers_that_meet.py",
    "tests/campaigns/sites.py",
)  # fmt: skip


def _on(engine: str):
    return lambda seed: check_schedulers_that_meet(bound(engine).settings, seed)


CAMPAIGNS = {f"planificateurs qui se croisent ({name})": Campaign(_on(engine), 500, 1, 10) for engine, name in ENGINES.items()}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "schedulers.json", fingerprint(HELD)))
