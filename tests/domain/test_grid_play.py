from decimal import Decimal
from fractions import Fraction

import pytest

from sad.domain.grid_play import PROFILES, invented_bids, letter, past_bids, plausible_values, play_grid
from sad.domain.grid_watch import watch
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.sensitivity import first_place, reweighted
from sad.domain.stages import grid_of
from tests.domain.test_grid_watch import CASES, a_grid, named
from tests.factories.requirements import STAGE_LAW, a_stage, criterion, specification

GRID = grid_from_dict(a_grid(CASES["good"][0]))


def test_the_invented_offers_are_always_the_same_and_differ_from_each_other():
    bids = invented_bids(GRID, {})
    assert bids == invented_bids(GRID, {}) and [bid.ref for bid in bids] == list("ABCDE")
    assert [bid.values["price"] for bid in bids] == ["80.00", "115.00", "100.00", "90.00", "125.00"]
    assert len({tuple(bid.values.items()) for bid in bids}) == len(PROFILES)


@pytest.mark.parametrize("case", named(CASES["good"]))
def test_a_good_grid_ranks_the_invented_offers(case):
    grid = grid_from_dict(a_grid(case))
    result = play_grid(grid, invented_bids(grid, case.get("plausible", {})))
    assert len(result.placed) + len(result.ranking.eliminated) == len(PROFILES)
    assert result.ranking.ties == ()


def test_what_decides_adds_up_to_what_separates_the_first_two():
    play = play_grid(GRID, invented_bids(GRID, {}))
    first, second = play.placed[:2]
    assert sum(each.points for each in play.decisive) == first.total - second.total
    assert [each.points for each in play.decisive] == sorted((each.points for each in play.decisive), reverse=True)


def test_within_the_interval_of_a_weight_the_first_stays_and_beyond_it_does_not():
    play = play_grid(GRID, invented_bids(GRID, {}))
    first, hundredth = first_place(play.bids, GRID), Fraction(1, 100)
    moved = [(key, each) for key, each in play.intervals.items() if each.low > hundredth]
    assert moved
    for key, interval in moved:
        assert first_place(play.bids, reweighted(GRID, key, interval.low)) == first
        assert first_place(play.bids, reweighted(GRID, key, interval.low - hundredth)) != first


def test_a_grid_of_one_criterion_has_no_interval():
    grid = grid_from_dict({"criteria": [{"key": "p", "label": "Coût", "weight": "100", "method": "lowest_ratio", "price": True}]})
    assert play_grid(grid, invented_bids(grid, {})).intervals == {}


def test_the_prices_follow_the_bounds_of_their_method_or_the_usual_price_given():
    bounded = {"key": "p", "label": "Prix", "weight": "100", "method": "linear_bounds", "best": "1000", "worst": "3000", "price": True}
    grid = grid_from_dict({"criteria": [bounded]})
    assert [bid.values["p"] for bid in invented_bids(grid, {})][:3] == ["1600.00", "2300.00", "2000.00"]
    assert invented_bids(grid, {}, Decimal(10))[0].values["p"] == "8.00"


ORGANIC = {"source": "organic_pct", "method": {"method": "linear_bounds", "best": "100", "worst": "0"}, "environmental": True}


@pytest.mark.parametrize(
    ("parts", "values"),
    [
        ({"threshold": Decimal(40), "exempt_families": ()}, ("40", "55", "70", "85", "100")),
        ({"unit": "percent", "comparison": "any", "threshold": None}, ("0", "25", "50", "75", "100")),
        ({"unit": "percent", "comparison": "at_most", "threshold": Decimal(20)}, ("0", "5", "10", "15", "20")),
        ({"unit": "count", "comparison": "at_most", "threshold": Decimal(1)}, ("0", "1")),
        ({"unit": "count", "comparison": "at_least", "threshold": Decimal(3)}, ("3", "4", "5", "6")),
        ({"unit": "yes_no", "comparison": "is_true", "threshold": None, "exempt_families": ()}, ("true",)),
        ({"unit": "yes_no", "comparison": "is_true", "threshold": None}, ("false", "true")),
        ({"unit": "yes_no", "comparison": "any", "threshold": None}, ("false", "true")),
    ],
)
def test_what_offers_may_say_follows_what_the_stage_asks(parts, values):
    stage = a_stage(specification("organic_pct", "Bio ou équivalent", **parts), criterion("organic", "Bio ou équivalent", 20, **ORGANIC))
    assert plausible_values(stage, "pain") == {"organic": values}


def test_a_criterion_that_pays_what_the_stage_already_demands_is_found():
    packaging = criterion("packaging", "Emballage", 20, environmental=True, source="reusable", method={"method": "yes_no"})
    asked = specification("reusable", "Contenants repris", unit="yes_no", comparison="is_true", threshold=None, exempt_families=())
    price = criterion("price", "Prix", 50, price=True, method={"method": "lowest_ratio"})
    stage = a_stage(asked, price, criterion("quality", "Qualité", 30), packaging)
    found = watch(grid_of(stage, "pain"), STAGE_LAW, plausible=plausible_values(stage, "pain"))
    assert [(each.code, each.refusal.field) for each in found] == [("criterion_neutralised", "packaging")]


OFFERS = [
    {"ref": "Ferme du Lac", "values": {"price": "120", "quality": "8", "packaging": "true", "other": "1"}},
    {"ref": "Atelier", "values": {"price": "150", "quality": "9", "packaging": "true"}},
    {"ref": "Sans note", "values": {"price": "110", "packaging": "true"}},
    {"ref": "Hors échelle", "values": {"price": "110", "quality": "11", "packaging": "true"}},
]


def test_past_offers_keep_their_values_and_leave_their_names():
    bids = past_bids(GRID, OFFERS, is_named=False)
    assert [(bid.ref, bid.values["price"]) for bid in bids] == [("A", "120"), ("B", "150")]
    assert bids == past_bids(GRID, OFFERS[::-1], is_named=False)
    assert rank(bids, GRID).refs == ("A", "B")


def test_past_offers_of_an_awarded_mini_tender_are_named():
    assert [bid.ref for bid in past_bids(GRID, OFFERS, is_named=True)] == ["Ferme du Lac", "Atelier"]


def test_there_is_a_letter_for_each_of_many_offers():
    assert [letter(place) for place in (0, 25, 26, 52)] == ["A", "Z", "A2", "A3"]
