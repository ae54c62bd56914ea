"""A million steps of whole consultations beside their model, four hundred for each story, one in five on PostgreSQL: `make campaigns`.

What decides: the rules and the actions of a consultation from its sending to its contract, the rows, the examination, the model, the draw.
"""

import atexit
import functools
import sys
from pathlib import Path

from sqlalchemy import Connection

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound, on
from tests.campaigns.story import STEPS, Cast, played

HELD = (
    "sad/db.py", "sad/domain/phases.py", "sad/domain/lifecycle.py", "sad/domain/deadline_changes.py", "sad/domain/scoring/*.py",
    "sad/actions/awards.py", "sad/actions/classifications.py", "sad/actions/declarations.py", "sad/actions/evaluations.py",
    "sad/actions/journal.py", "sad/actions/marks.py", "sad/actions/mini_tender_changes.py", "sad/actions/offers.py",
    "sad/actions/openings.py", "sad/actions/publications.py", "sad/actions/questions.py", "sad/actions/rankings.py", "sad/actions/ties.py",
    "sad/doctor/*.py", "sad/models/awards.py", "sad/models/mini_tenders.py", "sad/models/offers.py", "tests/campaigns/story*.py",
)  # fmt: skip
STORIES = {"sqlite": 2_000, "postgresql": 500}


@functools.cache
def _stage(engine: str) -> tuple[Cast, Connection, Path]:
    app = bound(engine)
    cast, connection = Cast(), app.engine.connect()
    atexit.register(connection.close)
    return cast, connection, app.settings.data_dir


def _story(engine: str):
    return on(engine, lambda seed: played(*_stage(engine), seed))


CAMPAIGNS = {
    f"consultation entière, pas tirés ({name})": Campaign(_story(engine), STORIES[engine], STEPS, 5) for engine, name in ENGINES.items()
}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "stories.json", fingerprint(HELD)))
