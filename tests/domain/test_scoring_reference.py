"""The ranking against a slow, plain reading of the format, on grids and offers drawn at random.

The reference below knows nothing of the package: it reads the file's JSON, computes with fractions only, and follows the text
of the format line by line.
"""

import json
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from sad.domain.scoring.ranking import rank
from sad.domain.scoring.scoring_file import ranking_to_dict, read_json, read_scoring_file, scoring_file_to_dict

TRUE = ("true", "yes", "oui")


def parts(criterion):
    return criterion.get("sub_criteria") or [criterion]


def everyone(grid):
    return [member for criterion in grid["criteria"] for member in (criterion, *criterion.get("sub_criteria", ()))]


def is_relative(criterion):
    return any(part["method"] in ("lowest_ratio", "highest_ratio", "linear_excess", "linear_minmax") for part in parts(criterion))


def points_on(criterion, text, texts):
    """Points of one value among the values of the offers that remain."""
    weight, method = Fraction(criterion["weight"]), criterion["method"]
    if method == "yes_no":
        return weight if str(text).lower() in TRUE else Fraction(0)
    if method == "steps" and isinstance(criterion["steps"][0][0], str) and criterion["steps"][0][0].isalpha():
        return weight * Fraction(dict(map(tuple, criterion["steps"]))[text])
    x, all_x = Fraction(text), [Fraction(other) for other in texts]
    low, high = min(all_x), max(all_x)
    if method == "steps":
        for limit, share in criterion["steps"]:
            if limit is None or x <= Fraction(limit):
                return weight * Fraction(share)
        return Fraction(0)
    if method == "lowest_ratio":
        return weight * low / x
    if method == "highest_ratio":
        return weight * x / high if high else Fraction(0)
    if method == "scale":
        return weight * x / Fraction(criterion["scale"])
    if method == "linear_excess":
        points, floor = weight * (1 - (x - low) / low), criterion.get("floor", "0")
        return points if floor is None else max(points, Fraction(floor))
    if method == "linear_bounds":
        best, worst = Fraction(criterion["best"]), Fraction(criterion["worst"])
        points = weight * (worst - x) / (worst - best)
        return points if criterion.get("clamp") is False else max(Fraction(0), min(weight, points))
    if low == high:
        return weight
    return weight * ((high - x) if criterion["better"] == "lower" else (x - low)) / (high - low)


def all_points(grid, offers):
    table = {}
    for ref, values in offers.items():
        table[ref] = points = {}
        for criterion in grid["criteria"]:
            for part in parts(criterion):
                key = part["key"]
                points[key] = points_on(part, values[key], [other[key] for other in offers.values()])
            points[criterion["key"]] = sum(points[part["key"]] for part in parts(criterion))
        points[None] = sum(points[criterion["key"]] for criterion in grid["criteria"])
    return table


def misses(grid, points, criteria, with_total):
    for criterion in criteria:
        least = criterion.get("minimum")
        if least is not None and points[criterion["key"]] < Fraction(least) * Fraction(criterion["weight"]):
            return [criterion["key"]]
    return [None] if with_total and grid["minimum_total"] is not None and points[None] < Fraction(grid["minimum_total"]) else []


def reference(data):
    """Ranks, points, eliminated and ties of a file, as the format words them."""
    grid, eliminated = data["grid"], {}
    remaining = {offer["ref"]: offer["values"] for offer in data["offers"]}
    rounds = [([criterion for criterion in everyone(grid) if not is_relative(criterion)], False)]
    while rounds:
        criteria, with_total = rounds.pop()
        table = all_points(grid, remaining)
        gone = {ref: missed[0] for ref in remaining if (missed := misses(grid, table[ref], criteria, with_total))}
        eliminated |= gone
        remaining = {ref: values for ref, values in remaining.items() if ref not in gone}
        if gone or not with_total:
            rounds.append((everyone(grid), True))
    table = all_points(grid, remaining)
    marks = {ref: [table[ref][key] for key in (None, *(grid["tie_rule"] or ()))] for ref in remaining}
    ranks = {ref: 1 + sum(other > marks[ref] for other in marks.values()) for ref in remaining}
    groups = {place: sorted(ref for ref in ranks if ranks[ref] == place) for place in sorted(set(ranks.values()))}
    return ranks, table, eliminated, [group for group in groups.values() if len(group) > 1]


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
    expected = ranking_to_dict(rank(bids, grid), grid)
    order.shuffle(bids)
    assert ranking_to_dict(rank(bids, grid), grid) == expected


@settings(max_examples=100, deadline=None)
@given(files())
def test_a_file_written_back_ranks_the_same(data):
    title, grid, bids = read(data)
    written = scoring_file_to_dict(title, grid, bids)
    assert read(written) == (title, grid, bids)
    assert scoring_file_to_dict(*read(written)) == written
