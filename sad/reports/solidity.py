"""How solid the first place of a ranking is, in sentences: between which weights it stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sad.domain.scoring.sensitivity import WEIGHT_STEPS
from sad.domain.sentences import uncapitalised
from sad.letters.wording import number
from sad.models.evaluations import Ranking


@dataclass(frozen=True, slots=True)
class Interval:
    """A criterion, its weight, and the weights that leave the first place as it is (None: no limit on that side)."""

    label: str
    weight: Decimal
    low: Decimal | None
    high: Decimal | None
    is_price: bool

    @property
    def between(self) -> str:
        """Those weights in words."""
        if self.low is None and self.high is None:
            return "tous les poids"
        if self.low is None or self.high is None:
            return f"{number(self.high, 2)} au plus" if self.low is None else f"{number(self.low, 2)} au moins"
        return f"entre {number(self.low, 2)} et {number(self.high, 2)}"


def intervals_of(ranking: Ranking) -> list[Interval]:
    """One interval for each scored criterion, in grid order."""
    criteria = ranking.scoring_file["grid"]["criteria"]
    total = sum(Decimal(each["weight"]) for each in criteria)
    leaves = [leaf for each in criteria for leaf in each.get("sub_criteria") or [each]]
    return [_interval(leaf, ranking.solidity[leaf["key"]], total) for leaf in leaves if leaf["key"] in ranking.solidity]


def sentences_of(ranking: Ranking) -> list[str]:
    """What a person should know of the first place: how the price holds it, and whether a criterion decides alone."""
    if sum(place.rank is not None for place in ranking.places) < 2:
        return ["Une seule offre est classée : elle est première quels que soient les poids."]
    intervals = intervals_of(ranking)
    alone = [each for each in intervals if each.low is not None]
    said = [_price_sentence(each) for each in intervals if each.is_price]
    said += [f"Sans « {each.label} », une autre offre serait première." for each in alone]
    return said + ([] if alone else ["Aucun critère ne décide seul : la première place reste la même quand on en retire un."])


def _price_sentence(price: Interval) -> str:
    if price.low is None and price.high is None:
        return "La première place reste la même quel que soit le poids du prix."
    kept = f"La première place ne change pas tant que le poids du {uncapitalised(price.label)} reste {_held(price)}."
    return f"{kept} Il est de {number(price.weight)}."


def _held(interval: Interval) -> str:
    return interval.between if interval.low is not None and interval.high is not None else f"à {interval.between}"


def _interval(leaf: Mapping[str, Any], weights: tuple[str, str], total: Decimal) -> Interval:
    """The least and the greatest step that were tried stand for no limit."""
    low, high = map(Decimal, weights)
    step = total / WEIGHT_STEPS
    return Interval(
        label=leaf["label"],
        weight=Decimal(leaf["weight"]),
        low=None if low <= step else low,
        high=None if high >= total - step else high,
        is_price=leaf.get("price", False),
    )
