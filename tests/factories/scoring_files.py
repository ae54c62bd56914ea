"""Scoring files drawn from a seed: every method with its options, sub-criteria, minimums, tie rules, offers that are equal."""

import random
from fractions import Fraction

LABELS = ("Prix", "Qualité", "=2+2", "@livraison", "-10", "+ de bio", "Emballage « réutilisable »", "Goût")
WORDS = ("Consigné", "consigné", "jetable*", "=1+1", "7", "oui ?")
MOST_OFFERS = 8


def make_scoring_file(seed, *, long_numbers=True):
    """The JSON of a scoring file; with `long_numbers`, some values have more digits than a double holds."""
    draw = random.Random(seed)
    grid, makers = [], {}
    for number in range(draw.randint(1, 4)):
        key = f"c{number}"
        if draw.random() < 0.25:
            children = [_criterion(draw, f"{key}{letter}", long_numbers) for letter in "xyz"[: draw.randint(1, 3)]]
            weight = sum(Fraction(child["weight"]) for child, _ in children)
            data = {
                "key": key,
                "label": draw.choice(LABELS),
                "weight": f"{float(weight):.2f}",
                "sub_criteria": [child for child, _ in children],
            }
            data |= _minimum(draw)
            makers |= {child["key"]: maker for child, maker in children}
        else:
            data, makers[key] = _criterion(draw, key, long_numbers)
        grid.append(data)
    keys = [member["key"] for each in grid for member in (each, *each.get("sub_criteria", ()))]
    rows = [{key: maker() for key, maker in makers.items()} for _ in range(draw.randint(0, MOST_OFFERS))]
    for place in range(1, len(rows)):
        if draw.random() < 0.15:
            rows[place] = dict(rows[place - 1])
    return {
        "title": "Tirée au sort",
        "grid": {
            "criteria": grid,
            "decimals": draw.randint(0, 6),
            "tie_rule": draw.choice([None, draw.sample(keys, draw.randint(0, min(3, len(keys))))]),
            "minimum_total": draw.choice([None, None, None, "1", "15.5", "40"]),
        },
        "offers": [{"ref": f"{draw.choice(('O', '=O', 'É'))}{number}", "values": row} for number, row in enumerate(rows)],
    }


def make_priced_file(seed):
    """The same kind of file with a price in euros and cents, by one of the methods that put the cheapest first."""
    data, draw = make_scoring_file(seed, long_numbers=False), random.Random(seed)
    price = {"key": "price", "label": "Prix", "weight": draw.choice(["20", "40", "55.5"]), "price": True, **draw.choice(PRICES)}
    price |= _minimum(draw)
    grid = data["grid"] | {"criteria": [price, *data["grid"]["criteria"]]}
    offers = [offer | {"values": {"price": _amount(draw, 1, draw.choice([3, 300]), 2), **offer["values"]}} for offer in data["offers"]]
    return data | {"grid": grid, "offers": offers}


def shuffled(data, seed):
    """The same file, its offers in another order."""
    offers = list(data["offers"])
    random.Random(seed).shuffle(offers)
    return data | {"offers": offers}


def _criterion(draw, key, long_numbers):
    name = draw.choice(sorted(METHODS))
    options, maker = METHODS[name](draw, long_numbers)
    weight = draw.choice(["1", "10", "20", "0.25", "33.3", "45"])
    return {
        "key": key,
        "label": draw.choice(LABELS),
        "weight": weight,
        "method": name.partition(" ")[0],
        **options,
        **_minimum(draw),
    }, maker


def _minimum(draw):
    return {"minimum": draw.choice(["0", "0.25", "0.5", "0.9"])} if draw.random() < 0.2 else {}


def _amount(draw, low, high, places):
    units = draw.randint(low * 10**places, high * 10**places)
    return f"{'-' * (units < 0)}{abs(units) // 10**places}" + (f".{abs(units) % 10**places:0{places}}" if places else "")


def _number(draw, low, high, long_numbers):
    places = draw.choice([0, 1, 2, 2, 25] if long_numbers else [0, 1, 2, 2])
    return lambda: _amount(draw, low, high, places)


def _linear_bounds(draw, long_numbers):
    options = {"best": draw.choice(["0", "9.5", "100"]), "worst": draw.choice(["-2", "5", "40"])}
    return options | draw.choice([{}, {"clamp": True}, {"clamp": False}]), _number(draw, -6, 120, long_numbers)


def _steps(draw, long_numbers):
    ladder = [["2", "1"], ["4.5", "0.25"], ["9", "0.7"], [None, "0.5"]]
    return {"steps": draw.choice([ladder, ladder[:3], ladder[3:], ladder[1:2]])}, lambda: draw.choice(
        [_amount(draw, -3, 12, 1), "2", "4.50", "9"]
    )


def _words(draw, long_numbers):
    words = draw.sample(WORDS, draw.randint(2, len(WORDS)))
    words = words if any(not word.isdigit() for word in words) else list(WORDS)
    return {"steps": [[word, draw.choice(["1", "0.5", "0.3", "0"])] for word in words]}, lambda: draw.choice(words)


METHODS = {
    "lowest_ratio": lambda draw, far: ({}, _number(draw, 1, draw.choice([3, 300, 9000]), far)),
    "highest_ratio": lambda draw, far: ({}, draw.choice([lambda: "0", _number(draw, 0, 40, far)])),
    "scale": lambda draw, far: ({"scale": "20.5"}, _number(draw, 0, 20, far)),
    "linear_excess": lambda draw, far: (draw.choice([{}, {"floor": "0"}, {"floor": None}, {"floor": "1.5"}]), _number(draw, 1, 9, far)),
    "linear_bounds": _linear_bounds,
    "linear_minmax": lambda draw, far: ({"better": draw.choice(["lower", "higher"])}, _number(draw, -6, 60, far)),
    "steps": _steps,
    "steps words": _words,
    "yes_no": lambda draw, far: ({}, lambda: draw.choice([True, False, "oui", "No", "TRUE"])),
}
PRICES = (
    {"method": "lowest_ratio"},
    {"method": "linear_excess"},
    {"method": "linear_excess", "floor": None},
    {"method": "linear_minmax", "better": "lower"},
    {"method": "linear_bounds", "best": "1.5", "worst": "280"},
    {"method": "steps", "steps": [["2", "1"], ["50.5", "0.6"], ["150", "0.2"]]},
)
