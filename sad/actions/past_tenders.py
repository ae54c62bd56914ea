"""The ranked mini-tenders of a system as a replay reads them: a batch in five statements, however many offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.offers import regularised
from sad.domain.replay import PastOffer, PastTender
from sad.domain.stages import Stage, stage_from_dict
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer, Ranking, TieDecision
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.suppliers import Supplier
from sad.models.systems import Category


@dataclass(frozen=True, slots=True)
class Period:
    """The mini-tenders of a system sent from `since` to `until` and ranked by then; both instants are aware."""

    system_id: int
    since: datetime
    until: datetime

    def latest_rankings(self) -> Select[Any]:
        """The id of the last ranking of each, given up ones left out."""
        return (
            select(func.max(Ranking.id))
            .join(MiniTender, MiniTender.id == Ranking.mini_tender_id)
            .where(
                MiniTender.system_id == self.system_id,
                MiniTender.published_at.between(self.since, self.until),
                or_(MiniTender.discontinued_at.is_(None), MiniTender.discontinued_at > self.until),
                Ranking.ranked_at <= self.until,
            )
            .group_by(Ranking.mini_tender_id)
        )


def count_past_tenders(period: Period) -> int:
    """How many there are to replay."""
    return session.scalar(select(func.count()).select_from(period.latest_rankings().subquery())) or 0


def past_tenders(period: Period, *, after: int = 0, limit: int) -> list[PastTender]:
    """The next ones by id after this one."""
    rows = session.execute(_tenders(Ranking.id.in_(period.latest_rankings())).where(MiniTender.id > after).limit(limit)).all()
    return _whole(rows)


def past_tender(ranking: Ranking) -> PastTender:
    """The mini-tender of one ranking, with the offers that it ranked."""
    return _whole(session.execute(_tenders(Ranking.id == ranking.id)).all())[0]


def _tenders(condition: ColumnElement[bool]) -> Select[Any]:
    columns = (MiniTender.id, MiniTender.title, MiniTender.published_at, MiniTender.grid, MiniTender.stage_content)
    return (
        select(*columns, MiniTender.stage_fingerprint, Category.key.label("category"), Ranking.id.label("ranking_id"), Ranking.scoring_file)
        .join(Ranking, Ranking.mini_tender_id == MiniTender.id)
        .join(Category, Category.id == MiniTender.category_id)
        .where(condition)
        .order_by(MiniTender.id)
    )


def _whole(rows: Sequence[Row[Any]]) -> list[PastTender]:
    rankings = {row.ranking_id: row.id for row in rows}
    places, opened, retained = _places(rankings), _opened(rankings), _retained(rankings)
    stages: dict[str, Stage] = {}
    return [_tender(row, places.get(row.ranking_id, []), opened.get(row.id, 0), retained.get(row.id), stages) for row in rows]


def _places(rankings: dict[int, int]) -> dict[int, list[Row[Any]]]:
    ranked = (RankedOffer.ranking_id, RankedOffer.ref, RankedOffer.rank)
    columns = (*ranked, Offer.total, Offer.content, Offer.regularised_values, Supplier.name, Supplier.families)
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(
        select(*columns)
        .join(Offer, Offer.id == RankedOffer.offer_id)
        .join(Supplier, Supplier.id == Offer.supplier_id)
        .where(RankedOffer.ranking_id.in_(rankings))
        .order_by(RankedOffer.ranking_id, RankedOffer.rank, RankedOffer.ref)
    ):
        found.setdefault(row.ranking_id, []).append(row)
    return found


def _opened(rankings: dict[int, int]) -> dict[int, int]:
    """How many offers of each mini-tender were opened, by its id."""
    counted = select(Offer.mini_tender_id, func.count()).where(Offer.mini_tender_id.in_(rankings.values()), Offer.is_opened)
    return dict(session.execute(counted.group_by(Offer.mini_tender_id)).all())


def _retained(rankings: dict[int, int]) -> dict[int, str]:
    """Who was retained by people, by id of mini-tender: in an award, else between offers left equal."""
    tied = select(TieDecision.ranking_id, RankedOffer.ref).join(RankedOffer, RankedOffer.id == TieDecision.ranked_offer_id)
    chosen = {rankings[ranking]: ref for ranking, ref in session.execute(tied.where(TieDecision.ranking_id.in_(rankings)))}
    awards = select(Award.mini_tender_id, RankedOffer.ref).join(RankedOffer, RankedOffer.id == Award.ranked_offer_id)
    standing = awards.where(Award.mini_tender_id.in_(rankings.values()), Award.state != AwardState.CANCELLED)
    return chosen | dict(session.execute(standing).all())


def _tender(row: Row[Any], places: Sequence[Row[Any]], opened: int, retained: str | None, stages: dict[str, Stage]) -> PastTender:
    if row.stage_fingerprint not in stages:
        stages[row.stage_fingerprint] = stage_from_dict(row.stage_content)
    scored = {each["ref"]: each["values"] for each in row.scoring_file["offers"]}
    offers = [
        PastOffer(
            each.ref, each.name, tuple(each.families), each.total, regularised(each.content, each.regularised_values), scored[each.ref]
        )
        for each in places
    ]
    first = next((each.ref for each in places if each.rank == 1), None)
    return PastTender(
        id=row.id,
        title=row.title,
        sent_on=paris_day(row.published_at),
        category=row.category,
        stage=stages[row.stage_fingerprint],
        grid=row.grid,
        offers=tuple(offers),
        retained=retained or first,
        set_aside=max(0, opened - len(offers)),
    )
