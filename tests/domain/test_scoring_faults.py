"""A wrong scoring file gives every fault, one clear line each; what JSON alone would swallow is a fault too."""

import copy
import json
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.grid_file import grid_from_dict, grid_to_dict
from sad.domain.scoring.scoring_file import read_json, read_scoring_file

FOLDER = Path(__file__).parent.parent / "cases"
CASES = yaml.safe_load((FOLDER / "scoring_faults.yaml").read_text(encoding="utf-8"))
SAMPLE = json.loads((FOLDER / "scoring_sample.json").read_text(encoding="utf-8"))


def at(data, path):
    """The container of a path such as `grid.criteria.0.label`, and its last key."""
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        data = data[step]
    return data, last


def changed(case):
    data = copy.deepcopy(SAMPLE)
    for path in case.get("drop", ()):
        container, key = at(data, path)
        del container[key]
    for path, value in case.get("set", {}).items():
        if not path:
            return value
        container, key = at(data, path)
        container[key] = value
    return data


def faults_of(content):
    with pytest.raises(ScoringFaults) as wrong:
        read_scoring_file(read_json(content))
    return [fault.replace("\u00a0", " ") for fault in wrong.value.faults]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_wrong_file_gives_every_fault_and_no_other(case):
    assert faults_of(json.dumps(changed(case)).encode()) == case["faults"]


def test_all_the_faults_of_a_file_come_together():
    data = changed({"set": {"grid.criteria.0.weight": "0", "grid.decimals": 9, "offers.0.values.quality": "21", "offers.1.ref": "A"}})
    assert len(faults_of(json.dumps(data).encode())) == 4


PRICES = [
    {"method": "highest_ratio"},
    {"method": "scale", "scale": "500"},
    {"method": "yes_no"},
    {"method": "linear_minmax", "better": "higher"},
    {"method": "linear_bounds", "best": "200", "worst": "100"},
    {"method": "steps", "steps": [["100", "0.5"], ["200", "0.6"], [None, "0"]]},
    {"method": "steps", "steps": [["cheap", "1"], ["dear", "0"]]},
]
GOOD_PRICES = [
    {"method": "lowest_ratio"},
    {"method": "linear_excess", "floor": None},
    {"method": "linear_minmax", "better": "lower"},
    {"method": "linear_bounds", "best": "100", "worst": "200", "clamp": False},
    {"method": "steps", "steps": [["100", "1"], ["200", "1"], [None, "0.5"]]},
]


@pytest.mark.parametrize("options", PRICES, ids=lambda options: options["method"])
def test_a_method_that_may_put_a_dearer_price_first_is_refused_on_the_price(options):
    price = {"key": "cost", "label": "Prix", "weight": "50", "price": True, **options}
    with pytest.raises(ScoringFaults) as wrong:
        grid_from_dict({"criteria": [price]})
    (fault,) = wrong.value.faults
    assert "cost" in fault and "price_not_first" in fault and options["method"] in fault
    assert grid_from_dict({"criteria": [price | {"price": False, "key": "price", "label": "Prix"}]}).price is None


@pytest.mark.parametrize("options", GOOD_PRICES, ids=lambda options: options["method"])
def test_a_method_that_never_puts_a_dearer_price_first_may_score_the_price(options):
    grid = grid_from_dict({"criteria": [{"key": "cost", "label": "Coût", "weight": "50", "price": True, **options}]})
    assert grid.price.key == "cost"


def test_the_parts_of_a_price_may_not_put_a_dearer_one_first_either():
    parts = [{"key": "meal", "label": "Repas", "weight": "40", "method": "lowest_ratio"},
             {"key": "trip", "label": "Livraison", "weight": "10", "method": "highest_ratio"}]  # fmt: skip
    with pytest.raises(ScoringFaults, match=r"trip.*price_not_first"):
        grid_from_dict({"criteria": [{"key": "cost", "label": "Coût", "weight": "50", "price": True, "sub_criteria": parts}]})


def test_a_key_written_twice_is_a_fault_wherever_it_is():
    text = json.dumps(SAMPLE).replace('"decimals": 2', '"decimals": 3, "decimals": 2')
    text = text.replace('"label": "Prix"', '"label": "Prix", "label": "Prix"')
    text = text.replace('"quality": "15"', '"quality": "14", "quality": "15"')
    assert faults_of(text.encode()) == [
        "grille : la clé « decimals » est écrite deux fois",
        "critère « price » : la clé « label » est écrite deux fois",
        "offre « A », « values » : la clé « quality » est écrite deux fois",
    ]


def test_a_json_number_is_read_as_its_decimal_text_never_as_a_binary_float():
    text = json.dumps(SAMPLE).replace('"142.50"', "142.500000000000000000000000000001").replace('"50"', "50").replace('"0.5"', "0.1")
    _, grid, bids = read_scoring_file(read_json(text.encode()))
    assert bids[0].values["price"] == "142.500000000000000000000000000001"
    assert grid.criteria[0].weight == 50
    assert grid.criteria[2].options["steps"][1].share == Fraction(1, 10)


