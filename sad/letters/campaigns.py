"""Letters of a re-confirmation campaign: asked, reminded, received, kept, suspended, closed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sad import parameters
from sad.domain.admission.decision import Reason
from sad.domain.admission.statement import STATEMENT
from sad.domain.calendar import paris_day
from sad.domain.campaigns import Point, points_of
from sad.domain.law import EvaluationLaw
from sad.domain.requirements import Requirement
from sad.letters.applications import points_of as cited_points
from sad.letters.text import LetterText, write_letter
from sad.models.campaigns import Campaign, CampaignRequest
from sad.models.suppliers import Supplier


def asked(campaign: Campaign, supplier: Supplier, requests: Sequence[CampaignRequest], *, home: str) -> LetterText:
    """To one supplier: why, until when, the little that is asked, and what happens then (R2162-47). `home`: address of the site."""
    return write_letter("campaign_request", **_about(campaign, supplier, requests), home=home)


def reminder(campaign: Campaign, supplier: Supplier, requests: Sequence[CampaignRequest], *, home: str) -> LetterText:
    """To one supplier that has not answered."""
    return write_letter("campaign_reminder", **_about(campaign, supplier, requests), home=home)


def received(request: CampaignRequest, *, missing: Sequence[Requirement], at: datetime) -> LetterText:
    """The receipt of a confirmation (REC-02), with the proofs that are still missing."""
    return write_letter("campaign_received", request=request, campaign=request.campaign, missing=missing, at=at)


def kept(request: CampaignRequest, *, at: datetime) -> LetterText:
    """The admission goes on, as before."""
    return write_letter("campaign_kept", request=request, campaign=request.campaign, at=at)


def suspended(
    request: CampaignRequest, reasons: Sequence[Reason], *, renewals: Sequence[Requirement], effective_on: date, at: datetime
) -> LetterText:
    """The suspension: what was decided, from when, why, how to come back, the remedies (R2181-1, R2181-3)."""
    stage = request.campaign.stage.as_value()
    return write_letter(
        "campaign_suspended",
        request=request,
        campaign=request.campaign,
        stage=stage,
        points=cited_points(reasons, stage),
        is_silent=any(reason.requirement == STATEMENT for reason in reasons),
        renewals=renewals,
        effective_on=effective_on,
        is_at_once=effective_on <= paris_day(at),
        law=EvaluationLaw.on(paris_day(at), parameters.value),
        at=at,
    )


def closed(campaign: Campaign, supplier: Supplier, requests: Sequence[CampaignRequest]) -> LetterText:
    """The campaign ends without a decision on these admissions: nothing changes for them."""
    return write_letter("campaign_closed", **_about(campaign, supplier, requests))


def _about(campaign: Campaign, supplier: Supplier, requests: Sequence[CampaignRequest]) -> dict[str, object]:
    return {
        "campaign": campaign,
        "supplier": supplier,
        "categories": [each.admission.category.label for each in requests],
        "renewals": _renewals(campaign, requests),
    }


def _renewals(campaign: Campaign, requests: Iterable[CampaignRequest]) -> list[Point]:
    """What is to be given, each point once."""
    stage = campaign.stage.as_value()
    points = (point for each in requests for point in points_of(each.as_file(), stage, campaign.due_on))
    return list({point.requirement.key: point for point in points if not point.is_held}.values())
