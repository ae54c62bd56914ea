"""Ready-made ways to weigh the criteria of a stage: what counts more goes up, the rest gives way, all within the announced ranges."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from sad.domain.requirements import Requirement
from sad.domain.stages import announced_range

Ranges = Mapping[str, tuple[Decimal, Decimal]]


def emphasised(criteria: Sequence[Requirement], keys: Collection[str] = ()) -> dict[str, Decimal]:
    """Weights in points that give as much as possible to these criteria; their sum stays that of the stage (CRI-04, SAD-20).

    The chosen ones go up in published order, each as far as its range allows; the others give way from the heaviest, none
    below its own range. Without keys, the weights of the stage.
    """
    weights = {each.key: each.weight or Decimal(0) for each in criteria}
    ranges = {each.key: announced_range(each) for each in criteria}
    for key in (each.key for each in criteria if each.key in keys):
        weights[key] += _take(weights, ranges, keys, ranges[key][1] - weights[key])
    return weights


def _take(weights: dict[str, Decimal], ranges: Ranges, keys: Collection[str], wanted: Decimal) -> Decimal:
    """Take up to `wanted` from the criteria that are not chosen, the heaviest first; gives what was found."""
    found = Decimal(0)
    for other in sorted((key for key in weights if key not in keys), key=lambda key: -weights[key]):
        given = max(min(wanted - found, weights[other] - ranges[other][0]), Decimal(0))
        weights[other] -= given
        found += given
    return found
