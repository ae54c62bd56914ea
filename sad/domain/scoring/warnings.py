"""What a buyer should know of a grid: the rules it touches, and the criteria whose method cannot spread the points."""

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from operator import attrgetter

from sad.domain.forbidden_words import find_forbidden_words
from sad.domain.scoring.methods import Among, common_unit, method_of
from sad.domain.scoring.numbers import french, written
from sad.domain.scoring.values import Criterion, Grid, GridWarning

# Shares: under a tenth of the total weight, an environmental criterion weighs too little (CRI-03);
# under a tenth of its own weight, the spread of a criterion decides nothing.
LEAST_ENVIRONMENT = Fraction(1, 10)
LEAST_SPREAD = Fraction(1, 10)

Found = Iterator[tuple[str | None, str]]


def grid_warnings(grid: Grid, level: Collection[str] = ()) -> tuple[GridWarning, ...]:
    """The warnings of a grid, in the order of the table then of the grid.

    `level` holds the keys of the criteria on which two ranked offers or more all have equal points.
    """
    found = [GridWarning(code, key, message) for code, check in CHECKS.items() for key, message in check(grid)]
    for leaf in grid.scored:
        if message := neutralised(leaf, leaf.key in level):
            found.append(GridWarning("criterion_neutralised", leaf.key, message))
    return tuple(found)


def no_environment(grid: Grid) -> Found:
    """CRI-01, L2152-7 and R2152-7."""
    if not any(criterion.environmental for criterion in grid.every_criterion):
        yield None, "Aucun critère n’est environnemental ; il en faut au moins un (L2152-7, R2152-7)."


def price_alone(grid: Grid) -> Found:
    """CRI-02, R2152-7."""
    if len(marked(grid, "price")) == len(grid.scored):
        yield None, "Le prix est le seul critère (R2152-7)."


def little_environment(grid: Grid) -> Found:
    """CRI-03."""
    weight = sum((leaf.weight for leaf in marked(grid, "environmental")), Fraction())
    if 0 < weight < LEAST_ENVIRONMENT * grid.total_weight:
        yield None, f"L’environnement pèse {_text(weight)} sur {_text(grid.total_weight)}, moins de 10 %."


def weights_off(grid: Grid) -> Found:
    """CRI-04, R2152-11 and R2152-12."""
    if grid.total_weight != 100:
        yield None, f"La somme des pondérations est {_text(grid.total_weight)}, et non 100 (R2152-11, R2152-12)."


def forbidden_words(grid: Grid) -> Found:
    """CRI-08, R2111-7."""
    for criterion in grid.every_criterion:
        words = find_forbidden_words(criterion.label, strict=True)
        if words:
            said = ", ".join(f"« {word} »" for word in words)
            yield criterion.key, f"« {criterion.label} » contient {said} : l’origine et la distance ne se notent pas (R2111-7)."


def no_tie_rule(grid: Grid) -> Found:
    """CRI-11."""
    if not grid.tie_rule:
        yield None, "Aucune règle de départage : les offres à égalité partageront leur rang."


CHECKS: dict[str, Callable[[Grid], Found]] = {
    "CRI-01": no_environment,
    "CRI-02": price_alone,
    "CRI-03": little_environment,
    "CRI-04": weights_off,
    "CRI-08": forbidden_words,
    "CRI-11": no_tie_rule,
}


def neutralised(criterion: Criterion, level: bool) -> str | None:
    """Why the method of a scored criterion cannot spread the points, or None when it can."""
    if criterion.range is not None:
        low, high = criterion.range
        if spread(criterion, low, high) >= LEAST_SPREAD:
            return None
        return f"« {criterion.label} » : de {_text(low)} à {_text(high)}, les points s’écartent de moins de 10 % de la pondération."
    if len({step.share for step in criterion.options.get("steps", ())}) == 1:
        return f"« {criterion.label} » : toutes les marches donnent les mêmes points."
    return f"« {criterion.label} » : toutes les offres classées ont les mêmes points." if level else None


def spread(criterion: Criterion, low: Fraction, high: Fraction) -> Fraction:
    """The share of its weight between the best and the worst of the values from `low` to `high`.

    Between two limits of its steps, a method only rises or only falls: the ends and those limits are enough.
    """
    limits = [step.limit for step in criterion.options.get("steps", ()) if step.limit is not None and low <= step.limit <= high]
    unit = common_unit(criterion, low, high)
    among = Among(int(low * unit), int(high * unit), unit)
    share = method_of(criterion).share(criterion, among)
    shares = [Fraction(*share(among.units(value))) for value in (low, high, *limits)]
    return max(shares) - min(shares)


def marked(grid: Grid, mark: str) -> list[Criterion]:
    """The scored criteria that carry a mark (`price`, `environmental`), or whose parent does."""
    has = attrgetter(mark)
    return [leaf for criterion in grid.criteria for leaf in criterion.scored if has(criterion) or has(leaf)]


def _text(number: Fraction) -> str:
    return french(written(number))
