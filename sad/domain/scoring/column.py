"""The values of all bids on one criterion, read at once, and the points they earn compared among themselves."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from sad.domain.scoring.explanation import reasons
from sad.domain.scoring.methods import Among, common_unit, is_numeric, method_of
from sad.domain.scoring.numbers import A_NUMBER, printed_ratio, read_column
from sad.domain.scoring.values import Criterion, Value


class Column:
    """The values of all bids on one scored criterion, as texts, and what each text reads as.

    `read` gives an integer in units (`unit` of them make one), or a text, or a boolean. Each text is read once, however many
    bids say it, in the order in which they come: what is worked out side by side is then found side by side in memory.
    """

    def __init__(self, criterion: Criterion, values: Sequence[Value]) -> None:
        """Raises ValueError when the method refuses one of the values."""
        self.criterion, self.texts, self.unit = criterion, list(map(str, values)), 1
        self.read: dict[str, Any] = self._numbers(values) if is_numeric(criterion) else self._others(values)

    def _numbers(self, values: Iterable[Value]) -> dict[str, int]:
        if not all(issubclass(kind, str | int) for kind in set(map(type, values))):  # a float of Python may look like a decimal text
            raise ValueError(A_NUMBER)
        whole, places = read_column(dict.fromkeys(self.texts))
        self.unit = common_unit(self.criterion, Fraction(1, 10**places))
        factor = self.unit // 10**places
        read = whole if factor == 1 else {text: number * factor for text, number in whole.items()}
        accepts = method_of(self.criterion).accepts  # what the methods accept has no gap: the extremes answer for the others
        for extreme in (min, max) if read else ():
            accepts(self.criterion, Fraction(extreme(read.values()), self.unit))
        return read

    def _others(self, values: Sequence[Value]) -> dict[str, Any]:
        """The kind of a value counts too: a JSON number is not the same as the text it is written with."""
        if not all(issubclass(kind, str | int) for kind in set(map(type, values))):
            raise ValueError
        accepts = method_of(self.criterion).accepts
        return {str(value): accepts(self.criterion, value) for _, value in set(zip(map(type, values), values, strict=True))}


class Compared:
    """One column among the offers that remain. `denominator` is that of every share, or 0 when they differ."""

    def __init__(self, column: Column, rows: Sequence[int]) -> None:
        self.column, self.weight = column, column.criterion.weight
        self.texts = [column.texts[row] for row in rows] if len(rows) < len(column.texts) else column.texts
        self.read = {text: column.read[text] for text in dict.fromkeys(self.texts)} if self.texts is not column.texts else column.read
        self.among = Among(unit=column.unit)
        if is_numeric(column.criterion) and self.read:
            self.among = Among(min(self.read.values()), max(self.read.values()), column.unit)
        share = method_of(column.criterion).share(column.criterion, self.among)
        self.tops: dict[str, int] = {}
        self.bottoms: dict[str, int] = {}
        for text, value in self.read.items():
            self.tops[text], self.bottoms[text] = share(value)
        denominators = set(self.bottoms.values())
        self.denominator = denominators.pop() if len(denominators) == 1 else 0

    def points(self, place: int) -> Fraction:
        """The exact points of the offer at this place."""
        text = self.texts[place]
        return self.weight * Fraction(self.tops[text], self.bottoms[text])

    def printed(self, decimals: int) -> dict[str, str]:
        """The points that each text earns, as they are printed."""
        up, down = self.weight.as_integer_ratio()
        return {text: printed_ratio(top * up, self.bottoms[text] * down, decimals) for text, top in self.tops.items()}

    def reasons(self) -> dict[str, str]:
        """Where the points of each text come from, in French."""
        return reasons(self.column.criterion, self.read, self.among)

    @property
    def is_level(self) -> bool:
        """Whether two offers or more all have the same points."""
        if len(self.texts) < 2:
            return False
        top, bottom = self.tops[self.texts[0]], self.bottoms[self.texts[0]]
        return all(other * bottom == top * self.bottoms[text] for text, other in self.tops.items())
