"""The points that a supplier may expect before it deposits: from the published grid and its own draft, never from another offer."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sad.domain.bids import bid_of
from sad.domain.offers import OfferContent
from sad.domain.scoring.methods import method_of
from sad.domain.scoring.numbers import printed, read_number, written
from sad.domain.scoring.sheet import Scores, Sheet
from sad.domain.scoring.values import Bid, Criterion, Grid
from sad.domain.stages import Stage

Kind = Literal["exact", "relative", "judged", "missing"]
Standing = Literal["best", "behind", "middle", "last"]

MINE = "mine"
STEPS = (Fraction(5, 100), Fraction(10, 100), Fraction(20, 100), Fraction(30, 100))
WHOLE_SHARE = Fraction(100)


@dataclass(frozen=True, slots=True)
class Supposition:
    """What may come from the others: where one's own answer stands, the best of theirs if it is better, the points one would have."""

    standing: Standing
    other: Fraction | None
    points: Fraction


@dataclass(frozen=True, slots=True)
class ExpectedPoints:
    """One scored criterion. `points` when they depend on one's own answer alone; else `suppositions`, or a mark given by people.

    `seeks` says which answer is the best one; `unit` is that of the requirement (EUR for the price). `parent` labels the
    criterion of a sub-criterion. `is_under_minimum`: such an offer would be eliminated.
    """

    criterion: Criterion
    parent: str | None
    kind: Kind
    unit: str
    seeks: Literal["lower", "higher"]
    points: Fraction | None = None
    suppositions: tuple[Supposition, ...] = ()

    @property
    def is_under_minimum(self) -> bool:
        """Whether its known points are under the least that the grid asks for."""
        least = self.criterion.minimum
        return self.points is not None and least is not None and self.points < least * self.criterion.weight


@dataclass(frozen=True, slots=True)
class Estimate:
    """All the scored criteria, in grid order."""

    lines: tuple[ExpectedPoints, ...]

    @property
    def own_points(self) -> Fraction:
        """Points that nobody else can change."""
        return sum((line.points for line in self.lines if line.points is not None), Fraction())

    @property
    def own_weight(self) -> Fraction:
        """Out of how many."""
        return sum((line.criterion.weight for line in self.lines if line.points is not None), Fraction())


def estimate_points(grid: Grid, stage: Stage, content: OfferContent) -> Estimate:
    """What the frozen grid would give this content, as far as its own answers tell; exact points, nothing rounded."""
    bid = bid_of(MINE, grid=grid, stage=stage, total=content.total, content=content.to_dict(), marks={})
    values = {key: str(value) for key, value in bid.values.items()}
    if any(not line.unit_price or line.unit_price < 0 for line in content.lines) and grid.price:
        values.pop(grid.price.key, None)
    return Estimate(
        tuple(
            _expected(leaf, parent.label if parent.sub_criteria else None, _unit(leaf, stage), values.get(leaf.key))
            for parent in grid.criteria
            for leaf in parent.scored
        )
    )


def _expected(leaf: Criterion, parent: str | None, unit: str, value: str | None) -> ExpectedPoints:
    seeks: Literal["lower", "higher"] = "lower" if _seeks_lower(leaf) else "higher"
    if leaf.method == "scale":
        return ExpectedPoints(leaf, parent, "judged", unit, seeks)
    points = None if value is None else _points(leaf, value)
    if value is None or points is None:
        return ExpectedPoints(leaf, parent, "missing", unit, seeks)
    if not method_of(leaf).relative or (leaf.method == "highest_ratio" and not read_number(value)):
        return ExpectedPoints(leaf, parent, "exact", unit, seeks, points=points)
    return ExpectedPoints(leaf, parent, "relative", unit, seeks, suppositions=tuple(_suppositions(leaf, unit, value)))


def _suppositions(leaf: Criterion, unit: str, value: str) -> Iterator[Supposition]:
    own = read_number(value)
    if leaf.method == "linear_minmax":
        better = Fraction(-1 if _seeks_lower(leaf) else 1)
        cases: tuple[tuple[Standing, tuple[Fraction, ...]], ...] = (
            ("best", (own - better,)),
            ("middle", (own - better, own + better)),
            ("last", (own + better,)),
        )
        yield from (Supposition(standing, None, _certain(leaf, value, others)) for standing, others in cases)
        return
    yield Supposition("best", None, _certain(leaf, value, ()))
    for other in _better_answers(own, unit, is_lower=_seeks_lower(leaf)):
        yield Supposition("behind", other, _certain(leaf, value, (other,)))


def _better_answers(own: Fraction, unit: str, *, is_lower: bool) -> list[Fraction]:
    """Answers a little, then much better than one's own, as one would write them; a share never goes beyond 100 %."""
    decimals = {"EUR": 2, "count": 0}.get(unit, 3)
    found = (Fraction(printed(own * (1 - step if is_lower else 1 + step), decimals)) for step in STEPS)
    capped = (min(other, WHOLE_SHARE) if unit == "percent" else other for other in found)
    return [other for other in dict.fromkeys(capped) if (0 < other < own if is_lower else other > own)]


def _certain(leaf: Criterion, value: str, others: tuple[Fraction, ...]) -> Fraction:
    points = _points(leaf, value, others)
    assert points is not None
    return points


def _points(leaf: Criterion, value: str, others: tuple[Fraction, ...] = ()) -> Fraction | None:
    """The exact points of a value among these others; None when its method refuses it."""
    bids = [Bid(MINE, {leaf.key: value}), *(Bid(str(number), {leaf.key: written(other)}) for number, other in enumerate(others))]
    try:
        return Scores(Sheet(bids, Grid((leaf,))), range(len(bids))).points(0)[leaf.key]
    except ValueError:
        return None


def _seeks_lower(leaf: Criterion) -> bool:
    return leaf.method in ("lowest_ratio", "linear_excess") or leaf.options.get("better") == "lower"


def _unit(leaf: Criterion, stage: Stage) -> str:
    asked = stage.scored_value(leaf.key)
    return "EUR" if leaf.price else asked.unit if asked else ""
