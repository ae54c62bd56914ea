"""The workers of the product killed under suppliers that deposit: a few kills at each run, ten thousand in `tests/campaigns/kills.py`."""

import contextlib

import pytest

from tests.campaigns.killing import AT_ONCE, Service

SEEDS, MOST = 3, 40


@pytest.mark.own_database
def test_no_acknowledged_deposit_is_lost_when_its_worker_is_killed(app):
    with contextlib.closing(Service(app)) as service:
        for seed in range(SEEDS):
            service.check_kills(seed)
        assert service.cuts() >= SEEDS * AT_ONCE, "kills that cut no sending prove nothing"
    service.check_whole()


@pytest.mark.own_database
def test_a_product_that_acknowledges_before_it_keeps_is_found_out(app):
    with contextlib.closing(Service(app, 2, "tests.campaigns.hasty:app")) as service, pytest.raises(AssertionError, match="and lost"):
        for seed in range(MOST):
            service.check_kills(seed)
