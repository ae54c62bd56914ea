"""The scoring methods: what share of its weight a value earns.

A method takes a criterion and the values it is compared among, and gives a function from a value to a share, as an unreduced
ratio of integers. Values, and the limits they are held against, are integers in one common unit, so that ratios stay exact.
Adding a method = one function here and one line in `METHODS`.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import Any, NamedTuple

from sad.domain.scoring.accepted import any_number, mark_on_scale, non_negative, positive, step_value, truth
from sad.domain.scoring.values import Criterion

Ratio = tuple[int, int]
Share = Callable[[Any], Ratio]


class Among(NamedTuple):
    """Lowest and highest of the values compared, in units: `unit` of them make one."""

    low: int = 0
    high: int = 0
    unit: int = 1

    def units(self, number: Fraction) -> int:
        """A number of the grid in the unit of the values."""
        return int(number * self.unit)


def lowest_ratio(criterion: Criterion, among: Among) -> Share:
    """The lowest has all, the others in inverse proportion."""
    low = among.low
    return lambda x: (low, x)


def highest_ratio(criterion: Criterion, among: Among) -> Share:
    """The highest has all, the others in proportion; nothing for anybody when the highest is 0."""
    high = among.high
    return lambda x: (x, high) if high else (0, 1)


def scale(criterion: Criterion, among: Among) -> Share:
    """A mark already given, out of `scale`."""
    top = among.units(criterion.options["scale"])
    return lambda x: (x, top)


def linear_excess(criterion: Criterion, among: Among) -> Share:
    """All for the lowest, less what the value exceeds it by, not below `floor` points."""
    low, floor = among.low, criterion.options["floor"]
    if floor is None:
        return lambda x: (2 * low - x, low)
    least = floor / criterion.weight
    parts, bottom = least.denominator, least.numerator * low
    return lambda x: (max((2 * low - x) * parts, bottom), low * parts)


def linear_bounds(criterion: Criterion, among: Among) -> Share:
    """On the line from `best` (all) to `worst` (nothing), both fixed; clamped between them unless the grid says not to."""
    best, worst = among.units(criterion.options["best"]), among.units(criterion.options["worst"])
    way, span = (1 if worst > best else -1), abs(worst - best)
    if criterion.options["clamp"]:
        return lambda x: (min(max(way * (worst - x), 0), span), span)
    return lambda x: (way * (worst - x), span)


def linear_minmax(criterion: Criterion, among: Among) -> Share:
    """On the line between the lowest and the highest; all for everybody when they are equal."""
    low, high = among.low, among.high
    if low == high:
        return lambda x: (1, 1)
    if criterion.options["better"] == "lower":
        return lambda x: (high - x, high - low)
    return lambda x: (x - low, high - low)


def steps(criterion: Criterion, among: Among) -> Share:
    """The share of the step that holds the value; nothing beyond the last."""
    ladder = criterion.options["steps"]
    whole = lcm(*(step.share.denominator for step in ladder))
    shares = [int(step.share * whole) for step in ladder]
    if criterion.has_text_steps:
        by_text = {step.limit: share for step, share in zip(ladder, shares, strict=True)}
        return lambda x: (by_text[x], whole)
    limits = [among.units(step.limit) for step in ladder if step.limit is not None]
    shares.append(0)
    return lambda x: (shares[bisect_left(limits, x)], whole)


def yes_no(criterion: Criterion, among: Among) -> Share:
    """All or nothing."""
    return lambda x: (int(x), 1)


def always(criterion: Criterion) -> bool:
    """The cheapest offer is never under another."""
    return True


def never(criterion: Criterion) -> bool:
    """The cheapest offer may be under another."""
    return False


def lower_is_better(criterion: Criterion) -> bool:
    """Whether points fall from the lowest offer to the highest."""
    return bool(criterion.options["better"] == "lower")


def best_is_lower(criterion: Criterion) -> bool:
    """Whether points fall from `best` to `worst`."""
    return bool(criterion.options["best"] < criterion.options["worst"])


def has_falling_steps(criterion: Criterion) -> bool:
    """Whether steps are numeric and their shares never rise."""
    shares = [step.share for step in criterion.options["steps"]]
    return not criterion.has_text_steps and shares == sorted(shares, reverse=True)


@dataclass(frozen=True, slots=True)
class Method:
    """A line of the table.

    `relative`: points depend on the other offers. `accepts` reads a value or raises ValueError with what was expected.
    `why` tells the points, from x, low, high and the options. `cheapest_first`: never fewer points for a lower price.
    """

    share: Callable[[Criterion, Among], Share]
    relative: bool
    accepts: Callable[[Criterion, object], Fraction | str | bool]
    options: tuple[str, ...]
    cheapest_first: Callable[[Criterion], bool]
    why: str


METHODS = {
    "lowest_ratio": Method(lowest_ratio, True, positive, (), always, "{x} pour un minimum de {low}"),
    "highest_ratio": Method(highest_ratio, True, non_negative, (), never, "{x} pour un maximum de {high}"),
    "scale": Method(scale, False, mark_on_scale, ("scale",), never, "{x} sur {scale}"),
    "linear_excess": Method(linear_excess, True, positive, ("floor",), always, "{x} pour un minimum de {low}"),
    "linear_bounds": Method(linear_bounds, False, any_number, ("best", "worst", "clamp"), best_is_lower, "{x}, entre {least} et {most}"),
    "linear_minmax": Method(linear_minmax, True, any_number, ("better",), lower_is_better, "{x}, de {low} à {high}"),
    "steps": Method(steps, False, step_value, ("steps",), has_falling_steps, "{x}"),
    "yes_no": Method(yes_no, False, truth, (), never, "{x}"),
}


def method_of(criterion: Criterion) -> Method:
    """The line of the table for a criterion that has a method."""
    return METHODS[criterion.method or ""]


def is_numeric(criterion: Criterion) -> bool:
    """Whether the values of a scored criterion are numbers."""
    return method_of(criterion).accepts is not truth and not criterion.has_text_steps


def is_relative(criterion: Criterion) -> bool:
    """Whether the points of a criterion, or of one of its sub-criteria, depend on the other offers."""
    return any(method_of(leaf).relative for leaf in criterion.scored)


def common_unit(criterion: Criterion, *values: Fraction) -> int:
    """How many units make one, so that these values and the numbers of the grid are whole in units."""
    options = criterion.options.values()
    steps = chain.from_iterable((step.limit, step.share) for option in options if isinstance(option, tuple) for step in option)
    return lcm(*(number.denominator for number in (*values, *options, *steps) if isinstance(number, Fraction)))
