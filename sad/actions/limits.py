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
    invited = _first_invitations({each.system for each in applications})
    return {
        each.id: _limits(each.system, _received_at(each), invited.get(each.system_id), each.extended_at is not None)
        for each in applications
    }


def extended_limits_of(application: Application) -> Limits:
    """What they would be if the evaluation were extended to fifteen working days (SAD-09)."""
    system = application.system
    return _limits(system, _received_at(application), _first_invitations({system}).get(system.id), True)


def limits_if_received(system: PurchasingSystem, at: datetime) -> Limits:
    """Those of an application received at that instant."""
    return _limits(system, at, _first_invitations({system}).get(system.id), False)


def evaluation_days(application: Application) -> int:
    """How many working days the law gives to answer it, its evaluation being extended or not."""
    law = EvaluationLaw.on(paris_day(_received_at(application)), parameters.value)
    return law.evaluation_extended_working_days if application.extended_at else law.evaluation_working_days


def is_application_sealed(application: Application, at: datetime) -> bool:
    """Whether its content is still unread at that instant: until the end of the initial period (R2132-9)."""
    return is_sealed(at, window_ends(application.system))


def window_ends(system: PurchasingSystem) -> date | None:
    """The last day of the initial period for applications (R2162-44); None without a dispatched notice."""
    return system.window_ends(_window_days(system)) if system.notice_dispatched_at else None


def prolonged_until(system: PurchasingSystem) -> date | None:
    """The last day of the prolonged initial evaluation that the documents announce (R2162-45 al. 3); None without one."""
    return system.prolonged_until(_window_days(system)) if system.notice_dispatched_at else None


def _limits(system: PurchasingSystem, received_at: datetime, first_invitation_at: datetime | None, extended: bool) -> Limits:
    return evaluation_limits(
        received_at,
        EvaluationLaw.on(paris_day(received_at), parameters.value),
        extended=extended,
        window_ends=window_ends(system),
        prolonged_until=prolonged_until(system),
        first_invitation_at=first_invitation_at,
    )


def _received_at(application: Application) -> datetime:
    if application.submitted_at is None:
        raise ValueError("a draft binds nobody")
    return application.submitted_at


def _window_days(system: PurchasingSystem) -> int:
    assert system.notice_dispatched_at is not None
    return int(parameters.value("first_invitation_days", on=paris_day(system.notice_dispatched_at)))


def _first_invitations(systems: Collection[PurchasingSystem]) -> dict[int, datetime]:
    """When each system whose documents announce a prolonged evaluation sent its first invitation, if it did."""
    prolonged = [each.id for each in systems if each.initial_evaluation_days]
    if not prolonged:
        return {}
    sent = (
        select(MiniTender.system_id, func.min(MiniTender.published_at))
        .where(MiniTender.system_id.in_(prolonged), MiniTender.published_at.is_not(None))
        .group_by(MiniTender.system_id)
    )
    return {system: at for system, at in session.execute(sent) if at is not None}
