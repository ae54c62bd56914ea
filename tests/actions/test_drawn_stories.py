"""Whole consultations drawn at random beside their model: a few at each run, a million steps in `tests/campaigns/stories.py`."""

import pytest

from sad.models.offers import OfferState
from tests.campaigns import story
from tests.campaigns.story import Cast, played

CORRECTED_MARK = 10  # in this one a mark is changed after the ranking: nobody relies on it yet, so nothing is wrong
SEEDS = (0, 1, CORRECTED_MARK)


@pytest.fixture
def stage(database, tmp_path):
    connection = database.connect()
    cast = Cast()
    yield cast, connection, tmp_path
    connection.close()


def test_the_product_does_what_the_model_foresees_step_by_step(stage):
    reached = set()
    for seed in SEEDS:
        played(*stage, seed, lambda told: reached.add(told.model.state))
    assert len(reached) > 1, "stories that all end alike prove little"


def test_a_withdrawal_after_the_deadline_would_be_seen(stage, monkeypatch):
    def whenever(offer, **_said):
        offer.state = OfferState.WITHDRAWN

    monkeypatch.setattr(story, "withdraw_offer", whenever)
    with pytest.raises(AssertionError, match="withdraw"):
        for seed in SEEDS:
            played(*stage, seed)
