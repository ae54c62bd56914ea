"""The ranking against a slow, plain reading of the format (`tests/scoring_reference.py`), on grids and offers drawn at random.

Two draws: one from seeds, that a campaign goes on with (`make campaigns`), and one that looks for the smallest file that differs.
"""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sad.domain.scoring.methods import METHODS as SCORING_METHODS
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.result_json import ranking_to_json
from sad.domain.scoring.scoring_file import ranking_to_dict, read_json, read_scoring_file, scoring_file_to_dict
from tests.factories.scoring_files import make_scoring_file, shuffled
from tests.scoring_reference import output, reference, told

BATCHES, SEEDS = 20, 100


def decimal(low, high, places):
    """Decimal texts from low to high, with so many decimals."""
    digits = st.integers(low * 10**places, high * 10**places)
    return digits.map(lambda n: f"{'-' * (n < 0)}{abs(n) // 10**places}.{abs(n) % 10**places:0{places}}")


NUMBER = st.one_of(st.integers(-6, 12).map(str), decimal(-3, 6, 1))
OVER_0 = st.one_of(st.integers(1, 12).map(str), decimal(1, 6, 2), decimal(1, 3, 25))
METHODS = {
    "lowest_ratio": ({}, OVER_0),
    "highest_ratio": ({}, st.sampled_from(["0", "0.5", "3", "4", "12"])),
    "scale": ({"scale": st.sampled_from(["12", "20.5"])}, st.sampled_from(["0", "6", "6.0", "12", "3.75"])),
    "linear_excess": ({"floor": st.sampled_from(["0", None, "1.5", "-2"])}, OVER_0),
    "linear_bounds": ({"best": st.sampled_from(["0", "9.5"]), "worst": st.sampled_from(["-2", "5"]), "clamp": st.booleans()}, NUMBER),
    "linear_minmax": ({"better": st.sampled_from(["lower", "higher"])}, NUMBER),
    "steps": ({"steps": st.just([["2", "1"], ["4.5", "0.25"], [None, "0.5"]])}, NUMBER),
    "words": ({"steps": st.just([["a", "1"], ["b", "0.5"], ["c", "0.3"]])}, st.sampled_from("abc")),
    "yes_no": ({}, st.sampled_from([True, False, "oui", "No"])),
}
SHARE = st.sampled_from([None, None, None, "0", "0.25", "0.5", "0.9"])
WEIGHT = st.sampled_from(["1", "10", "20", "0.25", "33.3"])


@st.composite
def criteria(draw, key):
    name = draw(st.sampled_from(sorted(METHODS)))
    options, values = METHODS[name]
    data = {"key": key, "label": key, "weight": draw(WEIGHT), "method": "steps" if name == "words" else name, "minimum": draw(SHARE)}
    return data | {option: draw(choice) for option, choice in options.items()}, {key: values}


@st.composite
def files(draw):
    grid, choices, keys = [], {}, []
    for number in range(draw(st.integers(1, 4))):
        data, values = draw(criteria(f"c{number}"))
        if draw(st.integers(0, 3)) == 0:
            drawn = [draw(criteria(f"c{number}{letter}")) for letter in "xyz"[: draw(st.integers(1, 3))]]
            values = {key: choice for _, some in drawn for key, choice in some.items()}
            weight = sum(Fraction(part["weight"]) for part, _ in drawn)
            data = {"key": f"c{number}", "label": "Parent", "weight": f"{float(weight):.2f}", "minimum": draw(SHARE)}
            data["sub_criteria"] = [part for part, _ in drawn]
        grid.append(data)
        choices |= values
        keys += [data["key"], *(part["key"] for part in data.get("sub_criteria", ()))]
    rows = draw(st.lists(st.fixed_dictionaries(choices), max_size=7))
    return {
        "title": "Au hasard",
        "grid": {
            "criteria": grid,
            "decimals": draw(st.integers(0, 6)),
            "tie_rule": draw(st.one_of(st.none(), st.lists(st.sampled_from(keys), max_size=3))),
            "minimum_total": draw(st.sampled_from([None, None, "1", "15.5"])),
        },
        "offers": [{"ref": f"O{number}", "values": row} for number, row in enumerate(rows)],
    }


def read(data):
    return read_scoring_file(read_json(json.dumps(data).encode()))


def result_of(data):
    _, grid, bids = read(data)
    ranking = rank(bids, grid)
    result = ranking_to_dict(ranking)
    assert json.loads(ranking_to_json(ranking)) == result
    return result


def check_against_the_reference(seed):
    """Same points to the digit, sentences, eliminations, ranks and ties as the plain reading, in any order of the offers."""
    data = make_scoring_file(seed)
    result = result_of(data)
    assert told(data, result) == output(data), seed
    assert result_of(shuffled(data, seed)) == result, seed


@pytest.mark.parametrize("batch", range(BATCHES))
def test_drawn_grids_and_offers_give_what_the_format_says(batch):
    for seed in range(batch * SEEDS, (batch + 1) * SEEDS):
        check_against_the_reference(seed)


def test_the_draw_holds_every_method_eliminations_ties_and_sub_criteria():
    drawn = [make_scoring_file(seed) for seed in range(400)]
    leaves = [leaf for data in drawn for each in data["grid"]["criteria"] for leaf in each.get("sub_criteria", [each])]
    assert {leaf["method"] for leaf in leaves} == set(SCORING_METHODS)
    outputs = [output(data) for data in drawn]
    assert sum(bool(each["eliminated"]) for each in outputs) > 100 and sum(bool(each["ties"]) for each in outputs) > 60
    assert any(gone["criterion"] is None for each in outputs for gone in each["eliminated"])
    assert sum("sub_criteria" in each for data in drawn for each in data["grid"]["criteria"]) > 100
    assert sum(bool(data["grid"]["tie_rule"]) for data in drawn) > 100 and any(not data["offers"] for data in drawn)


@settings(max_examples=400, deadline=None)
@given(files())
def test_the_ranking_is_that_of_the_plain_reading_of_the_format(data):
    _, grid, bids = read(data)
    result = rank(bids, grid)
    ranks, table, eliminated, ties = reference(data)
    assert {placed.ref: placed.rank for placed in result.ranking} == ranks
    assert [placed.ref for placed in result.ranking] == sorted(ranks, key=lambda ref: (ranks[ref], ref))
    for placed in result.ranking:
        assert placed.points | {None: placed.total} == table[placed.ref]
    assert {gone.ref: gone.criterion for gone in result.eliminated} == eliminated
    assert list(map(list, result.ties)) == ties


@settings(max_examples=100, deadline=None)
@given(files(), st.randoms())
def test_the_order_of_the_offers_never_matters(data, order):
    _, grid, bids = read(data)
    expected = ranking_to_dict(rank(bids, grid))
    order.shuffle(bids)
    assert ranking_to_dict(rank(bids, grid)) == expected


@settings(max_examples=100, deadline=None)
@given(files())
def test_a_file_written_back_ranks_the_same(data):
    title, grid, bids = read(data)
    written = scoring_file_to_dict(title, grid, bids)
    assert read(written) == (title, grid, bids)
    assert scoring_file_to_dict(*read(written)) == written
