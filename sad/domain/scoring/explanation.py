"""Where the points come from, one French sentence per criterion, as the scoring file format words them."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from sad.domain.scoring.methods import Among, is_numeric, method_of
from sad.domain.scoring.numbers import french, shortened, written
from sad.domain.scoring.values import Criterion

OF_A_PARENT = "somme des sous-critères"


def sentences(criterion: Criterion, points: Iterable[str], why: Iterable[str]) -> list[str]:
    """One sentence for each of these points, as they are printed, with where they come from."""
    weight = french(written(criterion.weight))
    return [f"{criterion.label} : {french(earned)} sur {weight}, {reason}" for earned, reason in zip(points, why, strict=False)]


def reasons(criterion: Criterion, values: Mapping[str, Any], among: Among) -> dict[str, str]:
    """What the points of each value come from, by the text it is written with: "142,5 pour un minimum de 131"."""
    if not is_numeric(criterion):
        said = {True: "oui", False: "non"}
        return {text: said.get(value, value) for text, value in values.items()}
    before, after = _pattern(criterion, among).split("{x}")
    return {text: f"{before}{french(shortened(text))}{after}" for text in values}


def _pattern(criterion: Criterion, among: Among) -> str:
    """The words of the method with every number but the value itself, which stays `{x}`."""
    numbers = {name: option for name, option in criterion.options.items() if isinstance(option, Fraction)}
    if "best" in numbers:
        numbers["least"], numbers["most"] = sorted((numbers["best"], numbers["worst"]))
    numbers |= {"low": Fraction(among.low, among.unit), "high": Fraction(among.high, among.unit)}
    return method_of(criterion).why.format_map({name: french(written(number)) for name, number in numbers.items()} | {"x": "{x}"})
