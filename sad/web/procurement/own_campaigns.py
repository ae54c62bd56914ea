"""What pages of campaigns load through the organisation: another's does not exist."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sad.models.admissions import Admission
from sad.models.campaigns import Campaign, CampaignDocument, CampaignRequest
from sad.models.systems import PurchasingSystem
from sad.web.access import current_organisation, own_or_404


def own_campaign(system_id: int, campaign_id: int) -> Campaign:
    """A campaign of one of our systems; 404 otherwise."""
    return own_or_404(
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.system_id == system_id, Campaign.organisation_id == current_organisation().id)
        .options(joinedload(Campaign.system).joinedload(PurchasingSystem.organisation), joinedload(Campaign.stage))
    )


def own_requests(campaign: Campaign) -> Select[tuple[CampaignRequest]]:
    """Its requests, with the supplier and the category of each."""
    admission = joinedload(CampaignRequest.admission)
    return (
        select(CampaignRequest)
        .where(CampaignRequest.campaign_id == campaign.id)
        .options(admission.joinedload(Admission.supplier), admission.joinedload(Admission.category))
    )


def own_request(campaign: Campaign, request_id: int) -> CampaignRequest:
    """One of them with all that its pages show; 404 otherwise."""
    documents = selectinload(CampaignRequest.documents).joinedload(CampaignDocument.document)
    return own_or_404(
        own_requests(campaign)
        .where(CampaignRequest.id == request_id)
        .options(documents, joinedload(CampaignRequest.decider), joinedload(CampaignRequest.campaign))
    )
