"""Where the points come from, one French sentence per criterion, as the scoring file format words them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sad.domain.scoring.methods import Among, is_numeric, method_of
from sad.domain.scoring.numbers import french, printed, written
from sad.domain.scoring.values import Criterion, Grid


def sentences(grid: Grid, points: Mapping[str, Fraction], reasons: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence per criterion in grid order; `reasons` holds, by key, where the points of a scored criterion come from."""
    return tuple(
        f"{criterion.label} : {french(printed(points[criterion.key], grid.decimals))} sur {french(written(criterion.weight))}, "
        + reasons.get(criterion.key, "somme des sous-critères")
        for criterion in grid.every_criterion
    )


def why(criterion: Criterion, value: Any, among: Among) -> str:
    """What the points of a value come from: "142,5 pour un minimum de 131"."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if not is_numeric(criterion):
        return str(value)
    numbers = {name: option for name, option in criterion.options.items() if isinstance(option, Fraction)}
    if "best" in numbers:
        numbers["least"], numbers["most"] = sorted((numbers["best"], numbers["worst"]))
    numbers |= {"x": Fraction(value, among.unit), "low": Fraction(among.low, among.unit), "high": Fraction(among.high, among.unit)}
    return method_of(criterion).why.format_map({name: french(written(number)) for name, number in numbers.items()})
