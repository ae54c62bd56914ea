"""A hundred thousand drawn grids and offers, beyond the two thousand of every test run: `make campaigns`, some quarters of an hour."""

import pytest

from tests.domain.test_scoring_reference import BATCHES, SEEDS, check_against_the_reference
from tests.domain.test_scoring_ways import check_what_is_told

ALREADY, WHOLE, BATCH = BATCHES * SEEDS, 100_000, 500
WAYS = range(200, 5_000)


@pytest.mark.parametrize("first", range(ALREADY, WHOLE, BATCH))
def test_drawn_grids_and_offers_give_what_the_format_says(first):
    for seed in range(first, min(first + BATCH, WHOLE)):
        check_against_the_reference(seed)


@pytest.mark.parametrize("first", WAYS[::100])
def test_what_is_told_to_each_tenderer_would_have_put_it_first(first):
    for seed in range(first, first + 100):
        check_what_is_told(seed)
