"""Ten thousand kills (-9) of a worker on each engine while suppliers deposit, four at once: `make campaigns`.

What decides: all that a deposit goes through, the rows, the settings of the database.
"""

import atexit
import functools
import sys

from tests.campaigns import crashes
from tests.campaigns.killing import AT_ONCE, WHOLE, Service
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound, on

HELD = (*crashes.HELD, *(f"tests/campaigns/{name}.py" for name in ("forms", "killing", "nursery", "warmed")))
KILLS = 10_000


@functools.cache
def _service(engine: str) -> Service:
    made = Service(bound(engine))
    atexit.register(made.close)
    return made


def _kill(engine: str):
    return on(engine, lambda seed: _service(engine).check_kills(seed))


CAMPAIGNS = {
    f"serveur tué pendant des dépôts ({name})": Campaign(_kill(engine), KILLS // AT_ONCE, worth=AT_ONCE, batch=WHOLE)
    for engine, name in ENGINES.items()
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "kills.json", fingerprint(HELD)))
