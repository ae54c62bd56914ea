"""What the date of a stage meets on its way."""

from datetime import date, datetime, time

from sqlalchemy import select

from sad.db import session
from sad.domain.calendar import PARIS
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.systems import PurchasingSystem

MOST_NAMED = 10


def tenders_across(system: PurchasingSystem, day: date, *, at: datetime) -> list[MiniTender]:
    """The first mini-tenders sent before that day and open at that instant that still take offers on it: they keep their stage.

    PAL-04: the stage of a mini-tender is the one in force when it was sent.
    """
    start = datetime.combine(day, time(), PARIS)
    crossed = select(MiniTender).where(
        MiniTender.system_id == system.id,
        MiniTender.state == MiniTenderState.PUBLISHED,
        MiniTender.published_at < start,
        MiniTender.closes_at >= max(start, at),
    )
    return list(session.scalars(crossed.order_by(MiniTender.closes_at, MiniTender.id).limit(MOST_NAMED)))
