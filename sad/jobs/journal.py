"""Giving the journal's hashes to everybody, and verifying the whole of it each day."""

from sqlalchemy import select

from sad.actions import journal_checks
from sad.actions.published_heads import about_day, about_deadline, is_published, publish_day, publish_deadline
from sad.db import session, transaction
from sad.jobs.turn import Turn
from sad.models.journal import Occasion
from sad.models.mini_tenders import MiniTender, MiniTenderState


class JournalDamaged(Exception):
    """The journal is not what was written (French sentence)."""


def publish_heads(turn: Turn) -> int:
    """Publish the head of each deadline that passed, then that of the day; count them."""
    done = 0
    over = select(MiniTender.id).where(MiniTender.state == MiniTenderState.PUBLISHED, MiniTender.closes_at < turn.at)
    for identifier in session.scalars(over.order_by(MiniTender.closes_at)).all():
        with transaction():
            mini_tender = session.get(MiniTender, identifier)
            if mini_tender is not None and not is_published(Occasion.DEADLINE, about_deadline(mini_tender)):
                publish_deadline(mini_tender, at=turn.at)
                done += 1
    with transaction():
        if not is_published(Occasion.DAY, about_day(turn.at)):
            publish_day(home=turn.settings.base_url, at=turn.at)
            done += 1
    return done


def verify_journal(_turn: Turn) -> int:
    """Read the whole journal again; count its lines. Raises `JournalDamaged`, which the run keeps for whoever audits."""
    report = journal_checks.verify_journal()
    if not report.is_sound:
        raise JournalDamaged(str(report))
    return report.head.seq
