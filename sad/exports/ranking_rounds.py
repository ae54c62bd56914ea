"""The rounds of elimination behind a ranking, one sheet of points for each, and the values as a sheet shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sad.domain.scoring.methods import is_numeric, is_relative, method_of
from sad.domain.scoring.ranking import Minimum, rounds
from sad.domain.scoring.sheet import Scores, Sheet
from sad.domain.scoring.values import Bid, Criterion, Grid
from sad.exports.ranking_formulas import NO, YES
from sad.exports.workbook import Value

POINTS = "Points"


@dataclass(frozen=True)
class Round:
    """One sheet of points: who is compared, the minimums they are held to, who leaves (label of the minimum by reference)."""

    name: str
    scores: Scores
    held: Sequence[Minimum]
    gone: Mapping[str, str]


def rounds_of(bids: Sequence[Bid], grid: Grid) -> list[Round]:
    """The rounds of elimination that were needed, one more for a value that changes, and the points of those that remain."""
    labels = {criterion.key: criterion.label for criterion in grid.every_criterion}
    *before, (scores, held, _) = rounds(Sheet(bids, grid))
    turns = [(compared, asked, {each.ref: labels.get(each.criterion or "", "Total") for each in gone}) for compared, asked, gone in before]
    turns = [turn for turn in turns if turn[1]]
    if len(turns) <= len(bids) and any(each.criterion is None or is_relative(each.criterion) for each in held):
        turns.append((scores, held, {}))
    named = [Round(f"Tour {number}", *turn) for number, turn in enumerate(turns, start=1)]
    return [*named, Round(POINTS, scores, held, {})]


def shown_value(leaf: Criterion, bid: Bid) -> Value:
    """What a bid says on a criterion: a number, a text, or the word for a boolean."""
    value = bid.values[leaf.key]
    if is_numeric(leaf):
        return float(value)
    read = method_of(leaf).accepts(leaf, value)
    return (YES if read else NO) if isinstance(read, bool) else str(read)
