"""How much of a system's announced maximum is engaged by the contracts that were awarded (SAD-02)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from sad import parameters
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.estimates import Engagement
from sad.models.awards import Award, AwardState
from sad.models.evaluations import RankedOffer
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.systems import PurchasingSystem


def engagement_of(system: PurchasingSystem, at: datetime) -> Engagement:
    """The approved awards of the system against its maximum, in EUR excl. VAT, with the share that calls for a warning."""
    awarded = (
        select(func.sum(Offer.total))
        .join(RankedOffer, RankedOffer.offer_id == Offer.id)
        .join(Award, Award.ranked_offer_id == RankedOffer.id)
        .join(MiniTender, MiniTender.id == Award.mini_tender_id)
        .where(MiniTender.system_id == system.id, Award.state == AwardState.APPROVED)
    )
    return Engagement(
        engaged=session.scalar(awarded) or Decimal(0),
        announced_maximum=system.max_value,
        warning_percent=parameters.value("ceiling_warning_percent", on=paris_day(at)),
    )
