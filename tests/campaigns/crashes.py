"""Each point of a deposit at which its process may die, three times over for each kind of deposit, on each engine: `make campaigns`.

What decides: all that a deposit goes through, the rows, the points.
"""

import sys

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound, on
from tests.web.test_deposits_that_crash import KINDS, check_all_points

HELD = (
    "sad/db.py", "sad/web/reception.py", "sad/web/acts.py", "sad/web/supplier/deposits.py", "sad/web/supplier/offers.py",
    "sad/actions/offers.py", "sad/actions/attempts.py", "sad/actions/offer_drafts.py", "sad/actions/receipts.py", "sad/actions/journal.py",
    "sad/actions/letters.py", "sad/models/offers.py", "sad/trust/[cers]*.py",
    "tests/web/test_deposits_that_crash.py", "tests/campaigns/dying.py", "tests/campaigns/kept.py",
)  # fmt: skip
TIMES = 3


def _all_points(engine: str, kind: str):
    return on(engine, lambda _seed: check_all_points(bound(engine), kind))


CAMPAIGNS = {
    f"tous les points d’un dépôt {words} ({name})": Campaign(_all_points(engine, kind), TIMES, batch=1)
    for engine, name in ENGINES.items()
    for kind, words in zip(KINDS, ("premier", "qui remplace", "tardif"), strict=True)
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "crashes.json", fingerprint(HELD)))
