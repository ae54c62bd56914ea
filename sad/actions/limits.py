"""The legal days of an application: until when nobody reads it, until when it must be answered."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select

from sad import parameters
from sad.db import session
from sad.domain.admission.limits import Limits, evaluation_limits, is_sealed
from sad.domain.calendar import paris_day
from sad.domain.law import EvaluationLaw
from sad.models.applications import Application
from sad.models.mini_tenders import MiniTender
from sad.models.systems import PurchasingSystem


def limits_of(application: Application) -> Limits:
    """The days that bind the buyer for a submitted application (SAD-08 to SAD-10); the day of the law is its `answer_due_on`."""
    return limits_of_all([application])[application.id]


def limits_of_all(applications: Collection[Application]) -> dict[int, Limits]:
    """The same for a list of them, by application, in one statement at most."""
    systems = {each.system_id for each in applications if each.system.initial_evaluation_days}
    invited = _first_invitations(systems) if systems else {}
    return {each.id: _limits(each, invited.get(each.system_id), each.extended_at is not None) for each in applications}


def extended_limits_of(application: Application) -> Limits:
    """What they would be if the evaluation were extended to fifteen working days (SAD-09)."""
    return _limits(application, _first_invitations({application.system_id}).get(application.system_id), True)


def is_application_sealed(application: Application, at: datetime) -> bool:
    """Whether its content is still unread at that instant: until the end of the initial period (R2132-9)."""
    return is_sealed(at, window_ends(application.system))


def window_ends(system: PurchasingSystem) -> date | None:
    """The last day of the initial period for applications (R2162-44); None without a dispatched notice."""
    return system.window_ends(_window_days(system)) if system.notice_dispatched_at else None


def prolonged_until(system: PurchasingSystem) -> date | None:
    """The last day of the prolonged initial evaluation that the documents announce (R2162-45 al. 3); None without one."""
    return system.prolonged_until(_window_days(system)) if system.notice_dispatched_at else None


def _limits(application: Application, first_invitation_at: datetime | None, extended: bool) -> Limits:
    if application.submitted_at is None:
        raise ValueError("a draft binds nobody")
    return evaluation_limits(
        application.submitted_at,
        EvaluationLaw.on(paris_day(application.submitted_at), parameters.value),
        extended=extended,
        window_ends=window_ends(application.system),
        prolonged_until=prolonged_until(application.system),
        first_invitation_at=first_invitation_at,
    )


def _window_days(system: PurchasingSystem) -> int:
    assert system.notice_dispatched_at is not None
    return int(parameters.value("first_invitation_days", on=paris_day(system.notice_dispatched_at)))


def _first_invitations(systems: Collection[int]) -> dict[int, datetime]:
    """When each system sent its first invitation, if it did."""
    sent = (
        select(MiniTender.system_id, func.min(MiniTender.published_at))
        .where(MiniTender.system_id.in_(systems), MiniTender.published_at.is_not(None))
        .group_by(MiniTender.system_id)
    )
    return {system: at for system, at in session.execute(sent) if at is not None}
