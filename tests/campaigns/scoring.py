"""A hundred thousand drawn grids and offers, beyond the two thousand of every test run: `make campaigns`.

What decides: the rules of scoring, the plain reading of the format, the draw.
"""

import sys

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.domain.test_scoring_reference import check_against_the_reference
from tests.domain.test_scoring_ways import check_what_is_told

HELD = (
    "sad/domain/scoring/*.py", "sad/domain/forbidden_words.py", "tests/scoring_reference.py", "tests/factories/scoring_files.py",
    "tests/domain/test_scoring_reference.py", "tests/domain/test_scoring_ways.py",
)  # fmt: skip
CAMPAIGNS = {
    "classement contre la lecture du format": Campaign(check_against_the_reference, 100_000),
    "ce qui aurait mis chaque offre première": Campaign(check_what_is_told, 5_000),
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "scoring.json", fingerprint(HELD)))
