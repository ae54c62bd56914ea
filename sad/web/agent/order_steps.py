"""What an order still asks of its service: to be sent, its headcount confirmed, its delivery accepted."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from sad.db import session
from sad.domain.calendar import paris_day
from sad.models.awards import Award, AwardState
from sad.models.mini_tenders import MiniTender
from sad.models.orders import Delivery, Order
from sad.web.orders import may_confirm

MOST = 40


@dataclass(frozen=True, slots=True)
class OrderStep:
    """The next gesture on a contract, in words, and its last day when there is one."""

    need: MiniTender
    tag: str
    label: str
    url: str
    by: date | None = None


def order_steps(service_ids: Collection[int], at: datetime) -> list[OrderStep]:
    """What waits on the notified contracts of these services, the nearest delivery first."""
    query = _notified().where(MiniTender.service_id.in_(service_ids), Delivery.id.is_(None))
    rows = session.execute(query.order_by(MiniTender.happens_at, MiniTender.id).limit(MOST))
    return [step for need, order in rows for step in _steps(need, order, at)]


def next_step(need: MiniTender, at: datetime) -> OrderStep | None:
    """The same for one need; none once its delivery is accepted, nor before its contract is notified."""
    row = session.execute(_notified().where(MiniTender.id == need.id, Delivery.id.is_(None))).first()
    return next(_steps(row[0], row[1], at), None) if row else None


def _notified() -> Select[MiniTender, Order]:
    return (
        select(MiniTender, Order)
        .join(Award, Award.mini_tender_id == MiniTender.id)
        .outerjoin(Order, Order.award_id == Award.id)
        .outerjoin(Delivery, Delivery.order_id == Order.id)
        .where(Award.state == AwardState.APPROVED, Award.notified_at.is_not(None))
        .options(contains_eager(Order.delivery))
    )


def _steps(need: MiniTender, order: Order | None, at: datetime) -> Iterator[OrderStep]:
    """At most one: the first that is possible today."""
    today = paris_day(at)
    if order is None:
        if need.happens_at is None or paris_day(need.happens_at) >= today:
            yield OrderStep(need, "À commander", "Commander", url_for("agent.place_order", mini_tender_id=need.id))
    elif paris_day(order.delivers_from) <= today:
        yield OrderStep(need, "Livraison à réceptionner", "Réceptionner", url_for("agent.accept_delivery", mini_tender_id=need.id))
    elif order.confirmed_at is None and may_confirm(order, at):
        url = url_for("agent.confirm_headcount", mini_tender_id=need.id)
        yield OrderStep(need, "Convives à confirmer", "Confirmer le nombre de convives", url, order.headcount_until)
