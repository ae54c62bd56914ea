"""Ten thousand kills (-9) of the worker on each engine while suppliers deposit: `make campaigns`.

What decides: all that a deposit goes through, the rows, the settings of the database.
"""

import atexit
import functools
import sys

from tests.campaigns import crashes
from tests.campaigns.killing import WHOLE, Service
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound, on

HELD = (*crashes.HELD, "tests/campaigns/forms.py", "tests/campaigns/killing.py", "tests/campaigns/warmed.py")


@functools.cache
def _service(engine: str) -> Service:
    made = Service(bound(engine))
    atexit.register(made.close)
    return made


def _kill(engine: str):
    return on(engine, lambda seed: _service(engine).check_a_kill(seed))


CAMPAIGNS = {f"serveur tué pendant des dépôts ({name})": Campaign(_kill(engine), 10_000, batch=WHOLE) for engine, name in ENGINES.items()}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "kills.json", fingerprint(HELD)))
