"""How solid a ranking is: what would have made an offer first, and how far the weight of a criterion may move.

Every answer is found by ranking again with one thing changed, so it can be replayed by anyone with the scoring file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from sad.domain.scoring.accepted import truth
from sad.domain.scoring.column import Column, Compared
from sad.domain.scoring.methods import is_numeric, method_of
from sad.domain.scoring.numbers import read_number, written
from sad.domain.scoring.ranking import minimums_of, rank
from sad.domain.scoring.values import Bid, Criterion, Grid, Value

CENTS = 100
PROBES = 96  # under a published minimum, how many cuts are tried when the deepest would not do
WEIGHT_STEPS = 10_000  # the weight of a criterion is moved by ten-thousandths of the total: a hundredth of a point out of 100


@dataclass(frozen=True, slots=True)
class WouldBeFirst:
    """What, alone, would have put an offer first without a tie.

    `price_cut`: the least decrease of its price, in cents excl. VAT, or None when no price would do;
    `criteria`: the keys of the other criteria on which the best value would do.
    """

    ref: str
    price_cut: int | None
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeightInterval:
    """From which to which weight of a criterion, in points and both included, the first place stays the same."""

    low: Fraction
    high: Fraction


def what_would_change(bids: Sequence[Bid], grid: Grid, ref: str) -> WouldBeFirst:
    """What would have put this offer first; nothing when it is already. Raises KeyError when no bid has this reference."""
    bid = {bid.ref: bid for bid in bids}[ref]
    if is_first(bids, grid, ref):
        return WouldBeFirst(ref, None, ())

    def would_do(criterion: Criterion, value: Value) -> bool:
        return is_first(changed(bids, bid, criterion, value), grid, ref)

    priced = grid.price.scored if grid.price else ()
    improvable = [leaf for leaf in grid.scored if leaf not in priced]
    return WouldBeFirst(
        ref=ref,
        price_cut=least_price_cut(bid, grid.price, would_do, has_minimum=bool(minimums_of(grid))),
        criteria=tuple(leaf.key for leaf in improvable if would_do(leaf, best_value(bids, leaf))),
    )


def least_price_cut(
    bid: Bid, price: Criterion | None, would_do: Callable[[Criterion, Value], bool], *, has_minimum: bool
) -> int | None:
    """The least cut of its price, in cents, that would do; one cent less would not. The price stays above 0.

    Where offers under a minimum are eliminated, a deeper cut may bring one back that a smaller cut had sent away, so that the
    deepest does not answer for the others: some are then tried from the smallest on.
    """
    if price is None or price.sub_criteria or not is_numeric(price):
        return None
    asked = read_number(bid.values[price.key])
    deepest = ceil(asked * CENTS) - 1

    def does(cut: int) -> bool:
        return would_do(price, written(asked - Fraction(cut, CENTS)))

    if has_minimum and deepest > 0 and not does(deepest):
        deepest = next((cut for cut in probes(deepest) if does(cut)), 0)
    return least(0, deepest, does)


def probes(deepest: int) -> list[int]:
    """Cuts to try, spread evenly up to the deepest, in cents, the smallest first."""
    return sorted({max(1, deepest * part // PROBES) for part in range(1, PROBES)})


def weight_interval(bids: Sequence[Bid], grid: Grid, key: str) -> WeightInterval | None:
    """How far the weight of a criterion may move, the others keeping their proportions and the sum, with the same first place.

    None when nothing is ranked or when the criterion is alone in the grid.
    """
    weight, total = grid.criterion(key).weight, grid.total_weight
    firsts = first_place(bids, grid)
    if not firsts or weight == total:
        return None

    def differs(step: int) -> bool:
        return first_place(bids, reweighted(grid, key, total * step / WEIGHT_STEPS)) != firsts

    here = weight * WEIGHT_STEPS / total
    start, end = ceil(here), floor(here)
    down = least(0, start - 1, lambda moved: differs(start - moved)) or start
    up = least(0, WEIGHT_STEPS - 1 - end, lambda moved: differs(end + moved)) or WEIGHT_STEPS - end
    low, high = (total * step / WEIGHT_STEPS for step in (start - down + 1, end + up - 1))
    return WeightInterval(min(low, weight), max(high, weight))


def is_first(bids: Sequence[Bid], grid: Grid, ref: str) -> bool:
    """Whether this offer is alone at the first place."""
    return first_place(bids, grid) == (ref,)


def first_place(bids: Sequence[Bid], grid: Grid) -> tuple[str, ...]:
    """The references of the first place, several when they share it."""
    result = rank(bids, grid)
    return result.refs[: result.ranks.count(1)]


def changed(bids: Sequence[Bid], bid: Bid, criterion: Criterion, value: Value) -> list[Bid]:
    """The bids, one of which says something else on one criterion."""
    other = replace(bid, values={**bid.values, criterion.key: value})
    return [other if each is bid else each for each in bids]


def best_value(bids: Sequence[Bid], criterion: Criterion) -> str:
    """The value with most points on a criterion, among those that the offers show and those that the grid names."""
    texts = sorted({str(bid.values[criterion.key]) for bid in bids} | set(named_values(criterion)))
    compared = Compared(Column(criterion, texts), range(len(texts)))
    return texts[max(range(len(texts)), key=compared.points)]


def named_values(criterion: Criterion) -> Iterator[str]:
    """The values at which a method that does not depend on the other offers may give most points."""
    if method_of(criterion).accepts is truth:
        yield "true"
    if method_of(criterion).relative:
        return
    yield from (written(option) for option in criterion.options.values() if isinstance(option, Fraction))
    last = Fraction()
    for step in criterion.options.get("steps", ()):
        if isinstance(step.limit, str):
            yield step.limit
        else:
            last = step.limit if step.limit is not None else last + 1
            yield written(last)


def reweighted(grid: Grid, key: str, weight: Fraction) -> Grid:
    """The grid with this weight for one (sub-)criterion; the others keep their proportions, and the sum of all."""
    moved = grid.criterion(key)
    others = (grid.total_weight - weight) / (grid.total_weight - moved.weight)

    def weighed(criterion: Criterion, factor: Fraction) -> Criterion:
        factor = weight / moved.weight if criterion is moved else factor
        parts = tuple(weighed(part, factor) for part in criterion.sub_criteria)
        return replace(criterion, weight=sum((part.weight for part in parts), Fraction()) or criterion.weight * factor, sub_criteria=parts)

    return replace(grid, criteria=tuple(weighed(criterion, others) for criterion in grid.criteria))


def least(below: int, above: int, holds: Callable[[int], bool]) -> int | None:
    """The least number over `below`, up to `above`, for which this holds; it must hold for all those over it. None for none."""
    if above <= below or not holds(above):
        return None
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
