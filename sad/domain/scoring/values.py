"""The values of scoring: grids and bids come in, placed and eliminated offers go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from typing import Any, NamedTuple, Protocol, TypeVar

Value = str | bool | int
Cell = TypeVar("Cell")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the method `steps`: up to `limit` (None: no limit), or exactly this text, the `share` (0 to 1) of the weight."""

    limit: Fraction | str | None
    share: Fraction


@dataclass(frozen=True, slots=True)
class Criterion:
    """An award criterion, or a sub-criterion of one.

    `weight` in points; `minimum` a share of that weight; `range` the plausible values; `options` those of the method, by name.
    A criterion with sub-criteria has neither method nor value of its own.
    """

    key: str
    label: str
    weight: Fraction
    method: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    price: bool = False
    environmental: bool = False
    minimum: Fraction | None = None
    range: tuple[Fraction, Fraction] | None = None
    sub_criteria: tuple["Criterion", ...] = ()

    @property
    def family(self) -> tuple["Criterion", ...]:
        """The criterion, then its sub-criteria."""
        return (self, *self.sub_criteria)

    @property
    def scored(self) -> tuple["Criterion", ...]:
        """What receives a value: its sub-criteria, or itself when it has none."""
        return self.sub_criteria or (self,)

    @property
    def has_text_steps(self) -> bool:
        """Whether its steps are texts to match rather than limits of numbers."""
        return any(isinstance(step.limit, str) for step in self.options.get("steps", ()))


@dataclass(frozen=True, slots=True)
class Grid:
    """A scoring grid. `decimals` is for print only; `tie_rule` names criteria in order; `minimum_total` in points."""

    criteria: tuple[Criterion, ...]
    decimals: int = 2
    tie_rule: tuple[str, ...] = ()
    minimum_total: Fraction | None = None

    @property
    def every_criterion(self) -> tuple[Criterion, ...]:
        """Criteria in grid order, sub-criteria after their parent."""
        return tuple(member for criterion in self.criteria for member in criterion.family)

    @property
    def scored(self) -> tuple[Criterion, ...]:
        """The (sub-)criteria that receive a value, in grid order."""
        return tuple(leaf for criterion in self.criteria for leaf in criterion.scored)

    @property
    def price(self) -> Criterion | None:
        """The criterion marked as the price, if any."""
        return next((criterion for criterion in self.every_criterion if criterion.price), None)

    @property
    def total_weight(self) -> Fraction:
        """What the weights add up to, in points."""
        return sum((criterion.weight for criterion in self.criteria), Fraction())

    def criterion(self, key: str) -> Criterion:
        """The (sub-)criterion of this key. Raises KeyError."""
        for criterion in self.every_criterion:
            if criterion.key == key:
                return criterion
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Bid:
    """What an offer says on each scored criterion; numbers as decimal text (`"142.50"`) or integers."""

    ref: str
    values: Mapping[str, Value]


class Shown(NamedTuple):
    """What is printed on a criterion, offer by offer: its points, and the sentences that say where they come from."""

    key: str
    points: Sequence[str]
    sentences: Sequence[str]


class PointsOfOffers(Protocol):
    """Where placed offers read their points, by their place among the offers that were compared."""

    def total(self, place: int) -> Fraction: ...

    def points(self, place: int) -> dict[str, Fraction]: ...

    @property
    def printed_totals(self) -> Sequence[str]: ...

    @property
    def shown(self) -> Sequence[Shown]: ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A ranked offer; its points and sentences are worked out when they are read."""

    ref: str
    rank: int
    _place: int = field(repr=False, compare=False)
    _scores: PointsOfOffers = field(repr=False, compare=False)

    @property
    def total(self) -> Fraction:
        """Exact total, in points."""
        return self._scores.total(self._place)

    @property
    def points(self) -> dict[str, Fraction]:
        """Exact points by key, in grid order, parents (the sum) and sub-criteria."""
        return self._scores.points(self._place)

    @property
    def explanation(self) -> tuple[str, ...]:
        """One French sentence per criterion, in grid order."""
        return tuple(shown.sentences[self._place] for shown in self._scores.shown)


@dataclass(frozen=True, slots=True)
class Eliminated:
    """An offer under a minimum; `criterion` is None for the least total."""

    ref: str
    criterion: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class GridWarning:
    """What a buyer should know of a grid: `code` is a rule (`CRI-04`) or `criterion_neutralised`."""

    code: str
    criterion: str | None
    message: str


@dataclass(frozen=True)
class Ranking:
    """Offers by rank then reference, eliminated ones by reference, groups that share a rank, warnings in grid order.

    `refs` and `ranks` go side by side, and are all that a replay of 100,000 offers needs.
    """

    refs: tuple[str, ...]
    ranks: tuple[int, ...]
    eliminated: tuple[Eliminated, ...]
    ties: tuple[tuple[str, ...], ...]
    warnings: tuple[GridWarning, ...]
    _places: Sequence[int] = field(repr=False, compare=False)
    _scores: PointsOfOffers = field(repr=False, compare=False)

    @cached_property
    def ranking(self) -> tuple[Placed, ...]:
        """The placed offers, with their points and why, made when they are first read."""
        return tuple(map(Placed, self.refs, self.ranks, self._places, repeat(self._scores)))

    @property
    def printed_totals(self) -> Sequence[str]:
        """The totals as the result writes them, in the order in which the offers were compared; `in_order` puts them in this one."""
        return self._scores.printed_totals

    @property
    def shown(self) -> Sequence[Shown]:
        """What the result writes of every criterion, in grid order; its columns are in that same order."""
        return self._scores.shown

    def in_order(self, column: Sequence[Cell]) -> list[Cell]:
        """A column of the offers as they were compared, beside `refs` and `ranks`."""
        return [column[place] for place in self._places]
