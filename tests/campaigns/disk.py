"""Two hundred deposits on disks that fill up, five hundred on disks that fail to sync, on SQLite and, for the second, PostgreSQL too.

What decides: all that a deposit goes through, what is kept on disk outside the database, the faults.
"""

import sys

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound, on
from tests.web.test_full_disks import check_failing_sync, check_full

HELD = (
    "sad/db.py", "sad/spool.py", "sad/storage.py", "sad/web/reception.py", "sad/web/errors.py", "sad/web/spooled.py",
    "sad/web/supplier/de*.py", "sad/web/supplier/offers.py", "sad/actions/spooled.py", "sad/actions/offers.py", "sad/actions/attempts.py",
    "sad/actions/receipts.py", "sad/actions/journal.py", "sad/jobs/receptions.py", "sad/models/offers.py", "sad/trust/[cenprs]*.py",
    "tests/web/test_full_disks.py", "tests/factories/outages.py", "tests/campaigns/kept.py",
)  # fmt: skip
CAMPAIGNS = {"disque plein (SQLite)": Campaign(on("sqlite", lambda seed: check_full(bound("sqlite"), seed)), 200, batch=10)}
for _engine, _name in ENGINES.items():
    CAMPAIGNS[f"disque qui refuse de synchroniser ({_name})"] = Campaign(
        on(_engine, lambda seed, engine=_engine: check_failing_sync(bound(engine), seed)), 250, batch=10
    )

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "disk.json", fingerprint(HELD)))
