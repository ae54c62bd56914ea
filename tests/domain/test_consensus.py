"""The consensus of several evaluators: nothing shows before all have handed over, and its proposal is exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.consensus import Juror, OwnMark, awaited, proposal, revealed

ASKED = frozenset({(1, "quality"), (2, "quality"), (1, "delivery"), (2, "delivery")})
VALUES = st.integers(0, 1000).map(lambda cents: Fraction(cents, 100))


def mark(value: str, reason: str = "Bon.", *, juror: int = 1, offer: int = 1, criterion: str = "quality") -> OwnMark:
    return OwnMark(juror, offer, criterion, Fraction(value), reason)


@pytest.mark.parametrize(
    "values, mean, spread",
    [
        (["8"], "8", "0"),
        (["7", "8"], "7.5", "1"),
        (["7", "7", "8"], "7.33", "1"),
        (["8", "8", "7"], "7.67", "1"),
        (["7.01", "7.02"], "7.02", "0.01"),  # 7.015: half goes up
        (["0", "0.01"], "0.01", "0.01"),
        (["0", "0", "0.01"], "0", "0.01"),
        (["10", "0"], "5", "10"),
    ],
)
def test_the_mean_has_two_decimals_half_up_and_the_spread_is_exact(values, mean, spread):
    found = proposal([mark(value, juror=number) for number, value in enumerate(values)])
    assert found is not None and (found.mean, found.spread) == (mean, spread)


def test_reasons_are_joined_as_sentences_without_saying_one_twice():
    found = proposal([mark("8", "Bon pain"), mark("7", "Bon pain."), mark("6", "Livraison tardive ?")])
    assert found is not None and found.reason == "Bon pain. Livraison tardive ?"
    assert proposal([]) is None


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_the_proposed_mean_never_needs_a_reason_apart_beyond_its_rounding(values):
    found = proposal([OwnMark(number, 1, "quality", value, "Bon.") for number, value in enumerate(values)])
    assert found is not None and found.low == min(values) and found.high == max(values)
    assert found.holds(Fraction(found.mean)), "marks have two decimals, so rounding stays within their range"
    assert not found.holds(found.high + Fraction(1, 100)) and not found.holds(found.low - Fraction(1, 100))


MARKS = st.lists(
    st.builds(OwnMark, st.integers(1, 4), st.integers(1, 2), st.sampled_from(["quality", "delivery"]), VALUES, st.just("Bon.")),
    unique_by=lambda each: (each.juror, each.offer, each.criterion),
)
JURORS = st.lists(st.builds(Juror, st.integers(1, 4), st.booleans(), st.booleans()), unique_by=lambda each: each.ref)


@given(JURORS, MARKS)
def test_a_mark_is_never_seen_before_everybody_has_handed_over_nor_once_its_giver_has_left(jurors, marks):
    seen = revealed(jurors, marks, ASKED)
    present = {juror.ref for juror in jurors if not juror.has_ended}
    if awaited(jurors, marks, ASKED):
        assert seen == []
    assert {each.juror for each in seen} <= present
    for juror in jurors:
        given_by = {(each.offer, each.criterion) for each in marks if each.juror == juror.ref}
        if seen and not juror.has_ended:
            assert juror.has_submitted and given_by >= ASKED


@given(JURORS, MARKS, VALUES)
def test_the_consensus_never_reads_a_hidden_mark(jurors, marks, other):
    """Whatever a hidden mark says, the proposal stays the same."""
    seen = revealed(jurors, marks, ASKED)
    changed = [each if each in seen else OwnMark(each.juror, each.offer, each.criterion, other, "Autre.") for each in marks]
    assert revealed(jurors, changed, ASKED) == seen
    assert proposal(revealed(jurors, changed, ASKED)) == proposal(seen)


def test_an_offer_that_becomes_regular_is_awaited_again_from_everybody():
    jurors, marks = [Juror(1, True), Juror(2, True)], [mark("8", juror=number) for number in (1, 2)]
    assert len(revealed(jurors, marks, {(1, "quality")})) == 2
    assert awaited(jurors, marks, {(1, "quality"), (2, "quality")}) == jurors
    assert revealed(jurors, marks, {(1, "quality"), (2, "quality")}) == []
