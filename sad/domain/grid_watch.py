"""What is wrong or unwise in a scoring grid, said before anybody answers it: each finding with its reason and a better proposal.

A grid comes as the scoring file writes it, faults included: what can be read of it is held against the law, then each method
against the values that offers may plausibly give, then the whole against offers, invented or past.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sad.domain.criteria import Criterion as Weighed
from sad.domain.criteria import criteria_faults, environment_warnings
from sad.domain.errors import Refusal
from sad.domain.grid_spread import deciding_alone, few_totals, level_on
from sad.domain.law import CriteriaLaw
from sad.domain.scoring.faults import Faults
from sad.domain.scoring.grid_file import criterion_to_dict, read_grid
from sad.domain.scoring.methods import is_relative, method_of
from sad.domain.scoring.numbers import french, read_number, written
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.shares import is_accepted, shares_of
from sad.domain.scoring.values import Bid, Criterion, Grid
from sad.domain.scoring.warnings import LEAST_SPREAD, forbidden_words, marked, neutralised
from sad.domain.sentences import listed
from sad.domain.stages import sub_weight_faults

FEWEST_MARKS = 3  # under 0, 1, 2, 3 a mark says hardly more than yes or no
FEWEST_OFFERS = 3  # of two offers, one criterion nearly always makes the difference
# Faults of the reader that a finding says better.
SAID_BETTER = ("price_not_first", "les sous-critères pèsent", "un seul critère peut être le prix")
PROPORTION = "« le plus bas a tous les points, les autres en proportion »"

Plausible = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a grid. `code`: a rule (`CRI-04`) or a word of its own; `blocks`: the grid cannot be published so."""

    code: str
    refusal: Refusal
    blocks: bool = False


def watch(
    grid: Mapping[str, Any], law: CriteriaLaw, *, plausible: Plausible | None = None, bids: Sequence[Bid] = ()
) -> tuple[Finding, ...]:
    """All that is found in a grid, what blocks first.

    `plausible` holds, by key of scored criterion, values that offers may give; `bids` are offers to try the grid on, left out
    when the grid cannot rank. Raises ScoringFaults when a bid does not fit a grid that can.
    """
    faults = Faults()
    read = read_grid(grid, faults)
    found = [*_law(read, law), *_unreadable(faults), *_price(read), *_impossible(read), *_methods(read, plausible or {})]
    codes = {(each.code, each.refusal.field) for each in found}
    found += [each for each in _whole(read) if (each.code, each.refusal.field) not in codes]
    if bids and not faults:
        codes |= {(each.code, each.refusal.field) for each in found}
        found += [each for each in _on_offers(read, bids) if (each.code, each.refusal.field) not in codes]
    return tuple(sorted(found, key=lambda each: not each.blocks))


def _law(grid: Grid, law: CriteriaLaw) -> Iterator[Finding]:
    """CRI-01 to -04, CRI-08 and CRI-11."""
    lines = [criterion_to_dict(each) for each in grid.criteria]
    weighed = [Weighed.of_grid(line) for line in lines]
    faults = [*criteria_faults(weighed, law), *(fault for line in lines for fault in sub_weight_faults(line))]
    yield from (Finding(each.rule or "", each, blocks=True) for each in faults)
    if grid.criteria and not grid.tie_rule:
        remedy = "Comparer d’abord la note du critère environnemental, puis celle du critère de plus fort poids."
        yield Finding("CRI-11", Refusal("Aucune règle ne départage deux offres à égalité.", remedy, "CRI-11", "tie_rule"), blocks=True)
    yield from (Finding("CRI-03", each) for each in environment_warnings(weighed, law))
    for key, message in forbidden_words(grid):
        remedy = "Noter ce qui est attendu de l’offre : fraîcheur, nombre d’intermédiaires, livraison groupée."
        yield Finding("CRI-08", Refusal(message, remedy, "CRI-08", key))


def _unreadable(faults: Faults) -> Iterator[Finding]:
    for fault in faults:
        if not any(words in fault for words in SAID_BETTER):
            yield Finding("unreadable", Refusal(f"La notation ne tient pas : {fault}.", "Corriger la méthode.", "CRI-04"), blocks=True)


def _price(grid: Grid) -> Iterator[Finding]:
    """A price method with which the cheapest is not first."""
    for leaf in _ready(marked(grid, "price")):
        if not method_of(leaf).cheapest_first(leaf):
            message = f"« {leaf.label} » : avec cette méthode, une offre plus chère peut avoir plus de points que la moins chère."
            yield Finding("price_not_first", Refusal(message, f"Prendre {PROPORTION}.", "CRI-04", leaf.key), blocks=True)


def _impossible(grid: Grid) -> Iterator[Finding]:
    """Minimums that nobody can reach, or that only the best can."""
    for each in grid.every_criterion:
        is_best_only = each.minimum == 1 and all(leaf.method for leaf in each.scored) and is_relative(each)
        if is_best_only or (each.minimum is not None and each.minimum > 1):
            who = "seule la meilleure offre peut" if is_best_only else "aucune offre ne peut"
            message = f"« {each.label} » : {who} atteindre le minimum demandé."
            yield Finding("minimum_too_high", Refusal(message, "L’abaisser, ou en faire une exigence.", None, each.key), blocks=True)
    least, total = grid.minimum_total, grid.total_weight
    if least is not None and least > total:
        message = f"Le minimum de {_text(least)} points dépasse le total de {_text(total)} : aucune offre ne resterait."
        yield Finding("minimum_too_high", Refusal(message, "L’abaisser.", None, "minimum_total"), blocks=True)


