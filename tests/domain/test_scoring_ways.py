"""What is told to a tenderer would have put it first: ranked again, with that change, by the plain reading of the format."""

from decimal import Decimal

import pytest

from sad.domain.scoring.scoring_file import read_scoring_file
from sad.domain.scoring.sensitivity import best_value, what_would_change
from tests.factories.scoring_files import make_priced_file
from tests.scoring_reference import reference

CENT = Decimal("0.01")
OTHER_CUTS = 12


def firsts(data, ref, key, value):
    """Who is first once this offer says this on this criterion."""
    offers = [offer | {"values": offer["values"] | {key: value}} if offer["ref"] == ref else offer for offer in data["offers"]]
    ranks, *_ = reference(data | {"offers": offers})
    return [each for each, rank in ranks.items() if rank == 1]


def check_what_is_told(seed):
    """For each offer: the stated change alone puts it first alone, a cent less does not; what is not stated would not do."""
    data = make_priced_file(seed)
    _, grid, bids = read_scoring_file(data)
    for bid in bids:
        told, asked = what_would_change(bids, grid, bid.ref), Decimal(bid.values["price"])

        def is_first(key, value, ref=bid.ref):
            return firsts(data, ref, key, str(value)) == [ref]

        if is_first("price", asked):
            assert (told.price_cut, told.criteria) == (None, ()), (seed, bid.ref)
            continue
        if told.price_cut is None:
            cuts = {round(asked * 100 * part / OTHER_CUTS) for part in range(1, OTHER_CUTS)} | {int(asked * 100) - 1}
            assert not any(is_first("price", asked - cut * CENT) for cut in cuts if 0 < cut < asked * 100), (seed, bid.ref)
        else:
            assert is_first("price", asked - told.price_cut * CENT), (seed, bid.ref)
            assert not is_first("price", asked - (told.price_cut - 1) * CENT), (seed, bid.ref)
        for leaf in grid.scored:
            if leaf.key != "price":
                assert is_first(leaf.key, best_value(bids, leaf)) == (leaf.key in told.criteria), (seed, bid.ref, leaf.key)


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_what_is_told_to_each_tenderer_would_have_put_it_first(first):
    for seed in range(first, first + 20):
        check_what_is_told(seed)


def test_a_cut_may_do_where_a_deeper_one_would_not():
    """Offers under the least total leave, and which ones do follows the cut: drawn by the campaign, kept here."""
    check_what_is_told(1059)
    _, grid, bids = read_scoring_file(make_priced_file(1059))
    assert what_would_change(bids, grid, "É3").price_cut == 190


def test_the_draw_holds_cuts_criteria_and_offers_for_whom_nothing_would_do():
    told = []
    for seed in range(30):
        _, grid, bids = read_scoring_file(make_priced_file(seed))
        told += [what_would_change(bids, grid, bid.ref) for bid in bids]
    assert sum(each.price_cut is not None for each in told) > 15 and sum(bool(each.criteria) for each in told) > 15
    assert sum((each.price_cut, each.criteria) == (None, ()) for each in told) > 15
