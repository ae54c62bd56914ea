"""A grid tried on offers before anybody answers it: what each earns, what decides, how far the weights may move.

The offers are invented, always the same for the same grid, or those of a past mini-tender of which only the values are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sad.domain.requirements import Nature, Requirement
from sad.domain.scoring.numbers import written
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.sensitivity import WeightInterval, weight_interval
from sad.domain.scoring.shares import is_accepted, shares_of
from sad.domain.scoring.values import Bid, Criterion, Grid, Placed, Ranking
from sad.domain.sentences import decimal_text
from sad.domain.stages import Stage

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USUAL_PRICE = Decimal(100)
PARTS = 4  # a range is walked in quarters


@dataclass(frozen=True, slots=True)
class Profile:
    """An invented offer. `price`: its share of the usual price; `strengths`: from 0 (least points) to 4, by place of the criterion."""

    words: str
    price: Decimal
    strengths: tuple[int, ...]

    def strength(self, place: int) -> int:
        return self.strengths[place % len(self.strengths)]


PROFILES = (
    Profile("la moins chère, sans plus", Decimal("0.80"), (1, 0, 1, 0)),
    Profile("soignée et plus chère", Decimal("1.15"), (4, 3, 4, 3)),
    Profile("équilibrée", Decimal("1.00"), (3, 2, 2, 1)),
    Profile("bon marché et engagée", Decimal("0.90"), (0, 4, 3, 4)),
    Profile("chère, inégale", Decimal("1.25"), (2, 1, 0, 4)),
)


@dataclass(frozen=True, slots=True)
class Decisive:
    """A criterion, and the points by which it sets the first offer before (or behind, under 0) the second."""

    criterion: Criterion
    points: Fraction


@dataclass(frozen=True, slots=True)
class GridPlay:
    """A grid tried on offers. `decisive`: most points first; `intervals`: by key of criterion, those that leave the same first."""

    grid: Grid
    bids: tuple[Bid, ...]
    ranking: Ranking
    decisive: tuple[Decisive, ...]
    intervals: Mapping[str, WeightInterval]

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The offers by rank."""
        return self.ranking.ranking


def play_grid(grid: Grid, bids: Sequence[Bid]) -> GridPlay:
    """Try a grid on offers that fit it. Raises ScoringFaults when one does not."""
    found = rank(bids, grid)
    intervals = {each.key: weight_interval(bids, grid, each.key) for each in grid.criteria} if len(found.refs) > 1 else {}
    known = {key: interval for key, interval in intervals.items() if interval is not None}
    return GridPlay(grid, tuple(bids), found, _decisive(grid, found), known)


def plausible_values(stage: Stage, category: str) -> dict[str, tuple[str, ...]]:
    """By key of scored criterion, what the offers of that category may say of it when they meet the stage.

    A value that the stage leaves free goes through all that its unit allows. Price is left out: see `invented_bids`.
    """
    found: dict[str, tuple[str, ...]] = {}
    for each in stage.of_nature(Nature.AWARD_CRITERION, category):
        scored = stage.requirement(each.source) if each.source else None
        if scored is not None and not each.price and "sub_criteria" not in each.method:
            found[each.key] = _said_of(scored)
    return {key: values for key, values in found.items() if values}


def invented_bids(grid: Grid, plausible: Mapping[str, Sequence[str]], price: Decimal | None = None) -> tuple[Bid, ...]:
    """Five offers, A to E, around a usual price in EUR excl. VAT; on the rest each is strong here and weak there.

    Without a usual price, the middle of the bounds of the price method, else 100 EUR.
    """
    ladders = {leaf.key: _ladder(leaf, plausible.get(leaf.key, ())) for leaf in grid.scored}
    priced = grid.price.scored if grid.price else ()
    usual = price or _usual_price(priced)
    free = [leaf for leaf in grid.scored if leaf not in priced]
    return tuple(
        Bid(
            LETTERS[number],
            {leaf.key: _price(usual * profile.price / len(priced)) for leaf in priced}
            | {leaf.key: _rung(ladders[leaf.key], profile.strength(place)) for place, leaf in enumerate(free)},
        )
        for number, profile in enumerate(PROFILES)
    )


