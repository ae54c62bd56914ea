import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.domain.stages import (
    Stage,
    canonical_json,
    fingerprint,
    gaps,
    meets,
    next_stages,
    stage_from_dict,
    stage_in_force,
    stage_to_dict,
)
from tests.domain.test_requirements import requirements
from tests.factories.requirements import a_stage, capacity, specification

ROADMAP = tuple(a_stage(number=number) for number in (3, 1, 2))

stages = st.builds(
    Stage,
    number=st.integers(1, 9),
    label=st.text(max_size=20),
    announced_on=st.dates(),
    effective_on=st.dates(),
    requirements=st.lists(requirements(), max_size=4).map(tuple),
)


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (datetime(2026, 1, 15, 0, 0, tzinfo=PARIS), 1),
        (datetime(2027, 1, 14, 23, 59, 59, 999_999, tzinfo=PARIS), 1),
        (datetime(2027, 1, 14, 23, 0, tzinfo=UTC), 2),
        (datetime(2027, 1, 15, 0, 0, tzinfo=PARIS), 2),
        (datetime(2031, 6, 1, tzinfo=UTC), 3),
    ],
)
def test_a_stage_starts_at_midnight_in_paris(at, number):
    assert stage_in_force(ROADMAP, at).number == number


def test_before_the_first_stage_nothing_is_in_force_and_the_refusal_says_when():
    with pytest.raises(Refused) as refused:
        stage_in_force(ROADMAP, datetime(2026, 1, 14, 22, 59, tzinfo=UTC))
    assert refused.value.refusals[0].rule == "PAL-04"
    assert "jeudi 15 janvier 2026" in refused.value.refusals[0].remedy


def test_an_empty_roadmap_is_refused():
    with pytest.raises(Refused, match="PAL-01"):
        stage_in_force((), datetime(2026, 2, 1, tzinfo=UTC))


def test_a_naive_instant_is_no_instant():
    with pytest.raises(ValueError, match="naive"):
        stage_in_force(ROADMAP, datetime(2026, 2, 1))  # noqa: DTZ001


def test_the_stages_to_come_are_given_the_nearest_first():
    assert [each.number for each in next_stages(ROADMAP, datetime(2026, 3, 1, tzinfo=UTC))] == [2, 3]
    assert next_stages(ROADMAP, datetime(2028, 3, 1, tzinfo=UTC)) == ()


@given(st.integers(0, 4000 * 24).map(lambda hours: datetime(2026, 1, 15, tzinfo=UTC) + timedelta(hours=hours)))
def test_a_stage_is_in_force_or_to_come_never_both(at):
    current = stage_in_force(ROADMAP, at)
    assert current not in next_stages(ROADMAP, at)
    assert stage_in_force(ROADMAP, at + timedelta(days=1)).effective_on >= current.effective_on


@given(stages)
def test_a_stage_comes_back_from_its_json_with_the_same_fingerprint(stage):
    again = stage_from_dict(json.loads(canonical_json(stage_to_dict(stage))))
    assert again == stage
    assert fingerprint(again) == fingerprint(stage)


@given(stages, stages)
def test_two_stages_share_a_fingerprint_only_when_they_are_equal(one, other):
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


def test_a_threshold_written_with_more_zeros_keeps_the_fingerprint():
    precise = a_stage(specification(threshold=Decimal("40.000")))
    assert fingerprint(precise) == fingerprint(a_stage(specification()))
    assert len(fingerprint(precise)) == 64


def test_the_order_of_requirements_is_part_of_the_stage():
    stage = a_stage()
    assert fingerprint(replace(stage, requirements=stage.requirements[::-1])) != fingerprint(stage)


def test_a_value_not_said_is_a_gap_and_a_capacity_is_none():
    stage = a_stage(capacity(), specification())
    assert [gap.requirement for gap in gaps(stage, {}, ["vins"])] == ["direct_supply_pct"]
    assert meets(stage, {"direct_supply_pct": 40}, ["vins"])
    assert meets(stage, {}, ["cafe_the"])


def test_a_requirement_that_imposes_nothing_makes_no_gap():
    assert meets(a_stage(specification(comparison="any", threshold=None)), {}, ["vins"])


def test_a_gap_says_what_is_had_what_is_wanted_and_the_sentence():
    (gap,) = gaps(a_stage(specification()), {"direct_supply_pct": "35"}, ["pain_viennoiserie"], "pain")
    assert (gap.has, gap.wanted) == (Decimal(35), "40\u00a0% au moins")
    assert gap.sentence == "35\u00a0% d’approvisionnement direct, 40\u00a0% demandés"


def test_gaps_leave_aside_what_another_category_asks():
    stage = a_stage(specification(categories=("traiteur",)))
    assert meets(stage, {}, ["vins"], "boissons")
    assert not meets(stage, {}, ["vins"], "traiteur")
    assert stage.effective_on == date(2026, 1, 15)
