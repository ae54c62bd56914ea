"""Reminding those who have not confirmed their admission; each reminder goes once, however often its job runs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from sad.actions.campaign_files import around_request, suppliers_of
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.db import session
from sad.domain.campaigns import Reminder
from sad.letters import campaigns as letters
from sad.models.campaigns import Campaign, CampaignRequest


def remind_silent(campaign: Campaign, reminder: Reminder, *, home: str, at: datetime) -> int:
    """Write to each supplier that has not answered since the reminder came due, one letter for all its categories; count them."""
    suppliers = suppliers_of(_silent(campaign, reminder.since))
    for supplier, requests in suppliers.items():
        text = letters.reminder(campaign, supplier, requests, home=home)
        key = f"campaign:{campaign.id}:{text.kind}_{reminder.kind}:{supplier.id}"
        post_to_supplier(supplier, text, at=at, organisation_id=campaign.organisation_id, dedupe_key=key)
        for each in requests:
            each.reminders, each.reminded_at = each.reminders + 1, at
    if suppliers:
        record(f"remind_campaign_{reminder.kind}", campaign, by=None, at=at, told=[each.id for each in suppliers])
    return len(suppliers)


def _silent(campaign: Campaign, since: datetime) -> Sequence[CampaignRequest]:
    """The requests neither answered, nor decided, nor reminded since then."""
    waiting = select(CampaignRequest).where(
        CampaignRequest.campaign_id == campaign.id,
        CampaignRequest.answered_at.is_(None),
        CampaignRequest.decided_at.is_(None),
        or_(CampaignRequest.reminded_at.is_(None), CampaignRequest.reminded_at < since),
    )
    return session.scalars(waiting.options(*around_request()).order_by(CampaignRequest.id)).all()
