"""The points of a criterion as a spreadsheet formula: one shape for each method of the scoring file.

A formula names the cells that hold the weight and the numbers of the grid, so that whoever changes one sees what follows. Only
functions that every spreadsheet has had for twenty years are used, and no text of a person is ever part of a formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sad.domain.scoring.values import Criterion

YES, NO = "oui", "non"
NEAR = "1E-9"  # points: a spreadsheet counts on fifteen digits, so that closer than this it cannot tell two totals apart


@dataclass(frozen=True, slots=True)
class Cells:
    """What a formula reads, as addresses: the value, the lowest and highest that remain, the weight, the options, the steps.

    `limits` holds the limits of the steps (empty when the only one has no limit), `shares` one share more when they are
    numbers: that of what is beyond the last.
    """

    value: str
    low: str
    high: str
    weight: str
    options: Mapping[str, str]
    limits: str = ""
    shares: str = ""


def points_formula(criterion: Criterion, at: Cells) -> str:
    """The points of a value on a scored criterion, without the equals sign."""
    if criterion.method == "steps":
        return _steps(criterion, at)
    shape = SHAPES[_shape(criterion)]
    return shape.format(x=at.value, low=at.low, high=at.high, weight=at.weight, yes=YES, **at.options)


SHAPES = {
    "lowest_ratio": "{weight}*{low}/{x}",
    "highest_ratio": "IF({high}=0,0,{weight}*{x}/{high})",
    "scale": "{weight}*{x}/{scale}",
    "linear_excess": "MAX({floor},{weight}*(1-({x}-{low})/{low}))",
    "linear_excess, no floor": "{weight}*(1-({x}-{low})/{low})",
    "linear_bounds": "MAX(0,MIN({weight},{weight}*({worst}-{x})/({worst}-{best})))",
    "linear_bounds, not clamped": "{weight}*({worst}-{x})/({worst}-{best})",
    "linear_minmax, lower": "IF({high}={low},{weight},{weight}*({high}-{x})/({high}-{low}))",
    "linear_minmax, higher": "IF({high}={low},{weight},{weight}*({x}-{low})/({high}-{low}))",
    "yes_no": 'IF({x}="{yes}",{weight},0)',
}


def _shape(criterion: Criterion) -> str:
    """The key of `SHAPES` for a method and those of its options that change the shape."""
    options = criterion.options
    if criterion.method == "linear_excess" and options["floor"] is None:
        return "linear_excess, no floor"
    if criterion.method == "linear_bounds" and not options["clamp"]:
        return "linear_bounds, not clamped"
    if criterion.method == "linear_minmax":
        return f"linear_minmax, {options['better']}"
    return criterion.method or ""


def _steps(criterion: Criterion, at: Cells) -> str:
    """Texts are told apart to the letter; of numbers, the first limit that is not under the value counts."""
    if criterion.has_text_steps:
        return f"{at.weight}*SUMPRODUCT(EXACT({at.limits},{at.value})*{at.shares})"
    before = f"SUMPRODUCT(1*({at.limits}<{at.value}))" if at.limits else "0"
    return f"{at.weight}*INDEX({at.shares},1+{before})"


def rank_formula(active: str, marks: list[tuple[str, str]]) -> str:
    """1 and how many remaining offers are before this one, by the first of the marks on which they differ.

    `marks`: the cell of this offer and the column of all of them, for the total and then for each criterion of the tie rule.
    """
    before = "0"
    for mine, column in reversed(marks):
        ahead, level = f"({column}-{mine}>{NEAR})", f"(ABS({column}-{mine})<={NEAR})"
        before = ahead if before == "0" else f"({ahead}+{level}*{before})"
    return f"1+SUMPRODUCT({active}*{before})"


def missed_formula(held: list[tuple[str, str, str]]) -> str:
    """The label of the first minimum missed, or an empty text. `held`: the points, the least points, the label of each."""
    said = '""'
    for points, least, label in reversed(held):
        said = f"IF({points}-{least}<-{NEAR},{label},{said})"
    return said
