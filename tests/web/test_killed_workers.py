"""The worker of the product killed under suppliers that deposit: a few kills at each run, ten thousand in `tests/campaigns/kills.py`."""

import pytest

from tests.campaigns.killing import Service

KILLS = 10


@pytest.fixture
def service(app):
    made = Service(app)
    yield made
    made.close()


@pytest.mark.own_database
def test_no_acknowledged_deposit_is_lost_when_its_worker_is_killed(service):
    for seed in range(KILLS):
        service.check_a_kill(seed)
    assert service.cuts() >= KILLS, "kills that cut no sending prove nothing"
    service.close()
    service.check_whole()
