"""The values of all bids in columns, and the exact points they earn among the offers that remain.

Every total is a ratio of integers. All methods but `lowest_ratio` give a column one denominator, so that 100,000 offers are
added up as integers; nothing is rounded before print.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from math import lcm
from operator import add, itemgetter, mul

from sad.domain.scoring.column import Column, Compared
from sad.domain.scoring.explanation import OF_A_PARENT, sentences
from sad.domain.scoring.numbers import printed_ratio
from sad.domain.scoring.values import Bid, Criterion, Grid, Shown


class Sheet:
    """All the bids on all the columns of a grid."""

    def __init__(self, bids: Sequence[Bid], grid: Grid) -> None:
        """Raises KeyError when a bid lacks a value, ValueError when a method refuses one."""
        self.grid = grid
        self.refs = [bid.ref for bid in bids]
        answers = [bid.values for bid in bids]
        self.columns = {leaf.key: Column(leaf, list(map(itemgetter(leaf.key), answers))) for leaf in grid.scored}


class Scores:
    """The points of the offers that remain (`rows` of the sheet), compared among themselves. A place is an index of `rows`."""

    def __init__(self, sheet: Sheet, rows: Sequence[int]) -> None:
        self.sheet = sheet
        self.rows = rows
        self.refs = [sheet.refs[row] for row in rows]
        self._compared: dict[str, Compared] = {}

    def compared(self, leaf: Criterion) -> Compared:
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

    @cached_property
    def totals(self) -> tuple[list[int], list[int]]:
        """For each place, the numerator and the denominator of the total."""
        return self.ratios(self.sheet.grid.criteria)

    def total(self, place: int) -> Fraction:
        """The exact total of the offer at this place."""
        numerators, denominators = self.totals
        return Fraction(numerators[place], denominators[place])

    def points(self, place: int) -> dict[str, Fraction]:
        """Its exact points by key, in grid order, parents before their sub-criteria."""
        points: dict[str, Fraction] = {}
        for criterion in self.sheet.grid.criteria:
            earned = {leaf.key: self.compared(leaf).points(place) for leaf in criterion.scored}
            points |= {criterion.key: sum(earned.values(), Fraction())} | earned
        return points

    @cached_property
    def printed_totals(self) -> list[str]:
        """The total of each place, as it is printed."""
        return self._printed(self.totals)

    @cached_property
    def shown(self) -> list[Shown]:
        """What is printed of every criterion, in grid order; a value that many offers share is put in words once."""
        return [self._shown(criterion) for criterion in self.sheet.grid.every_criterion]

    def _shown(self, criterion: Criterion) -> Shown:
        if criterion.sub_criteria:
            added = self._printed(self.ratios([criterion]))
            return Shown(criterion.key, added, sentences(criterion, added, repeat(OF_A_PARENT)))
        compared = self.compared(criterion)
        points = compared.printed(self.sheet.grid.decimals)
        said = dict(zip(points, sentences(criterion, points.values(), compared.reasons().values()), strict=True))
        return Shown(criterion.key, [points[text] for text in compared.texts], [said[text] for text in compared.texts])

    def _printed(self, ratios: tuple[list[int], list[int]]) -> list[str]:
        return [printed_ratio(top, bottom, self.sheet.grid.decimals) for top, bottom in zip(*ratios, strict=True)]


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
