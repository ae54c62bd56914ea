"""The grid of a scoring file: read with every fault, and written back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sad.domain.scoring.faults import Faults, ScoringFaults, is_text, named, quoted
from sad.domain.scoring.methods import METHODS, is_numeric, method_of
from sad.domain.scoring.numbers import read_number, written
from sad.domain.scoring.options import OPTIONS, number_or_null, option_to_json, positive_number, read_options, true_or_false
from sad.domain.scoring.values import Criterion, Grid

IN_A_GRID = ("criteria", "decimals", "tie_rule", "minimum_total")
IN_A_CRITERION = ("key", "label", "weight", "price", "environmental", "minimum")
OF_A_METHOD = ("method", "range", *OPTIONS)
CRITERION, SUB_CRITERION = "critère", "sous-critère"


def grid_from_dict(data: object) -> Grid:
    """The grid that a scoring file describes. Raises ScoringFaults with every fault."""
    faults = Faults()
    grid = read_grid(data, faults)
    if faults:
        raise ScoringFaults(faults)
    return grid


def grid_to_dict(grid: Grid) -> dict[str, Any]:
    """The grid as a scoring file writes it, defaults of the methods included."""
    return {
        "criteria": [criterion_to_dict(criterion) for criterion in grid.criteria],
        "decimals": grid.decimals,
        "tie_rule": list(grid.tie_rule),
        "minimum_total": None if grid.minimum_total is None else written(grid.minimum_total),
    }


def criterion_to_dict(criterion: Criterion) -> dict[str, Any]:
    """A (sub-)criterion as a scoring file writes it; marks and limits only where there are."""
    data: dict[str, Any] = {"key": criterion.key, "label": criterion.label, "weight": written(criterion.weight)}
    if criterion.method:
        data["method"] = criterion.method
    data |= {mark: True for mark in ("price", "environmental") if getattr(criterion, mark)}
    data |= {name: option_to_json(option) for name, option in criterion.options.items()}
    if criterion.minimum is not None:
        data["minimum"] = written(criterion.minimum)
    if criterion.range is not None:
        data["range"] = [written(end) for end in criterion.range]
    if criterion.sub_criteria:
        data["sub_criteria"] = [criterion_to_dict(sub_criterion) for sub_criterion in criterion.sub_criteria]
    return data


def read_grid(data: object, faults: Faults) -> Grid:
    """The grid, as far as it can be read: where there is a fault, a criterion may lack its method or weigh 0."""
    where = "grille"
    fields = faults.object(data, where, known=IN_A_GRID, required=("criteria",))
    items = faults.list(fields, "criteria", where)
    if fields.get("criteria") == []:
        faults.add(where, "il faut au moins un critère")
    grid = Grid(
        criteria=read_criteria(items, CRITERION, faults),
        decimals=faults.field(fields, "decimals", where, decimals_of_print, 2),
        tie_rule=faults.field(fields, "tie_rule", where, keys_or_null, ()),
        minimum_total=faults.field(fields, "minimum_total", where, number_or_null),
    )
    check_keys(grid, faults)
    check_price(grid, faults)
    return grid


def read_criteria(items: Sequence[Any], noun: str, faults: Faults) -> tuple[Criterion, ...]:
    """The (sub-)criteria of a list, without those whose key cannot be read."""
    found = []
    for number, item in enumerate(items, start=1):
        key = item.get("key") if isinstance(item, dict) else None
        found.append(read_criterion(item, named(noun, key, number), noun, faults))
    return tuple(criterion for criterion in found if criterion.key)


def read_criterion(data: object, where: str, noun: str, faults: Faults) -> Criterion:
    """A (sub-)criterion, as far as it can be read."""
    is_parent = isinstance(data, dict) and "sub_criteria" in data and noun == CRITERION
    known = (*IN_A_CRITERION, *OF_A_METHOD, *(("sub_criteria",) if noun == CRITERION else ()))
    required = ("key", "label", "weight", *(() if is_parent else ("method",)))
    fields = faults.object(data, where, known=known, required=required)
    criterion = Criterion(
        key=faults.text(fields, "key", where) or "",
        label=faults.text(fields, "label", where) or "",
        weight=faults.field(fields, "weight", where, positive_number, Fraction()),
        price=faults.field(fields, "price", where, true_or_false, False),
        environmental=faults.field(fields, "environmental", where, true_or_false, False),
        minimum=faults.field(fields, "minimum", where, number_or_null),
    )
    return with_sub_criteria(criterion, fields, where, faults) if is_parent else with_method(criterion, fields, where, faults)


def with_sub_criteria(criterion: Criterion, fields: Mapping[str, Any], where: str, faults: Faults) -> Criterion:
    """The criterion with its sub-criteria, whose weights must add up to its own."""
    for name in OF_A_METHOD:
        if name in fields:
            faults.add(where, f"« {name} » n’a pas de sens sur un critère qui a des sous-critères")
    items = faults.list(fields, "sub_criteria", where)
    if fields["sub_criteria"] == []:
        faults.add(where, "il faut au moins un sous-critère")
    criterion = replace(criterion, sub_criteria=read_criteria(items, SUB_CRITERION, faults))
    weights = [member.weight for member in criterion.sub_criteria]
    if all((criterion.weight, *weights)) and len(weights) == len(items) > 0 and sum(weights) != criterion.weight:
        added = written(sum(weights, Fraction()))
        faults.add(where, f"les sous-critères pèsent {added} en tout, et non {written(criterion.weight)}")
    return criterion


def with_method(criterion: Criterion, fields: Mapping[str, Any], where: str, faults: Faults) -> Criterion:
    """The criterion with its method and options, or without when they are at fault."""
    method = faults.field(fields, "method", where, name_of_method)
    options = read_options(method, fields, where, faults) if method else None
    if options is None:
        return criterion
    criterion = replace(criterion, method=method, options=options)
    return replace(criterion, range=faults.field(fields, "range", where, lambda ends: range_of(criterion, ends)))


def check_keys(grid: Grid, faults: Faults) -> None:
    """Keys are unique in the whole grid, and the tie rule names some of them."""
    count = Counter(criterion.key for criterion in grid.every_criterion)
    for key in (key for key, times in count.items() if times > 1):
        faults.add("grille", f"la clé {quoted(key)} sert à plusieurs critères")
    for key in (key for key in grid.tie_rule if key not in count):
        faults.add("grille", f"la règle de départage nomme {quoted(key)}, qui n’est pas un critère")


def check_price(grid: Grid, faults: Faults) -> None:
    """One criterion at most is the price; on it, or on its parts, the cheapest offer never has fewer points than another."""
    marked = [criterion for criterion in grid.every_criterion if criterion.price]
    if len(marked) > 1:
        faults.add("grille", f"un seul critère peut être le prix, et non {', '.join(quoted(criterion.key) for criterion in marked)}")
    for leaf in (leaf for criterion in marked for leaf in criterion.scored):
        if leaf.method and not method_of(leaf).cheapest_first(leaf):
            what = f"price_not_first, la méthode {leaf.method} peut donner moins de points à l’offre la moins chère qu’à une autre"
            faults.add(f"critère {quoted(leaf.key)}", what)


def decimals_of_print(value: object) -> int:
    """How many decimals points and totals are printed with: 0 to 6."""
    text = str(value)
    if isinstance(value, bool) or text not in ("0", "1", "2", "3", "4", "5", "6"):
        raise ValueError("un entier de 0 à 6")
    return int(text)


def keys_or_null(value: object) -> tuple[str, ...]:
    """The keys of a tie rule; none for null."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(map(is_text, value)):
        raise ValueError("une liste de clés de critères")
    return tuple(map(str, value))


def name_of_method(value: object) -> str:
    """The name of one of the methods."""
    if not is_text(value) or value not in METHODS:
        raise ValueError(f"l’une des méthodes {', '.join(METHODS)}")
    return str(value)


def range_of(criterion: Criterion, ends: object) -> tuple[Fraction, Fraction] | None:
    """The plausible values of a criterion of numbers, from the lower to the higher; None for null."""
    if ends is None:
        return None
    if not is_numeric(criterion):
        raise ValueError(f"absent : la méthode {criterion.method} note ici autre chose que des nombres")
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise ValueError("un couple [bas, haut]")
    for end in ends:
        method_of(criterion).accepts(criterion, end)
    low, high = map(read_number, ends)
    if low > high:
        raise ValueError("un couple [bas, haut] qui ne descend pas")
    return low, high
