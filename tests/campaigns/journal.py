"""A hundred thousand tamperings with drawn journals and a thousand chains recomputed, all to be found: `make campaigns`.

What decides: the chain and its canonical bytes, the draw, the tamperings.
"""

import sys

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.trust.test_chain_tampering import check_a_chain_recomputed, check_a_tampering

HELD = (
    "sad/trust/canonical.py", "sad/trust/chain.py", "sad/trust/commitments.py", "tests/factories/chains.py",
    "tests/trust/test_chain_tampering.py",
)  # fmt: skip
CAMPAIGNS = {
    "journal : altérations trouvées": Campaign(check_a_tampering, 100_000),
    "journal : chaînes recalculées trouvées": Campaign(check_a_chain_recomputed, 1_000),
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "journal.json", fingerprint(HELD)))
