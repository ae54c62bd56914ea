"""How far a grid can set offers apart: totals that it may give, points that really separate these offers."""

from collections.abc import Sequence
from fractions import Fraction

from sad.domain.scoring.methods import is_relative
from sad.domain.scoring.numbers import written
from sad.domain.scoring.shares import shares_of
from sad.domain.scoring.values import Bid, Criterion, Grid, Ranking
from sad.domain.scoring.warnings import LEAST_SPREAD

FEWEST_TOTALS = 20


def few_totals(grid: Grid) -> bool:
    """Whether every criterion is scored by marks or steps, and they give less than 20 different totals in all."""
    totals = {Fraction(0)}
    for leaf in grid.scored:
        points = _possible_points(leaf)
        if points is None:
            return False
        totals = {total + more for total in totals for more in points}
        if len(totals) >= FEWEST_TOTALS:
            return False
    return True


def spreads(ranking: Ranking, grid: Grid) -> dict[str, Fraction]:
    """By key of criterion, the points between the best and the worst of the ranked offers."""
    placed = ranking.ranking
    earned = {each.key: [offer.points[each.key] for offer in placed] for each in grid.criteria}
    return {key: max(points) - min(points) if points else Fraction(0) for key, points in earned.items()}


def deciding_alone(grid: Grid, ranking: Ranking) -> Criterion | None:
    """The criterion that sets these offers apart by more points than all the others together, if one does."""
    found = spreads(ranking, grid)
    total = sum(found.values(), Fraction(0))
    return next((each for each in grid.criteria if found[each.key] * 2 > total and len(found) > 1), None)


def level_on(grid: Grid, bids: Sequence[Bid]) -> list[Criterion]:
    """The scored criteria on which two offers or more have nearly the same points though their method does not follow the offers."""
    if len(bids) < 2:
        return []
    leaves = [leaf for leaf in grid.scored if not is_relative(leaf)]
    found = {leaf.key: shares_of(leaf, (str(bid.values[leaf.key]) for bid in bids)).values() for leaf in leaves}
    return [leaf for leaf in leaves if max(found[leaf.key]) - min(found[leaf.key]) < LEAST_SPREAD]


def _possible_points(leaf: Criterion) -> set[Fraction] | None:
    """All that a method of marks (whole ones) or steps may give; None for a method without steps."""
    if leaf.method == "yes_no":
        return {Fraction(0), leaf.weight}
    if leaf.method == "steps":
        return {leaf.weight * step.share for step in leaf.options["steps"]}
    if leaf.method == "scale":
        top = min(int(leaf.options["scale"]), FEWEST_TOTALS)
        marks = [written(Fraction(mark)) for mark in range(top + 1)]
        return {leaf.weight * share for share in shares_of(leaf, marks).values()}
    return None
