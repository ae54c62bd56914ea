"""Reminding buyers of the applications that wait for their answer."""

from datetime import datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from sad.actions.limits import limits_of
from sad.actions.reminders import is_done, remind_of_evaluation
from sad.db import session, transaction
from sad.domain.admission.limits import Limits, Standing
from sad.domain.calendar import PARIS, paris_day
from sad.jobs.turn import Turn
from sad.models.applications import PENDING_STATES, Application
from sad.models.systems import PurchasingSystem


def remind_evaluations(turn: Turn) -> int:
    """Warn at the seventh working day, alert higher at the tenth, say so once the limit is past (SAD-08); count the reminders."""
    reminded = 0
    for identifier in session.scalars(select(Application.id).where(Application.state.in_(PENDING_STATES)).order_by(Application.id)).all():
        if turn.stop.is_set():
            break
        with transaction():
            reminded += _remind_once(identifier, turn)
    return reminded


def _remind_once(identifier: int, turn: Turn) -> bool:
    application = session.scalar(_pending(identifier))
    if application is None:
        return False
    limits = limits_of(application)
    standing = limits.standing(paris_day(turn.at))
    action = f"remind_of_evaluation_{standing}"
    if standing == "in_time" or is_done(action, application, since=_since(limits, standing)):
        return False
    remind_of_evaluation(application, limits, standing, home=turn.settings.base_url, at=turn.at)
    return True


def _pending(identifier: int) -> Select[tuple[Application]]:
    """The application if it still waits, locked, so that a decision taken meanwhile makes no reminder."""
    system = joinedload(Application.system).joinedload(PurchasingSystem.organisation)
    return (
        select(Application)
        .where(Application.id == identifier, Application.state.in_(PENDING_STATES))
        .options(joinedload(Application.supplier), joinedload(Application.category), system)
        .with_for_update(of=Application)
    )


def _since(limits: Limits, standing: Standing) -> datetime:
    """When the application came to stand there, under the limits of today: an extension makes the reminders due again."""
    day = {"warning": limits.warning_day, "alert": limits.alert_day, "overdue": limits.hard + timedelta(days=1)}[standing]
    return datetime.combine(day, time.min, PARIS)
