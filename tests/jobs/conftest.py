"""What jobs are given."""

from collections.abc import Callable
from datetime import datetime

import pytest

from sad.db import transaction
from sad.jobs.turn import Turn
from sad.models.mini_tenders import MiniTender
from sad.settings import Settings
from tests.factories.mini_tenders import make_published


@pytest.fixture
def turn(settings: Settings, database) -> Callable[[datetime], Turn]:
    """The turn of a job at an instant, on the test's database."""
    return lambda at: Turn(settings, at)


@pytest.fixture
def mini_tender(database) -> MiniTender:
    """One that four suppliers are invited to, none of whom has answered."""
    with transaction():
        return make_published(suppliers=4)
