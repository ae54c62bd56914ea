"""What contracts engage, what is ordered and accepted of them: one reading of the rows for every page."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, select

from sad.db import session
from sad.domain.amounts import Account, Contract
from sad.domain.calendar import paris_day
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.orders import Delivery, Order
from sad.models.organisations import Service
from sad.models.systems import Category, PurchasingSystem

Rows = Select[str, str, Decimal | None, datetime | None, Decimal | None, Any, Any]


def account_of(system: PurchasingSystem) -> Account:
    """The system's contracts and what its other mini-tenders may engage, against the maximum announced; one statement."""
    contracts, expected = _read(_sent().where(MiniTender.system_id == system.id))
    return Account(system.max_value or Decimal(0), expected, contracts)


def contracts_of(service_ids: Collection[int]) -> tuple[Contract, ...]:
    """The contracts of these services, over all systems."""
    return _read(_sent().where(MiniTender.service_id.in_(service_ids)))[0]


def _sent() -> Rows:
    """Each mini-tender sent and not given up, with its award, its order and its delivery where there are."""
    return (
        select(
            Service.name,
            Category.label,
            MiniTender.budget,
            Award.notified_at,
            Offer.total,
            Order.total.label("ordered"),
            Delivery.accepted_total.label("accepted"),
        )
        .select_from(MiniTender)
        .join(Service, Service.id == MiniTender.service_id)
        .join(Category, Category.id == MiniTender.category_id)
        .outerjoin(Award, and_(Award.mini_tender_id == MiniTender.id, Award.state == AwardState.APPROVED))
        .outerjoin(RankedOffer, RankedOffer.id == Award.ranked_offer_id)
        .outerjoin(Offer, Offer.id == RankedOffer.offer_id)
        .outerjoin(Order, Order.award_id == Award.id)
        .outerjoin(Delivery, Delivery.order_id == Order.id)
        .where(MiniTender.published_at.is_not(None), MiniTender.state != MiniTenderState.DISCONTINUED)
        .order_by(MiniTender.id)
    )


def _read(query: Rows) -> tuple[tuple[Contract, ...], Decimal]:
    """The contracts notified, and what the others may engage: their award, else their budget."""
    contracts, expected = [], Decimal("0.00")
    for service, category, budget, notified_at, awarded, ordered, accepted in session.execute(query):
        if notified_at is None or awarded is None:
            expected += awarded if awarded is not None else budget or Decimal(0)
        else:
            contracts.append(Contract(service, category, paris_day(notified_at).year, awarded, ordered, accepted))
    return tuple(contracts), expected
