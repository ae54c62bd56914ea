"""Scoring methods shown on a few values: what each would earn, reckoned by the methods themselves."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sad.domain.scoring.faults import Faults
from sad.domain.scoring.grid_file import read_grid
from sad.domain.scoring.numbers import french, printed, written
from sad.domain.scoring.shares import is_accepted, percent, shares_of
from sad.domain.scoring.values import Criterion

# Options for a method that nobody has set yet, and the values that show a method best.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "scale": {"scale": "10"},
    "linear_bounds": {"best": "100", "worst": "0"},
    "linear_minmax": {"better": "lower"},
    "steps": {"steps": [["Repris", "1"], ["Recyclable", "0.5"], ["Autre", "0"]]},
}
SHOWN = {
    "lowest_ratio": ("100", "125", "200"),
    "highest_ratio": ("80", "60", "20"),
    "linear_excess": ("100", "125", "200"),
    "linear_minmax": ("100", "101", "104"),
    "yes_no": ("true", "false"),
}
COMPARED = ("lowest_ratio", "highest_ratio", "linear_excess", "linear_minmax")


def worked_examples(method: Mapping[str, Any], *, weight: object = 100, is_price: bool = False) -> tuple[str, ...]:
    """A worked example for a criterion, one for each of its sub-criteria; none where the method cannot be read.

    `method` holds the options as the scoring file writes them. « 100 € a tous les points ; 125 € en a 80 %, soit 40 sur 50. »
    """
    line = {"key": "criterion", "label": "", "weight": str(weight), **method, **({"price": True} if is_price else {})}
    grid = read_grid({"criteria": [{**line, "label": "Critère"}]}, Faults())
    scored = [leaf for leaf in grid.scored if leaf.method and leaf.weight > 0]
    told = [(leaf, _sentence(leaf, is_price or leaf.price)) for leaf in scored]
    is_one = "sub_criteria" not in method
    return tuple(f"{sentence[:1].upper()}{sentence[1:]}" if is_one else f"{leaf.label} : {sentence}" for leaf, sentence in told)


def example_of(name: str, method: Mapping[str, Any] | None = None, *, is_price: bool = False) -> str:
    """A worked example for a method by its name, with these options when they are its own, else with usual ones."""
    own = method if method and method.get("method") == name else {"method": name, **OPTIONS.get(name, {})}
    return " ".join(worked_examples(own, is_price=is_price))


def _sentence(leaf: Criterion, is_price: bool) -> str:
    shares = shares_of(leaf, _values(leaf))
    values = list(shares)
    parts = [_earned(leaf, _named(leaf, value, is_price), shares[value], is_first=not place) for place, value in enumerate(values)]
    among = "si ce sont les seules offres, " if leaf.method in COMPARED else ""
    return f"{among}{' ; '.join(parts)}."


def _earned(leaf: Criterion, name: str, share: Fraction, *, is_first: bool) -> str:
    """« 125 € en a 80 %, soit 40 sur 50 »."""
    if share == 1:
        return f"{name} {'a tous les points' if is_first else 'les a tous'}"
    if share == 0:
        return f"{name} {'n’a aucun point' if is_first else 'n’en a aucun'}"
    points = printed(share * leaf.weight, 2)
    worth = f", soit {french(points.rstrip('0').rstrip('.'))} sur {french(written(leaf.weight))}" if leaf.weight != 100 else ""
    return f"{name} {'a' if is_first else 'en a'} {percent(share)}{' des points' if is_first else ''}{worth}"


def _values(leaf: Criterion) -> list[str]:
    """Values from the best on, that the method accepts."""
    options = leaf.options
    if leaf.method == "scale":
        found = [written(options["scale"] * part / 10) for part in (10, 8, 5)]
    elif leaf.method == "linear_bounds":
        found = [written(options["best"] + (options["worst"] - options["best"]) * part / 4) for part in (0, 1, 4)]
    elif leaf.method == "steps":
        found = _rungs(leaf)
    else:
        found = list(SHOWN[leaf.method or ""])
        found = found[::-1] if options.get("better") == "higher" else found
    return [value for value in found if is_accepted(leaf, value)]


def _rungs(leaf: Criterion) -> list[str]:
    """Every step by its text, or by its limit, one more standing for what has no limit."""
    limits = [step.limit for step in leaf.options["steps"]]
    if leaf.has_text_steps:
        return limits
    numbers = [limit for limit in limits if limit is not None]
    return [written(limit) for limit in (*numbers, (numbers[-1] if numbers else Fraction(0)) + 1)]


def _named(leaf: Criterion, value: str, is_price: bool) -> str:
    if leaf.method == "yes_no":
        return {"true": "oui", "false": "non"}[value]
    if leaf.has_text_steps:
        return f"« {value} »"
    if leaf.method == "scale":
        return f"une note de {french(value)} sur {french(written(leaf.options['scale']))}"
    return f"{french(value)} €" if is_price else french(value)
