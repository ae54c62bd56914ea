"""Twelve thousand deposits around deadlines and two thousand races with the opening, half on each engine: `make campaigns`.

What decides: the rules and the actions of deposits and openings, the rows, the calendar, the draw.
"""

import sys

from tests.actions.test_deadlines_to_the_microsecond import AROUND, check_a_race_with_the_opening, check_around_a_deadline
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, on

HELD = (
    "sad/db.py", "sad/domain/phases.py", "sad/domain/opening.py", "sad/actions/offers.py", "sad/actions/openings.py",
    "sad/actions/opening_records.py", "sad/actions/receipts.py", "sad/actions/journal.py", "sad/models/offers.py", "sad/trust/[cers]*.py",
    "tests/actions/test_deadlines_to_the_microsecond.py", "tests/campaigns/kept.py",
)  # fmt: skip
CAMPAIGNS: dict[str, Campaign] = {}
for _engine, _name in ENGINES.items():
    CAMPAIGNS[f"autour de la date limite ({_name})"] = Campaign(on(_engine, check_around_a_deadline), 750, len(AROUND) + 1, 10)
    CAMPAIGNS[f"dépôt pendant l’ouverture ({_name})"] = Campaign(on(_engine, check_a_race_with_the_opening), 1000, 1, 10)

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "deadlines.json", fingerprint(HELD)))
