"""The whole database killed under suppliers that deposit: a few deaths at each run, a thousand in `tests/campaigns/postgres.py`."""

import pytest

from tests.campaigns import postgres
from tests.campaigns.sites import bound

DEATHS = 3


@pytest.fixture
def parts():
    made = postgres.made_parts(bound("postgresql"))
    yield made
    for each in made:
        each.close()


def test_no_acknowledged_deposit_is_lost_when_the_whole_database_is_killed(parts):
    for seed in range(DEATHS):
        postgres.check_a_death_of(*parts, seed)
    service, _ = parts
    assert service.cuts() >= DEATHS
    service.check_whole()
