"""Reminding invitees that have not opened the page, warning of mini-tenders that close, and of those that wait to be opened."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from sad import parameters
from sad.actions.reminders import announce_waiting_opening, is_done, remind_unopened, warn_of_closing, warn_of_drafts
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.domain.phases import phase
from sad.domain.reminders import closing_notice, draft_notice, unopened_since
from sad.jobs.turn import Turn
from sad.models.mini_tenders import MiniTender, MiniTenderState

# Two working days never span more than this: a week-end and the longest run of holidays between.
HORIZON = timedelta(days=10)


def warn_closing(turn: Turn) -> int:
    """Remind the invitees that have not answered, two working days before the deadline, then 24 hours before; count the mini-tenders.

    Those who have typed an offer and not deposited it are told again 2 hours and half an hour before.
    """
    near = MiniTender.closes_at.between(turn.at, turn.at + HORIZON)
    return _each(turn, near, _warn_once)


def remind_unopened_invitations(turn: Turn) -> int:
    """Remind the invitees that have not opened the page, some working days after the sending; count the mini-tenders."""
    return _each(turn, MiniTender.closes_at > turn.at, _remind_once)


def announce_closed(turn: Turn) -> int:
    """Tell requester and openers of each mini-tender whose time is over and which is not opened yet; count them."""
    return _each(turn, MiniTender.closes_at < turn.at, _announce_once)


def _each(turn: Turn, condition: ColumnElement[bool], act: Callable[[MiniTender, Turn], bool]) -> int:
    done = 0
    published = select(MiniTender.id).where(MiniTender.state == MiniTenderState.PUBLISHED, condition).order_by(MiniTender.closes_at)
    for identifier in session.scalars(published).all():
        if turn.stop.is_set():
            break
        with transaction():
            mini_tender = session.get(MiniTender, identifier, with_for_update={"read": True}, populate_existing=True)
            done += mini_tender is not None and act(mini_tender, turn)
    return done


def _warn_once(mini_tender: MiniTender, turn: Turn) -> bool:
    if phase(mini_tender, turn.at) != "open" or mini_tender.published_at is None or mini_tender.closes_at is None:
        return False
    instants, home = (mini_tender.published_at, mini_tender.closes_at, turn.at), turn.settings.base_url
    told = 0
    for_drafts = draft_notice(*instants)
    if for_drafts and not is_done(f"warn_of_drafts_{for_drafts.kind}", mini_tender, since=for_drafts.since):
        warn_of_drafts(mini_tender, for_drafts, home=home, at=turn.at)
        told += 1
    notice = closing_notice(*instants)
    if notice and not is_done(f"warn_of_closing_{notice.kind}", mini_tender, since=notice.since):
        warn_of_closing(mini_tender, notice, home=home, at=turn.at, but_drafts=for_drafts is not None)
        told += 1
    return told > 0


def _remind_once(mini_tender: MiniTender, turn: Turn) -> bool:
    if phase(mini_tender, turn.at) != "open" or mini_tender.published_at is None or mini_tender.closes_at is None:
        return False
    working_days = parameters.value("unopened_reminder_working_days", on=paris_day(mini_tender.published_at))
    since = unopened_since(mini_tender.published_at, mini_tender.closes_at, turn.at, working_days)
    if since is None or is_done("remind_unopened", mini_tender, since=since):
        return False
    remind_unopened(mini_tender, since, home=turn.settings.base_url, at=turn.at)
    return True


def _announce_once(mini_tender: MiniTender, turn: Turn) -> bool:
    if phase(mini_tender, turn.at) != "closed" or mini_tender.closes_at is None:
        return False
    if is_done("announce_waiting_opening", mini_tender, since=mini_tender.closes_at):
        return False
    announce_waiting_opening(mini_tender, home=turn.settings.base_url, at=turn.at)
    return True