def _methods(grid: Grid, plausible: Plausible) -> Iterator[Finding]:
    """Each method against the values that offers may give."""
    priced = marked(grid, "price")
    for leaf in _ready(grid.scored):
        refused = [value for value in plausible.get(leaf.key, ()) if not is_accepted(leaf, value)]
        if refused:
            message = f"« {leaf.label} » : une offre qui dirait {listed(list(map(french, refused)), 'ou')} ne pourrait pas être notée."
            yield Finding("value_refused", Refusal(message, "Noter entre deux valeurs fixées d’avance, ou par marches.", None, leaf.key))
        values = [value for value in plausible.get(leaf.key, ()) if value not in refused]
        yield from _neutralised(leaf, values)
        yield from _overflowing(leaf)
        if leaf in priced:
            yield from _flat_price(leaf, values)


def _neutralised(leaf: Criterion, values: Sequence[str]) -> Iterator[Finding]:
    """A method that cannot spread the points, or spreads them fully over nothing."""
    if leaf.method == "linear_minmax":
        message = f"« {leaf.label} » : entre deux offres presque égales, l’une aurait tous les points et l’autre aucun."
        yield Finding("minmax_exaggerates", Refusal(message, f"Prendre {PROPORTION}, ou deux valeurs fixées d’avance.", None, leaf.key))
    elif leaf.method == "scale" and leaf.options["scale"] < FEWEST_MARKS:
        message = f"« {leaf.label} » : une note sur {_text(leaf.options['scale'])} ne distingue presque rien."
        yield Finding("coarse_scale", Refusal(message, "Noter sur 5 ou sur 10, avec une raison écrite.", None, leaf.key))
    why = neutralised(leaf, level=False) or (_same_points(leaf, values) if values else None)
    if why:
        remedy = "Resserrer les bornes ou les marches sur ce que les offres diront. Ce que le palier exige déjà ne départage personne."
        yield Finding("criterion_neutralised", Refusal(why, remedy, None, leaf.key))


def _same_points(leaf: Criterion, values: Sequence[str]) -> str | None:
    shares = shares_of(leaf, values).values()
    if max(shares) - min(shares) >= LEAST_SPREAD:
        return None
    return f"« {leaf.label} » : toutes les offres attendues y auraient les mêmes points, à moins de 10 % près."


def _overflowing(leaf: Criterion) -> Iterator[Finding]:
    """Points under 0 or over the weight make a criterion weigh more than announced (R2152-12)."""
    floor = leaf.options.get("floor", Fraction(0))
    if leaf.options.get("clamp", True) and floor is not None and floor >= 0:
        return
    message = f"« {leaf.label} » : les points peuvent sortir de ce que le critère pèse, qui pèserait plus que l’annonce (R2152-12)."
    yield Finding("out_of_weight", Refusal(message, "Borner les points entre 0 et le poids.", "CRI-04", leaf.key))


def _flat_price(leaf: Criterion, values: Sequence[str]) -> Iterator[Finding]:
    """A lower price that gives no more points."""
    ends = [written(end) for end in leaf.range or ()]
    shares = shares_of(leaf, [*values, *ends])
    pairs = pairwise(sorted(shares, key=read_number)) if leaf.method != "steps" else ()
    if leaf.method == "steps" or any(shares[low] == shares[high] for low, high in pairs if read_number(low) < read_number(high)):
        message = f"« {leaf.label} » : baisser son prix peut ne rapporter aucun point, deux prix différents ayant les mêmes."
        yield Finding("price_flat", Refusal(message, f"Prendre {PROPORTION}.", None, leaf.key))


def _whole(grid: Grid) -> Iterator[Finding]:
    """What the weights and the methods together let foresee."""
    for each in grid.criteria:
        if len(grid.criteria) > 1 and each.weight * 2 > grid.total_weight:
            message = f"« {each.label} » pèse {_text(each.weight)} sur {_text(grid.total_weight)}, plus que tous les autres ensemble."
            yield _decides(message, each.key)
    if all(leaf.method for leaf in grid.scored) and few_totals(grid):
        yield _ties("La grille ne permet qu’une poignée de totaux différents : des offres finiront à égalité.")


def _on_offers(grid: Grid, bids: Sequence[Bid]) -> Iterator[Finding]:
    """What trying the grid on these offers shows."""
    result = rank(bids, grid)
    for leaf in level_on(grid, bids):
        why = f"« {leaf.label} » : ces offres y ont les mêmes points, à moins de 10 % près."
        yield Finding("criterion_neutralised", Refusal(why, "Prendre une méthode ou des bornes qui les distinguent.", None, leaf.key))
    for leaf in _ready(marked(grid, "price")):
        yield from _flat_price(leaf, [str(bid.values[leaf.key]) for bid in bids])
    alone = deciding_alone(grid, result) if len(result.ranking) >= FEWEST_OFFERS else None
    if alone:
        yield _decides(f"« {alone.label} » écarte ces offres de plus de points que tous les autres critères ensemble.", alone.key)
    if result.ties:
        yield _ties(f"{listed([*result.ties[0]])} finissent à égalité.")


def _decides(message: str, key: str) -> Finding:
    remedy = "Baisser son poids, ou donner aux autres des méthodes qui distinguent vraiment les offres."
    return Finding("one_decides", Refusal(message, remedy, None, key))


def _ties(message: str) -> Finding:
    remedy = "Noter plus finement : le prix en proportion, des notes sur 10, des marches plus nombreuses."
    return Finding("ties_likely", Refusal(message, remedy, "CRI-11", "tie_rule"))


def _ready(leaves: Collection[Criterion]) -> list[Criterion]:
    """The scored criteria whose method and weight could be read."""
    return [leaf for leaf in leaves if leaf.method and leaf.weight > 0]


def _text(number: Fraction) -> str:
    return french(written(number))
