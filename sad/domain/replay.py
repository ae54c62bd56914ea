"""Past mini-tenders replayed under another stage: what their offers would have become, from what they said then.

Nothing is invented: an offer that was never asked something does not fall short of it, and a criterion that nobody marked
then is left out of the new ranking and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sad.domain.bids import bid_of, unsaid
from sad.domain.errors import Refused
from sad.domain.requirements import Nature, Requirement, is_met, read_answer, shortfall
from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.grid_file import grid_from_dict
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.values import Bid, Criterion, Grid, Ranking, Value
from sad.domain.stages import Stage, grid_of


@dataclass(frozen=True, slots=True)
class PastOffer:
    """An offer that was ranked: its total (EUR excl. VAT), its opened content, and `scored`, what the frozen grid read of it."""

    ref: str
    name: str
    families: tuple[str, ...]
    total: Decimal
    content: Mapping[str, Any]
    scored: Mapping[str, Value]

    @property
    def values(self) -> Mapping[str, Any]:
        """What it says on each specification, by key."""
        return self.content.get("values") or {}


@dataclass(frozen=True, slots=True)
class PastTender:
    """A mini-tender as it was ranked: its frozen stage and grid, the offers ranked, the reference of the one retained.

    `set_aside` counts the offers that were opened and not ranked then: they are not examined again.
    """

    id: int
    title: str
    sent_on: date
    category: str
    stage: Stage
    grid: Mapping[str, Any]
    offers: tuple[PastOffer, ...]
    retained: str | None
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Irregular:
    """An offer that the stage would have set aside, and what it falls short of, in French."""

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Under:
    """What becomes of the offers of a mini-tender under a stage.

    `ranking` is None when its grid cannot be computed: `fault` says why. `unmarked`: labels of the criteria left out, since
    nothing was said of them then; `unasked`: labels of the specifications that nobody was asked. `has_kept_weights`: the
    weights chosen then still hold.
    """

    ranking: Ranking | None
    irregular: tuple[Irregular, ...] = ()
    unmarked: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    has_kept_weights: bool = True
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Winner:
    """An offer that comes first: its total in EUR excl. VAT, and its shares in percent by key of specification."""

    name: str
    total: Decimal
    shares: Mapping[str, Decimal] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ReplayLine:
    """A mini-tender before and after: who was retained, who would come first, how many offers would be left."""

    id: int
    title: str
    sent_on: date
    category: str
    offers: int
    left: int
    set_aside: int
    before: Winner | None
    after: Winner | None
    is_changed: bool
    is_tied: bool
    irregular: tuple[Irregular, ...]
    unmarked: tuple[str, ...]
    unasked: tuple[str, ...]
    has_kept_weights: bool
    fault: str

    @property
    def difference(self) -> Decimal | None:
        """What the change of winner costs, in EUR excl. VAT; None where one of the two is missing."""
        return self.after.total - self.before.total if self.before and self.after else None


def replay(tender: PastTender, stage: Stage) -> ReplayLine:
    """The line of one mini-tender in the report of a play of that stage."""
    under = ranking_under(tender, stage)
    offers, shared = {each.ref: each for each in tender.offers}, shared_specifications(stage)
    first = [ref for ref, place in zip(under.ranking.refs, under.ranking.ranks, strict=True) if place == 1] if under.ranking else []
    after = tender.retained if tender.retained in first else next(iter(first), None)
    return ReplayLine(
        id=tender.id,
        title=tender.title,
        sent_on=tender.sent_on,
        category=tender.category,
        offers=len(tender.offers),
        left=len(under.ranking.refs) if under.ranking else len(tender.offers) - len(under.irregular),
        set_aside=tender.set_aside,
        before=_winner(offers.get(tender.retained or ""), shared),
        after=_winner(offers.get(after or ""), shared),
        is_changed=not under.fault and after != tender.retained,
        is_tied=len(first) > 1 and after != tender.retained,
        irregular=under.irregular,
        unmarked=under.unmarked,
        unasked=under.unasked,
        has_kept_weights=under.has_kept_weights,
        fault=under.fault,
    )


def ranking_under(tender: PastTender, stage: Stage) -> Under:
    """The ranking that this stage gives of the offers of a mini-tender.

    A stage that asks the same as its own, even from another date, gives exactly the ranking that was computed: same grid,
    same values.
    """
    if stage.requirements == tender.stage.requirements:
        return Under(rank([Bid(each.ref, each.scored) for each in tender.offers], grid_from_dict(tender.grid)))
    irregular, unasked = _examined(tender, stage)
    regular = [each for each in tender.offers if each.ref not in irregular]
    found = Under(None, tuple(irregular.values()), unasked=unasked)
    try:
        grid, has_kept_weights = _grid(tender, stage)
        marked = _marked(tender, grid)
        bids = [_bid(each, stage, grid, marked) for each in regular]
        grid, unmarked = _known(grid, bids)
        ranking = rank([Bid(bid.ref, {leaf.key: bid.values[leaf.key] for leaf in grid.scored}) for bid in bids], grid)
    except (Refused, ScoringFaults) as refused:
        return replace(found, fault=_why(refused))
    return replace(found, ranking=ranking, unmarked=unmarked, has_kept_weights=has_kept_weights)


def shared_specifications(stage: Stage) -> tuple[Requirement, ...]:
    """The specifications counted in percent: those whose share among the winners is told."""
    return tuple(each for each in stage.of_nature(Nature.SPECIFICATION) if each.unit == "percent")


def _examined(tender: PastTender, stage: Stage) -> tuple[dict[str, Irregular], tuple[str, ...]]:
    """The offers that fall short of the stage, by reference, and what some were not asked."""
    irregular: dict[str, Irregular] = {}
    unasked: dict[str, str] = {}
    for offer in tender.offers:
        sentences = []
        for each in stage.of_nature(Nature.SPECIFICATION, tender.category, offer.families):
            answer = is_met(each, offer.values.get(each.key))
            if answer is None and each.comparison != "any":
                unasked[each.key] = each.label
            elif answer is False:
                sentences.append(shortfall(each, offer.values.get(each.key)))
        if sentences:
            irregular[offer.ref] = Irregular(offer.name, tuple(sentences))
    return irregular, tuple(unasked.values())


def _grid(tender: PastTender, stage: Stage) -> tuple[Grid, bool]:
    """The grid with the weights chosen then if the stage still announces them, else with its own; and which.

    Raises `Refused` or ScoringFaults when even its own do not make a grid.
    """
    lines = [each for criterion in tender.grid["criteria"] for each in (criterion, *criterion.get("sub_criteria", ()))]
    chosen = {each["key"]: Decimal(str(each["weight"])) for each in lines}
    try:
        return grid_from_dict(grid_of(stage, tender.category, chosen)), True
    except Refused:
        return grid_from_dict(grid_of(stage, tender.category)), False


def _marked(tender: PastTender, grid: Grid) -> tuple[str, ...]:
    """The criteria on which the new grid asks for a mark that people gave then, on the same scale."""
    then = {leaf.key: leaf.options["scale"] for leaf in grid_from_dict(tender.grid).scored if leaf.method == "scale"}
    return tuple(leaf.key for leaf in grid.scored if leaf.method == "scale" and then.get(leaf.key) == leaf.options["scale"])


def _bid(offer: PastOffer, stage: Stage, grid: Grid, marked: Sequence[str]) -> Bid:
    marks = {key: str(offer.scored[key]) for key in marked if key in offer.scored}
    return bid_of(offer.ref, grid=grid, stage=stage, total=offer.total, content=offer.content, marks=marks)


def _known(grid: Grid, bids: Sequence[Bid]) -> tuple[Grid, tuple[str, ...]]:
    """The grid without the criteria of which some offer says nothing, and their labels."""
    silent = {leaf.key: leaf.label for bid in bids for leaf in unsaid(bid, grid)}
    if not silent:
        return grid, ()
    criteria = tuple(_without(grid.criteria, silent))
    left = {each.key for criterion in criteria for each in criterion.family}
    return replace(grid, criteria=criteria, tie_rule=tuple(key for key in grid.tie_rule if key in left)), tuple(silent.values())


def _without(criteria: Sequence[Criterion], silent: Mapping[str, str]) -> Iterator[Criterion]:
    for criterion in criteria:
        subs = tuple(sub for sub in criterion.sub_criteria if sub.key not in silent)
        if criterion.sub_criteria and subs:
            yield replace(criterion, sub_criteria=subs, weight=sum((sub.weight for sub in subs), Fraction()))
        elif not criterion.sub_criteria and criterion.key not in silent:
            yield criterion


def _winner(offer: PastOffer | None, shared: Sequence[Requirement]) -> Winner | None:
    if offer is None:
        return None
    said = ((each.key, read_answer(each, offer.values.get(each.key))) for each in shared)
    return Winner(offer.name, offer.total, {key: share for key, share in said if isinstance(share, Decimal)})


def _why(refused: Refused | ScoringFaults) -> str:
    said = [each.message for each in refused.refusals] if isinstance(refused, Refused) else refused.faults
    return " ".join(map(str, said))
