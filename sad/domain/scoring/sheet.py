"""The values of all bids in columns, and the exact points they earn among the offers that remain.

Every total is a ratio of integers. All methods but `lowest_ratio` give a column one denominator, so that 100,000 offers are
added up as integers; nothing is rounded before print.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from operator import add, itemgetter, mul
from typing import Any

from sad.domain.scoring.explanation import sentences, why
from sad.domain.scoring.methods import Among, common_unit, is_numeric, method_of
from sad.domain.scoring.numbers import read_column
from sad.domain.scoring.values import Bid, Criterion, Grid


class Column:
    """The values of all bids on one scored criterion, as texts, and what each text reads as.

    `read` gives an integer in units (`unit` of them make one), or a text, or a boolean.
    """

    def __init__(self, criterion: Criterion, texts: list[str]) -> None:
        """Raises ValueError when the method refuses one of the values."""
        self.criterion, self.texts, self.unit = criterion, texts, 1
        accepts = method_of(criterion).accepts
        if not is_numeric(criterion):
            self.read: dict[str, Any] = {text: accepts(criterion, text) for text in set(texts)}
            return
        whole, places = read_column(set(texts))
        self.unit = common_unit(criterion, Fraction(1, 10**places))
        factor = self.unit // 10**places
        self.read = whole if factor == 1 else {text: number * factor for text, number in whole.items()}
        for extreme in (min, max) if texts else ():
            accepts(criterion, Fraction(extreme(self.read.values()), self.unit))


class Sheet:
    """All the bids on all the columns of a grid."""

    def __init__(self, bids: Sequence[Bid], grid: Grid) -> None:
        """Raises KeyError when a bid lacks a value, ValueError when a method refuses one."""
        self.grid = grid
        self.refs = [bid.ref for bid in bids]
        answers = [bid.values for bid in bids]
        self.columns = {leaf.key: Column(leaf, list(map(str, map(itemgetter(leaf.key), answers)))) for leaf in grid.scored}


class Scores:
    """The points of the offers that remain (`rows` of the sheet), compared among themselves. A place is an index of `rows`."""

    def __init__(self, sheet: Sheet, rows: Sequence[int]) -> None:
        self.sheet = sheet
        self.rows = rows
        self.refs = [sheet.refs[row] for row in rows]
        self._compared: dict[str, Compared] = {}

    def compared(self, leaf: Criterion) -> "Compared":
        """The remaining values of a scored criterion, with the share of the weight that each earns."""
        if leaf.key not in self._compared:
            self._compared[leaf.key] = Compared(self.sheet.columns[leaf.key], self.rows)
        return self._compared[leaf.key]

    def ratios(self, criteria: Iterable[Criterion]) -> tuple[list[int], list[int]]:
        """For each place, the sum of the points on these criteria: numerators and denominators (> 0)."""
        columns = [self.compared(leaf) for criterion in criteria for leaf in criterion.scored]
        level = [column for column in columns if column.denominator]
        whole = lcm(*(column.denominator * column.weight.denominator for column in level))
        numerators, denominators = [0] * len(self.rows), [whole] * len(self.rows)
        for column in level:
            factor = column.weight.numerator * (whole // (column.denominator * column.weight.denominator))
            points = {text: top * factor for text, top in column.tops.items()}
            numerators = list(map(add, numerators, map(points.__getitem__, column.texts)))
        for column in columns:
            if not column.denominator:
                numerators, denominators = _added(numerators, denominators, column)
        return numerators, denominators

    def total(self, place: int) -> Fraction:
        """The exact total of the offer at this place."""
        numerators, denominators = self._totals
        return Fraction(numerators[place], denominators[place])

    def points(self, place: int) -> dict[str, Fraction]:
        """Its exact points by key, in grid order, parents before their sub-criteria."""
        points: dict[str, Fraction] = {}
        for criterion in self.sheet.grid.criteria:
            earned = {leaf.key: self.compared(leaf).points(place) for leaf in criterion.scored}
            points |= {criterion.key: sum(earned.values(), Fraction())} | earned
        return points

    def explanation(self, place: int) -> tuple[str, ...]:
        """Where they come from, one French sentence per criterion."""
        grid = self.sheet.grid
        return sentences(grid, self.points(place), {leaf.key: self.compared(leaf).why(place) for leaf in grid.scored})

    @cached_property
    def _totals(self) -> tuple[list[int], list[int]]:
        return self.ratios(self.sheet.grid.criteria)


class Compared:
    """One column among the offers that remain. `denominator` is that of every share, or 0 when they differ."""

    def __init__(self, column: Column, rows: Sequence[int]) -> None:
        self.column, self.weight = column, column.criterion.weight
        self.texts = [column.texts[row] for row in rows] if len(rows) < len(column.texts) else column.texts
        values = {text: column.read[text] for text in set(self.texts)} if self.texts is not column.texts else column.read
        self.among = Among(unit=column.unit)
        if is_numeric(column.criterion) and values:
            self.among = Among(min(values.values()), max(values.values()), column.unit)
        share = method_of(column.criterion).share(column.criterion, self.among)
        self.tops: dict[str, int] = {}
        self.bottoms: dict[str, int] = {}
        for text, value in values.items():
            self.tops[text], self.bottoms[text] = share(value)
        denominators = set(self.bottoms.values())
        self.denominator = denominators.pop() if len(denominators) == 1 else 0
        self._points: dict[str, Fraction] = {}
        self._why: dict[str, str] = {}

    def points(self, place: int) -> Fraction:
        """The exact points of the offer at this place."""
        text = self.texts[place]
        if text not in self._points:
            self._points[text] = self.weight * Fraction(self.tops[text], self.bottoms[text])
        return self._points[text]

    def why(self, place: int) -> str:
        """Where those points come from, in French."""
        text = self.texts[place]
        if text not in self._why:
            self._why[text] = why(self.column.criterion, self.column.read[text], self.among)
        return self._why[text]

    @property
    def is_level(self) -> bool:
        """Whether two offers or more all have the same points."""
        if len(self.texts) < 2:
            return False
        top, bottom = self.tops[self.texts[0]], self.bottoms[self.texts[0]]
        return all(other * bottom == top * self.bottoms[text] for text, other in self.tops.items())


def comparable(ratios: tuple[list[int], list[int]]) -> list[int]:
    """Integers in the order of the ratios, equal only where the ratios are.

    Two different ratios whose denominators are at most d differ by 1 / d² at least: once multiplied by d² and cut to integers
    they still differ, and the cut keeps their order.
    """
    numerators, denominators = ratios
    widest = max(denominators, default=1) ** 2
    return [top * widest // bottom for top, bottom in zip(numerators, denominators, strict=True)]


def _added(numerators: list[int], denominators: list[int], column: Compared) -> tuple[list[int], list[int]]:
    """The ratios, plus those of a column whose denominators differ from one value to the next."""
    up, down = column.weight.numerator, column.weight.denominator
    tops = [column.tops[text] * up for text in column.texts]
    bottoms = [column.bottoms[text] * down for text in column.texts]
    sums = zip(numerators, denominators, tops, bottoms, strict=True)
    return [top * under + more * bottom for top, bottom, more, under in sums], list(map(mul, denominators, bottoms))
