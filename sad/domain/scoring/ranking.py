"""From bids and a grid to ranks: eliminations round by round, exact totals, ties by the published rule."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter

from sad.domain.scoring.faults import ScoringFaults, faults_of_bids
from sad.domain.scoring.methods import is_relative
from sad.domain.scoring.numbers import french, printed_apart, written
from sad.domain.scoring.sheet import Scores, Sheet, comparable
from sad.domain.scoring.values import Bid, Criterion, Eliminated, Grid, Ranking
from sad.domain.scoring.warnings import grid_warnings


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least points asked for on a criterion, or on the total (None)."""

    criterion: Criterion | None
    points: Fraction


def rank(bids: Sequence[Bid], grid: Grid) -> Ranking:
    """The ranking of these bids by this grid, the same whatever their order.

    Raises ScoringFaults, with every fault, when a reference comes twice or a value is missing or refused by its method.
    """
    try:
        sheet = Sheet(bids, grid)
    except (KeyError, ValueError):
        raise ScoringFaults(faults_of_bids(bids, grid)) from None
    if len(set(sheet.refs)) < len(sheet.refs):
        raise ScoringFaults(faults_of_bids(bids, grid))
    scores, eliminated = eliminate(sheet)
    keys = decisive_keys(scores)
    places = in_order(scores.refs, keys)
    refs, ranks = tuple(scores.refs[place] for place in places), tuple(shared_ranks(places, keys))
    level = {leaf.key for leaf in grid.scored if scores.compared(leaf).is_level}
    return Ranking(
        refs=refs,
        ranks=ranks,
        eliminated=tuple(sorted(eliminated, key=attrgetter("ref"))),
        ties=ties(refs, ranks),
        warnings=grid_warnings(grid, level),
        _places=places,
        _scores=scores,
    )


def eliminate(sheet: Sheet) -> tuple[Scores, list[Eliminated]]:
    """The scores of the offers that stay, and those that left.

    First leave the offers under a minimum that does not depend on the others; then, round by round, all those that are under
    a minimum among the offers that remain. Who left never comes back and never serves as reference.
    """
    turns = list(rounds(sheet))
    return turns[-1][0], [each for _, _, gone in turns for each in gone]


def rounds(sheet: Sheet) -> Iterator[tuple[Scores, list[Minimum], list[Eliminated]]]:
    """Each round: who is compared, the minimums they are held to, and who leaves; in the last one nobody does."""
    minimums = minimums_of(sheet.grid)
    held = [minimum for minimum in minimums if minimum.criterion and not is_relative(minimum.criterion)]
    scores = Scores(sheet, range(len(sheet.refs)))
    while True:
        remaining, gone = leave(scores, held)
        yield scores, held, gone
        if held is minimums and not gone:
            return
        scores, held = remaining, minimums


def minimums_of(grid: Grid) -> list[Minimum]:
    """All minimums, in points: in grid order, sub-criteria after their parent, the total last."""
    minimums = [
        Minimum(criterion, criterion.minimum * criterion.weight) for criterion in grid.every_criterion if criterion.minimum is not None
    ]
    return minimums if grid.minimum_total is None else [*minimums, Minimum(None, grid.minimum_total)]


def leave(scores: Scores, minimums: Iterable[Minimum]) -> tuple[Scores, list[Eliminated]]:
    """The scores without the offers under one of these minimums, and those offers, each with the first minimum it misses."""
    missed: dict[int, Eliminated] = {}
    for minimum in minimums:
        criteria = [minimum.criterion] if minimum.criterion else scores.sheet.grid.criteria
        least, parts = minimum.points.as_integer_ratio()
        for place, (top, bottom) in enumerate(zip(*scores.ratios(criteria), strict=True)):
            if top * parts < least * bottom and place not in missed:
                missed[place] = elimination(scores, place, minimum, Fraction(top, bottom))
    if not missed:
        return scores, []
    return Scores(scores.sheet, [row for place, row in enumerate(scores.rows) if place not in missed]), list(missed.values())


def elimination(scores: Scores, place: int, minimum: Minimum, points: Fraction) -> Eliminated:
    """The offer that misses a minimum, with the sentence that says by how much."""
    criterion, grid = minimum.criterion, scores.sheet.grid
    earned, least = printed_apart(points, minimum.points, grid.decimals)
    what, weight = (criterion.label, criterion.weight) if criterion else ("Total", grid.total_weight)
    reason = f"{what} : {earned} sur {french(written(weight))}, sous le minimum de {least}"
    return Eliminated(scores.refs[place], criterion.key if criterion else None, reason)


def decisive_keys(scores: Scores) -> list[list[int]]:
    """For each place, integers in the order of its total, then of its points on each criterion of the tie rule."""
    grid = scores.sheet.grid
    by_tie_rule = [scores.ratios([grid.criterion(key)]) for key in grid.tie_rule]
    return [comparable(ratios) for ratios in (scores.totals, *by_tie_rule)]


def in_order(refs: Sequence[str], keys: Sequence[Sequence[int]]) -> list[int]:
    """The places by decreasing keys, the first one first, then by reference."""
    places = sorted(range(len(refs)), key=refs.__getitem__)
    for key in reversed(keys):
        places.sort(key=key.__getitem__, reverse=True)
    return places


def shared_ranks(places: Sequence[int], keys: Sequence[Sequence[int]]) -> Iterator[int]:
    """The rank of each offer in order: how many there are up to the last one that differs, by some key, from the one before."""
    rank = 1
    for count, (before, place) in enumerate(pairwise([*places[:1], *places]), start=1):
        for key in keys:
            if key[place] != key[before]:
                rank = count
                break
        yield rank


def ties(refs: Sequence[str], ranks: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    """The references of the offers that share a rank, group by group."""
    shared = {rank for before, rank in pairwise(ranks) if rank == before}
    groups = groupby((pair for pair in zip(ranks, refs, strict=True) if pair[0] in shared), key=itemgetter(0))
    return tuple(tuple(ref for _, ref in group) for _, group in groups)
