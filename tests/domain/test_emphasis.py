from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.emphasis import emphasised
from sad.domain.stages import grid_of
from tests.factories.requirements import a_stage, criteria, criterion


def weights(*keys: str) -> list[int]:
    return [int(weight) for weight in emphasised(criteria(), keys).values()]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), [50, 30, 20]),
        (("price",), [60, 20, 20]),
        (("quality",), [40, 40, 20]),
        (("packaging",), [40, 30, 30]),
        (("quality", "packaging"), [40, 40, 20]),
        (("price", "quality", "packaging"), [50, 30, 20]),
        (("unknown",), [50, 30, 20]),
    ],
)
def test_what_counts_more_goes_up_as_far_as_the_others_can_give_way(keys, expected):
    assert weights(*keys) == expected


def test_a_criterion_without_a_range_neither_takes_nor_gives():
    fixed = criterion("price", "Prix", 50, weight_min=None, weight_max=None)
    _, quality, packaging = criteria()
    found = emphasised((fixed, quality, packaging), ("packaging",))
    assert [int(weight) for weight in found.values()] == [50, 20, 30]


@given(st.sets(st.sampled_from(["price", "quality", "packaging"])))
def test_every_ready_made_weighing_makes_a_lawful_grid(keys):
    stage = a_stage()
    grid = grid_of(stage, "traiteur", emphasised(criteria(), keys))
    assert sum(Decimal(each["weight"]) for each in grid["criteria"]) == 100