def past_bids(grid: Grid, offers: Sequence[Mapping[str, Any]], *, is_named: bool) -> tuple[Bid, ...]:
    """The offers of a past scoring file that this grid can score; under letters that follow their values unless they are named.

    An offer that says nothing on a criterion, or something that its method refuses, is left out.
    """
    leaves = grid.scored
    found = [Bid(offer["ref"], {leaf.key: str(offer["values"].get(leaf.key, "")) for leaf in leaves}) for offer in offers]
    fitting = [bid for bid in found if all(is_accepted(leaf, str(bid.values[leaf.key])) for leaf in leaves)]
    if is_named:
        return tuple(fitting)
    by_values = sorted(fitting, key=lambda bid: [str(bid.values[leaf.key]) for leaf in leaves])
    return tuple(Bid(letter(place), bid.values) for place, bid in enumerate(by_values))


def letter(place: int) -> str:
    """A name for an offer without a name: A to Z, then A2, B2..."""
    round_, here = divmod(place, len(LETTERS))
    return f"{LETTERS[here]}{round_ + 1 if round_ else ''}"


def _decisive(grid: Grid, ranking: Ranking) -> tuple[Decisive, ...]:
    if len(ranking.ranking) < 2:
        return ()
    first, second = (placed.points for placed in ranking.ranking[:2])
    gaps = [Decisive(each, first[each.key] - second[each.key]) for each in grid.criteria]
    return tuple(sorted(gaps, key=lambda gap: -gap.points))


def _said_of(requirement: Requirement) -> tuple[str, ...]:
    """What regular offers may answer to a specification."""
    if requirement.unit == "yes_no":
        is_open = requirement.comparison != "is_true" or bool(requirement.exempt_families)
        return ("false", "true") if is_open else ("true",)
    if requirement.unit not in ("percent", "count"):
        return ()
    least, most = _bounds(requirement)
    step = (most - least) / PARTS
    if requirement.unit == "count" and step != int(step):
        step = max(Decimal(int(step)), Decimal(1))
    values = [least + step * rung for rung in range(PARTS + 1)]
    return tuple(decimal_text(value) for value in values if value <= most)


def _bounds(requirement: Requirement) -> tuple[Decimal, Decimal]:
    threshold = requirement.threshold or Decimal(0)
    if requirement.comparison == "at_most":
        return Decimal(0), threshold
    if requirement.unit == "percent":
        return min(threshold, Decimal(100)), Decimal(100)
    return threshold, max(threshold * 2, Decimal(PARTS))


def _ladder(leaf: Criterion, plausible: Sequence[str]) -> list[str]:
    """Values from the one with least points to the one with most."""
    values = [value for value in plausible if is_accepted(leaf, value)] or _usual(leaf)
    shares = shares_of(leaf, values)
    return sorted(shares, key=lambda value: shares[value])


def _usual(leaf: Criterion) -> list[str]:
    """Values that a method knows by itself, for a criterion of which the stage says nothing."""
    options = leaf.options
    if leaf.method == "yes_no":
        return ["false", "true"]
    if leaf.method == "scale":
        return [written(options["scale"] * mark / 10) for mark in (4, 6, 7, 8, 9)]
    if leaf.method == "steps" and leaf.has_text_steps:
        return [step.limit for step in options["steps"]]
    if leaf.method == "steps":
        limits = [step.limit for step in options["steps"] if step.limit is not None]
        return [*map(written, limits), written(limits[-1] + 1)] if limits else ["0", "1"]
    usual = leaf.range or (Fraction(20), Fraction(100))
    low, high = sorted((options["best"], options["worst"])) if leaf.method == "linear_bounds" else usual
    return [written(low + (high - low) * rung / PARTS) for rung in range(PARTS + 1)]


def _rung(ladder: Sequence[str], strength: int) -> str:
    return ladder[(strength * (len(ladder) - 1) + PARTS // 2) // PARTS]


def _usual_price(priced: Sequence[Criterion]) -> Decimal:
    bounds = [leaf.options[name] for leaf in priced if leaf.method == "linear_bounds" for name in ("best", "worst")]
    middle = sum(bounds, Fraction(0)) / len(bounds) if bounds else Fraction(0)
    return Decimal(middle.numerator) / middle.denominator if middle > 0 else USUAL_PRICE


def _price(amount: Decimal) -> str:
    return f"{amount:.2f}"


