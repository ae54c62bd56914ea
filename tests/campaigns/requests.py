"""A hundred thousand generated requests against every form and address, half on each engine: `make campaigns`.

What decides: the pages, the acts, the rows, what is drawn.
"""

import functools
import sys
from random import Random

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound, site
from tests.web.answers import breakdowns_of, header_faults, page_faults, writes_to
from tests.web.odd_requests import Drawer
from tests.web.world import make_world

HELD = (
    "sad/**/*.py", "templates/**/*.html", "migrations/versions/*.py", "tests/factories/*.py", "tests/web/answers.py",
    "tests/web/odd_requests.py", "tests/web/ownership.py", "tests/web/world.py",
)  # fmt: skip
CHANGES = ("POST", "PUT", "PATCH", "DELETE")
# Written by any request: when the session was last used.
OF_ANY = ("UPDATE sign_ins",)
# Reading a consultation is noted once, with its line in the journal: it is proof that the invitation arrived.
NOTED = ("UPDATE invitations SET seen_at",)


def check_request(drawer: Drawer, seed: int) -> None:
    """The request of a seed breaks nothing: no 5xx, no trace, all the headers; and changes nothing unless it may."""
    world, asked = drawer.world, drawer.draw(Random(seed))
    with world.undone(), writes_to(world.app.engine) as writes, breakdowns_of(world.app) as broken:
        answer = world.send(asked.who, asked.url, asked.method, headers=asked.headers, **asked.sent)
        faults, status = [*header_faults(answer), *page_faults(answer)], answer.status_code
        answer.close()
    said = [each.statement for each in writes]
    is_noted = asked.method in CHANGES or any(each.startswith(NOTED) for each in said)
    written = [] if is_noted else [each for each in said if not each.startswith(OF_ANY)]
    assert status < 500 and not broken, f"{status} {broken} {asked}"
    assert not faults, f"{status} {faults} {asked}"
    assert not written, f"{written} {asked}"


@functools.cache
def drawer_on(engine: str) -> Drawer:
    """The world of that engine, made at the first seed."""
    return Drawer(make_world(site(engine)))


def on_engine(engine: str, seed: int) -> None:
    bound(engine)
    check_request(drawer_on(engine), seed)


CAMPAIGNS: dict[str, Campaign] = {
    f"requêtes engendrées ({name})": Campaign(functools.partial(on_engine, engine), 50_000, 1, 250) for engine, name in ENGINES.items()
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "requests.json", fingerprint(HELD)))
