"""What is irregular in opened offers, what could be asked of their tenderers about it, and for how long (ANA-02)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sad import parameters
from sad.actions.examination_answers import waiting_requests
from sad.domain.calendar import last_day, paris_day
from sad.domain.classification import Findings
from sad.domain.offers import regularised
from sad.domain.regularisations import Candidate, Period
from sad.domain.stages import Gap, gaps
from sad.models.offers import Classification, Offer


def candidates_of(offers: Iterable[Offer], findings: Mapping[int, Findings]) -> list[Candidate]:
    """These opened offers as a regularisation sees them."""
    offers = list(offers)
    pending = waiting_requests(offers)
    return [Candidate(each.id, each.supplier.name, findings[each.id], each.classification, each.id in pending) for each in offers]


def gaps_with(offer: Offer, values: Mapping[str, Any]) -> list[Gap]:
    """What the offer as it was opened would still lack if these values, by key of specification, took the place of its own."""
    mini_tender = offer.mini_tender
    said = regularised(offer.content or {}, values)["values"]
    return gaps(mini_tender.frozen_stage(), said, offer.supplier.families, mini_tender.category.key if mini_tender.category else "")


def remark_on(offer: Offer) -> str:
    """What a person found irregular in the offer, unless rules alone say the same; empty when nobody did."""
    if offer.classification != Classification.IRREGULAR:
        return ""
    said = offer.classification_reason or ""
    return "" if said == usual_reason(gap.sentence for gap in gaps_with(offer, {})) else said


def points_of(offer: Offer) -> list[str]:
    """All that is irregular in the offer, in French, one sentence each: what rules find, then what a person found."""
    remark = remark_on(offer)
    return [gap.sentence for gap in gaps_with(offer, {})] + ([remark] if remark else [])


def usual_reason(shortfalls: Iterable[str]) -> str:
    """Why rules find an offer irregular, as one reason."""
    return "\u00a0; ".join(shortfalls)


def period(at: datetime) -> Period:
    """How many working days may be given."""
    day = paris_day(at)
    least, most = (parameters.value("regularisation_minimum_days", on=day), parameters.value("regularisation_maximum_days", on=day))
    return Period(int(least), int(most))


def usual_days(at: datetime) -> int:
    """How many working days are proposed."""
    return int(parameters.value("regularisation_days", on=paris_day(at)))


def regularisation_due_on(days: int, at: datetime) -> date:
    """The last day to answer a request sent at that instant: Monday to Friday, the reading that gives more time."""
    return last_day(paris_day(at), days, "working-eu")
