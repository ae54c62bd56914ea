"""What a grid tried on offers gives, as its page tells it; and the past offers on which it may be tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select

from sad.db import session
from sad.domain.grid_play import PROFILES, Decisive, GridPlay
from sad.domain.scoring.numbers import french, printed, written
from sad.domain.scoring.sensitivity import WEIGHT_STEPS, WeightInterval
from sad.domain.scoring.values import Criterion, Placed
from sad.letters.wording import short_date
from sad.models.evaluations import Ranking
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.systems import Category
from sad.reports.solidity import Interval
from sad.web.access import current_organisation

MOST_PAST = 20
AWARDED = (MiniTenderState.AWARDED, MiniTenderState.NOTIFIED)
RANKED = (MiniTenderState.RANKED, *AWARDED)


@dataclass(frozen=True, slots=True)
class TriedOffer:
    """An offer with its rank, its points as printed, the sentences that explain them, its price if it is a single one."""

    ref: str
    words: str
    rank: int
    total: str
    parts: tuple[tuple[str, str, str], ...]
    explanation: tuple[str, ...]
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class PastOffers:
    """The offers of a past mini-tender as its scoring file holds them; named once it is awarded."""

    offers: Sequence[Mapping[str, Any]]
    is_named: bool


def offers_of(play: GridPlay, *, is_invented: bool) -> list[TriedOffer]:
    """The ranked offers, in order."""
    words = {"ABCDE"[place]: profile.words for place, profile in enumerate(PROFILES)} if is_invented else {}
    bids = {bid.ref: bid for bid in play.bids}
    price = play.grid.price
    key = price.key if price and not price.sub_criteria else None
    return [
        TriedOffer(
            ref=each.ref,
            words=words.get(each.ref, ""),
            rank=each.rank,
            total=printed(each.total, play.grid.decimals),
            parts=_parts(play, each),
            explanation=each.explanation,
            price=Decimal(str(bids[each.ref].values[key])) if key else None,
        )
        for each in play.placed
    ]


def decisive_sentences(play: GridPlay) -> list[str]:
    """Why the first is before the second, the criterion that counts most first."""
    if len(play.placed) < 2:
        return []
    first, second = play.placed[:2]
    gap = first.total - second.total
    head = f"{first.ref} passe devant {second.ref} de {_points(gap)}." if gap else f"{first.ref} et {second.ref} ont le même total."
    return [head, *(_sentence(each) for each in play.decisive if each.points)]


def intervals_of(play: GridPlay) -> list[Interval]:
    """For each criterion, the weights that leave the same offer first, the others keeping their proportions."""
    return [_interval(each, play.intervals[each.key], play.grid.total_weight) for each in play.grid.criteria if each.key in play.intervals]


def past_choices(category: str) -> list[tuple[str, str]]:
    """The last ranked mini-tenders of the organisation in a category, to choose from: id and name."""
    columns = select(MiniTender.id, MiniTender.title, MiniTender.published_at)
    last_first = columns.where(*_ranked(category)).order_by(MiniTender.published_at.desc(), MiniTender.id.desc())
    rows = session.execute(last_first.limit(MOST_PAST))
    return [(str(row.id), f"Les offres de « {row.title} » ({short_date(row.published_at)})") for row in rows]


def past_offers(category: str, mini_tender_id: str) -> PastOffers | None:
    """The offers of one of them, by its last ranking; None when it is not one of ours."""
    if not mini_tender_id.isdecimal():
        return None
    last = select(func.max(Ranking.id)).where(Ranking.mini_tender_id == int(mini_tender_id))
    found = session.execute(
        select(MiniTender.state, Ranking.scoring_file)
        .join(Ranking, Ranking.mini_tender_id == MiniTender.id)
        .where(Ranking.id == last.scalar_subquery(), *_ranked(category))
    ).first()
    return PastOffers(found.scoring_file["offers"], found.state in AWARDED) if found else None


def _ranked(category: str) -> tuple[ColumnElement[bool], ...]:
    of_category = select(Category.id).where(Category.id == MiniTender.category_id, Category.key == category)
    return (
        MiniTender.organisation_id == current_organisation().id,
        MiniTender.state.in_(RANKED),
        of_category.exists(),
    )


def _parts(play: GridPlay, placed: Placed) -> tuple[tuple[str, str, str], ...]:
    return tuple((each.label, printed(placed.points[each.key], play.grid.decimals), written(each.weight)) for each in play.grid.criteria)


def _sentence(each: Decisive) -> str:
    way = "de plus" if each.points > 0 else "de moins"
    return f"« {each.criterion.label} » : {_points(abs(each.points))} {way}."


def _points(points: Fraction) -> str:
    return f"{french(printed(points, 2))} {'point' if points < 2 else 'points'}"


def _interval(criterion: Criterion, found: WeightInterval, total: Fraction) -> Interval:
    """The least and the greatest step that were tried stand for no limit."""
    step = total / WEIGHT_STEPS
    low, high = (Decimal(written(Fraction(printed(end, 2)))) for end in (found.low, found.high))
    return Interval(
        label=criterion.label,
        weight=Decimal(written(criterion.weight)),
        low=None if found.low <= step else low,
        high=None if found.high >= total - step else high,
        is_price=criterion.price,
    )
