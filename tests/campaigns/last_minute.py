"""Two thousand suppliers that send a whole offer with 1 MB in the last sixty seconds, beside readers, on each engine: `make campaigns`.

Two real workers of four threads; those who send run on the same machine and take a part of its time. What decides: all that a deposit goes
through from its form on, the rows, the crowd. The figures of each run are kept, whether it passed or not.
"""

import shutil
import sys

from tests.campaigns import kills
from tests.campaigns.crowd import check_last_minute
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bind, new_site

HELD = (*kills.HELD, "sad/web/supplier/offer*.py", "sad/web/offer_fields.py", "sad/web/supplier/joining.py", "tests/campaigns/crowd.py")
SUPPLIERS, SECONDS, RUNS = 2_000, 60, 3


def _last_minute(engine: str):
    """On a database of its own, which holds gigabytes and is gone at the end."""

    def check(seed: int) -> dict[str, object]:
        app = new_site(engine)
        try:
            return check_last_minute(bind(app), seed, suppliers=SUPPLIERS, seconds=SECONDS)
        finally:
            app.engine.dispose()
            shutil.rmtree(app.settings.data_dir, ignore_errors=True)

    return check


CAMPAIGNS = {
    f"dernière minute, {SUPPLIERS} dépôts ({name})": Campaign(_last_minute(engine), RUNS, batch=1) for engine, name in ENGINES.items()
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "last_minute.json", fingerprint(HELD)))
