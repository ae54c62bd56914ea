"""What is done quickly for 100,000 offers gives what is done slowly for each of them: reading, printing, writing."""

import copy
import json
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sad.domain.scoring.column import Column
from sad.domain.scoring.faults import Faults, ScoringFaults
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.numbers import printed, printed_ratio, read_number, shortened, written
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.result_json import ranking_to_json
from sad.domain.scoring.scoring_file import ranking_to_dict, read_json, read_one_by_one, read_scoring_file, sound_bids
from sad.domain.scoring.values import Bid
from tests.factories.scoring_files import make_scoring_file

DECIMALS = st.from_regex(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", fullmatch=True)
# What a JSON file may hold in the place of a value: each is a fault on some criterion, or on all.
ODD = ["5.", ".5", "-.5", "--1", "1.-2", "1_000", " 1", "1\n", "٣", "1e2", "9" * 31, "", None, True, 7, -7, [], {}, [1], "oui", "x"]
ODD_REFS = ["", " ", "\ud800", None, 1, "A", []]


@given(DECIMALS)
@example("-0.00")
@example("007.50")
@example("0.5")
def test_a_text_is_shortened_as_its_number_is_written(text):
    assert shortened(text) == written(read_number(text))


@given(st.integers(), st.integers(min_value=1), st.integers(0, 6), st.integers(1, 9))
def test_a_ratio_is_printed_as_its_fraction_reduced_or_not(top, bottom, decimals, times):
    assert printed_ratio(top * times, bottom * times, decimals) == printed(Fraction(top, bottom), decimals)


@pytest.mark.parametrize(("top", "bottom", "text"), [(1, 200, "0.01"), (-1, 200, "-0.01"), (-1, 201, "0.00"), (199, 200, "1.00")])
def test_halves_go_away_from_zero_and_nothing_is_minus_zero(top, bottom, text):
    assert printed_ratio(top, bottom, 2) == text


def both_ways(data):
    """The bids of a file read at once, and read one by one with their faults."""
    fields = read_json(json.dumps(data).encode())
    grid, faults = grid_from_dict(fields["grid"]), Faults()
    return sound_bids(fields["offers"], grid), read_one_by_one(fields["offers"], grid, faults), faults


@pytest.mark.parametrize("seed", range(100))
def test_offers_without_a_fault_are_read_at_once(seed):
    at_once, slowly, faults = both_ways(make_scoring_file(seed))
    assert (at_once, faults) == (slowly, [])


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_no_odd_value_goes_through_at_once(odd):
    refused = 0
    for seed in range(40):
        data = make_scoring_file(seed)
        for key in data["offers"][0]["values"] if data["offers"] else ():
            changed = copy.deepcopy(data)
            changed["offers"][0]["values"][key] = odd
            at_once, slowly, faults = both_ways(changed)
            assert at_once == ([] if faults else slowly), (seed, key)
            refused += bool(faults)
    assert refused


@pytest.mark.parametrize("odd", ODD_REFS, ids=repr)
def test_no_odd_reference_goes_through_at_once(odd):
    data = make_scoring_file(6)
    data["offers"][0]["ref"], data["offers"][1]["ref"] = odd, "A"
    at_once, _, faults = both_ways(data)
    assert at_once == [] and faults


CHANGES = [{"note": 1}, {"ref": "A"}, {"values": {}}, {"values": []}, {"values": {"c0": "1", "c9": "1"}}]


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_an_offer_with_more_or_less_than_it_should_hold_does_not_go_through_at_once(change):
    data = make_scoring_file(6)
    data["offers"] = [data["offers"][0] | {"ref": "A"}, data["offers"][1] | change]
    at_once, _, faults = both_ways(data)
    assert at_once == [] and faults


def test_a_key_written_twice_in_one_of_many_offers_is_seen():
    text = json.dumps(make_scoring_file(6)).replace('"ref": ', '"ref": "twice", "ref": ', 1)
    with pytest.raises(ScoringFaults, match="écrite deux fois"):
        read_scoring_file(read_json(text.encode()))


def test_a_json_number_is_not_the_text_of_a_step():
    words = {"key": "c", "label": "C", "weight": "1", "method": "steps", "steps": [["7", "1"], ["jetable", "0"]]}
    data = {"title": "", "grid": {"criteria": [words]}, "offers": [{"ref": "A", "values": {"c": 7}}, {"ref": "B", "values": {"c": "7"}}]}
    _, slowly, faults = both_ways(data)
    assert len(slowly) == 2 and len(faults) == 1
    with pytest.raises(ScoringFaults) as wrong:
        rank(slowly, grid_from_dict(data["grid"]))
    assert len(wrong.value.faults) == 1


@pytest.mark.parametrize("odd", [text for text in ODD if isinstance(text, str)], ids=repr)
def test_a_column_of_numbers_takes_what_a_single_number_takes(odd):
    grid = grid_from_dict({"criteria": [{"key": "c", "label": "C", "weight": "1", "method": "linear_minmax", "better": "lower"}]})
    with pytest.raises(ValueError, match="décimal"):
        read_number(odd)
    with pytest.raises(ValueError, match="décimal"):
        Column(grid.criteria[0], ["1", odd])


@pytest.mark.parametrize("odd", [True, 1.5, None, Fraction(1, 2), [1]], ids=repr)
def test_a_column_of_numbers_takes_neither_truths_nor_binary_floats(odd):
    grid = grid_from_dict({"criteria": [{"key": "c", "label": "C", "weight": "1", "method": "linear_minmax", "better": "lower"}]})
    with pytest.raises(ValueError, match="décimal"):
        Column(grid.criteria[0], [1, odd])


def test_the_text_of_a_result_is_that_of_json_whatever_the_references_and_labels_hold():
    label = 'Goût « bon » "\\\n\u2028 %s {x}'
    grid = grid_from_dict({"criteria": [{"key": 'k"\n', "label": label, "weight": "1", "method": "yes_no"}], "tie_rule": None})
    ranking = rank([Bid('"A\\', {'k"\n': True}), Bid("É\t", {'k"\n': "no"}), Bid("C", {'k"\n': "oui"})], grid)
    text = ranking_to_json(ranking)
    assert json.loads(text) == ranking_to_dict(ranking)
    rows = [line.strip(" ,[]}") for line in text.splitlines() if '"rank"' in line]
    assert len(rows) == 3 and "Goût" in rows[0]
