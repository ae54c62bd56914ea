"""Reminding the suppliers that have not confirmed their admission."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.campaign_reminders import remind_silent
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.domain.campaigns import reminder_due
from sad.jobs.turn import Turn
from sad.models.campaigns import Campaign


def remind_campaigns(turn: Turn) -> int:
    """Remind the silent seven days before the last day of each campaign, then two; count the suppliers written to."""
    reminded = 0
    running = select(Campaign.id).where(Campaign.closed_at.is_(None), Campaign.due_on >= paris_day(turn.at)).order_by(Campaign.id)
    for identifier in session.scalars(running).all():
        if turn.stop.is_set():
            break
        with transaction():
            reminded += _remind_once(identifier, turn)
    return reminded


def _remind_once(identifier: int, turn: Turn) -> int:
    campaign = session.scalar(
        select(Campaign)
        .where(Campaign.id == identifier, Campaign.closed_at.is_(None))
        .options(joinedload(Campaign.system), joinedload(Campaign.stage))
        .with_for_update(of=Campaign)
    )
    reminder = reminder_due(campaign.asked_at, campaign.due_on, turn.at) if campaign else None
    if campaign is None or reminder is None:
        return 0
    return remind_silent(campaign, reminder, home=turn.settings.base_url, at=turn.at)