@pytest.mark.parametrize("number", ["1e2", "1E2", "NaN", "Infinity", "-Infinity", "9" * 31, "9" * 5000])
def test_a_json_number_that_the_format_does_not_know_is_one_fault(number):
    (fault,) = faults_of(json.dumps(SAMPLE).replace('"142.50"', number).encode())
    assert fault.startswith("offre « A » : « price » vaut ") and len(fault) < 300


def test_a_float_of_python_is_refused():
    with pytest.raises(ScoringFaults, match="weight"):
        grid_from_dict({"criteria": [{"key": "p", "label": "Prix", "weight": 0.5, "method": "lowest_ratio"}]})


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "Le fichier n’est pas du JSON : ligne 1, colonne 1."),
        (b'{"title": "x",\n "grid" 3}', "Le fichier n’est pas du JSON : ligne 2, colonne 9."),
        (b"\xff\xfe{", "Le fichier n’est pas un texte en UTF-8 : octet 1."),
        (b"[" * 200_000, "Le fichier emboîte trop de listes ou d’objets pour être lu."),
        (b'{"a":' * 200_000, "Le fichier emboîte trop de listes ou d’objets pour être lu."),
        (b"null", "fichier : un objet est attendu, et non null"),
    ],
    ids=["empty", "broken", "not utf-8", "deep lists", "deep objects", "null"],
)
def test_a_file_that_is_no_json_object_is_one_clear_fault(content, fault):
    assert faults_of(content) == [fault]


def test_a_byte_order_mark_is_no_fault():
    title, _, _ = read_scoring_file(read_json(b"\xef\xbb\xbf" + json.dumps(SAMPLE).encode()))
    assert title == "Petit-déjeuner du 12 mars"


def test_a_fault_stays_on_one_line_whatever_the_file_holds():
    data = changed({"set": {"offers.0.ref": "A\nB\u2028C\x1b[2J", "offers.0.values.price": "x\r\ny" * 1000, "offers.1.ref": "\ud800"}})
    faults = faults_of(json.dumps(data).encode())
    assert len(faults) == 2
    assert all(len(fault.splitlines()) == 1 and fault.isprintable() and len(fault) < 400 for fault in faults)


def test_a_grid_written_back_reads_the_same_and_says_the_defaults_of_its_methods():
    data = {
        "criteria": [
            {"key": "p", "label": "Prix", "weight": "40.50", "method": "linear_excess", "price": True, "range": ["10", 20]},
            {"key": "q", "label": "Qualité", "weight": "30", "environmental": True, "minimum": "0.50", "sub_criteria": [
                {"key": "t", "label": "Goût", "weight": "20", "method": "linear_bounds", "best": "0", "worst": 10},
                {"key": "m", "label": "Emballage", "weight": "10", "method": "steps", "steps": [["2.0", 1], [None, "0.25"]]}]},
        ],
        "tie_rule": ["m"],
    }  # fmt: skip
    grid = grid_from_dict(data)
    assert grid_to_dict(grid) == {
        "criteria": [
            {"key": "p", "label": "Prix", "weight": "40.5", "method": "linear_excess", "price": True, "floor": "0", "range": ["10", "20"]},
            {"key": "q", "label": "Qualité", "weight": "30", "environmental": True, "minimum": "0.5", "sub_criteria": [
                {"key": "t", "label": "Goût", "weight": "20", "method": "linear_bounds", "best": "0", "worst": "10", "clamp": True},
                {"key": "m", "label": "Emballage", "weight": "10", "method": "steps", "steps": [["2", "1"], [None, "0.25"]]}]},
        ],
        "decimals": 2,
        "tie_rule": ["m"],
        "minimum_total": None,
    }  # fmt: skip
    assert grid_from_dict(grid_to_dict(grid)) == grid


KEYS = st.sampled_from(["key", "ref", "values", "weight"]) | st.text(max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["price", "steps", "1", "0.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=6,
)
OF_A_CRITERION = ("key", "label", "weight", "method", "price", "range", "minimum")
PATHS = ["", "title", "grid", "offers", "grid.criteria", "grid.tie_rule", "grid.decimals", "grid.minimum_total", "grid.criteria.0"]
PATHS += [f"grid.criteria.{number}.{key}" for number in (0, 1, 2) for key in OF_A_CRITERION]
PATHS += ["grid.criteria.1.scale", "grid.criteria.2.steps", "grid.criteria.2.steps.0", "grid.criteria.1.sub_criteria", "offers.0"]
PATHS += ["offers.0.ref", "offers.0.values", "offers.0.values.price", "offers.0.values.packaging"]


@given(st.sampled_from(PATHS), JSON)
def test_whatever_stands_at_any_place_is_read_or_refused_in_single_lines(path, value):
    content = json.dumps(changed({"set": {path: value}})).encode()
    try:
        read_scoring_file(read_json(content))
    except ScoringFaults as wrong:
        assert wrong.faults and all(len(fault.splitlines()) == 1 for fault in wrong.faults)
