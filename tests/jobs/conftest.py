"""What jobs are given."""

from collections.abc import Callable
from datetime import datetime

import pytest

from sad.jobs.turn import Turn
from sad.settings import Settings


@pytest.fixture
def turn(settings: Settings, database) -> Callable[[datetime], Turn]:
    """The turn of a job at an instant, on the test's database."""
    return lambda at: Turn(settings, at)
