"""What the mini-tenders of a system engage, and those that stand near a need: what the ceiling watch reads."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from sad import parameters
from sad.db import session
from sad.domain.calendar import PARIS, paris_day
from sad.domain.ceilings import Ceiling, CeilingLaw, Neighbour, Spent, pace_begins
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.orders import Order
from sad.models.systems import Category, PurchasingSystem


def ceiling_law(at: datetime) -> CeilingLaw:
    """The thresholds in force that day, in Paris."""
    return CeilingLaw.on(paris_day(at), parameters.value)


def ceiling_of(system: PurchasingSystem, at: datetime) -> Ceiling:
    """The system at that instant against its maximum (SAD-02), every category named; one statement whatever was sent."""
    day = paris_day(at)
    rows = session.execute(_by_category(system, datetime.combine(pace_begins(day), time.min, PARIS))).all()
    firsts = [row.first for row in rows if row.first]
    return Ceiling(
        day=day,
        valid_until=system.last_valid_day,
        maximum=system.max_value,
        first_sent_on=paris_day(min(firsts)) if firsts else None,
        categories=tuple(
            Spent(row.key, row.label, row.sent, *(amount or Decimal(0) for amount in (row.awarded, row.expected, row.recent)))
            for row in rows
        ),
    )


def neighbours_of(mini_tender: MiniTender, law: CeilingLaw) -> list[Neighbour]:
    """What the same service has sent in the same category for days near its own, with their budgets (R2121-4)."""
    if mini_tender.happens_at is None:
        return []
    around = timedelta(days=law.splitting_days)
    near = (
        select(MiniTender.title, MiniTender.budget)
        .where(
            MiniTender.service_id == mini_tender.service_id,
            MiniTender.category_id == mini_tender.category_id,
            MiniTender.id != mini_tender.id,
            _counts(),
            MiniTender.happens_at > mini_tender.happens_at - around,
            MiniTender.happens_at < mini_tender.happens_at + around,
        )
        .order_by(MiniTender.happens_at, MiniTender.id)
    )
    return [Neighbour(title, budget) for title, budget in session.execute(near) if budget is not None]


def _by_category(system: PurchasingSystem, begins: datetime) -> Select[str, str, int, Decimal | None, Any, Any, datetime | None]:
    """For each category: how many were sent, what is awarded (as its order stands), what is expected, what is recent, the first sending."""
    awarded = func.coalesce(Order.total, Offer.total)
    engaged = func.coalesce(awarded, MiniTender.budget)
    return (
        select(
            Category.key,
            Category.label,
            func.count(MiniTender.id).label("sent"),
            func.sum(awarded).label("awarded"),
            func.sum(case((Offer.id.is_(None), MiniTender.budget))).label("expected"),
            func.sum(case((MiniTender.published_at >= begins, engaged))).label("recent"),
            func.min(MiniTender.published_at).label("first"),
        )
        .select_from(Category)
        .outerjoin(MiniTender, and_(MiniTender.category_id == Category.id, _counts()))
        .outerjoin(Award, and_(Award.mini_tender_id == MiniTender.id, Award.state == AwardState.APPROVED))
        .outerjoin(RankedOffer, RankedOffer.id == Award.ranked_offer_id)
        .outerjoin(Offer, Offer.id == RankedOffer.offer_id)
        .outerjoin(Order, Order.award_id == Award.id)
        .where(Category.system_id == system.id)
        .group_by(Category.id, Category.key, Category.label)
        .order_by(Category.id)
    )


def _counts() -> ColumnElement[bool]:
    """Sent, and not given up."""
    return and_(MiniTender.published_at.is_not(None), MiniTender.state != MiniTenderState.DISCONTINUED)
