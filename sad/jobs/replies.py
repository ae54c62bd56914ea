"""Recalling the answers that are due to tenderers (AWD-04), and the award notices that are late (PUB-01)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from sad.actions.award_notices import Awaited, awaited_notices, late_act, warn_of_late_notices
from sad.actions.reminders import is_done
from sad.actions.replies import escalate_reply, is_to_remind, remind_reply, standing_requests
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.domain.campaigns import is_over
from sad.jobs.turn import Turn
from sad.models.organisations import Organisation
from sad.models.replies import ReasonRequest

EVER = datetime.min.replace(tzinfo=UTC)


def remind_replies(turn: Turn) -> int:
    """Recall each answer that has not left: to the buyers from the tenth day, to the award authority once late, once each."""
    waiting = session.scalars(standing_requests().where(ReasonRequest.answered_at.is_(None)).with_only_columns(ReasonRequest.id)).all()
    return sum(_recall_once(identifier, turn) for identifier in waiting if not turn.stop.is_set())


def warn_late_notices(turn: Turn) -> int:
    """Tell the buyers once for each quarter whose award notices are late; count the quarters."""
    organisations = session.scalars(select(Organisation.id).order_by(Organisation.id)).all()
    return sum(_warn_once(identifier, turn) for identifier in organisations if not turn.stop.is_set())


def _recall_once(identifier: int, turn: Turn) -> bool:
    with transaction():
        request = session.get(ReasonRequest, identifier, with_for_update={"of": ReasonRequest}, populate_existing=True)
        if request is None or request.answered_at is not None:
            return False
        is_late = is_over(request.due_on, turn.at)
        recalls, act = (escalate_reply, "escalate_reply") if is_late else (remind_reply, "remind_reply")
        if (not is_late and not is_to_remind(request, turn.at)) or is_done(act, request, since=request.asked_at):
            return False
        recalls(request, home=turn.settings.base_url, at=turn.at)
    return True


def _warn_once(identifier: int, turn: Turn) -> int:
    with transaction():
        organisation = session.get(Organisation, identifier, with_for_update=True, populate_existing=True)
        late = _late(organisation, turn) if organisation else []
        for each in late:
            warn_of_late_notices(organisation, each, home=turn.settings.base_url, at=turn.at)
    return len(late)


def _late(organisation: Organisation, turn: Turn) -> Sequence[Awaited]:
    late = [each for each in awaited_notices(organisation, turn.at) if each.is_late(paris_day(turn.at))]
    return [each for each in late if not is_done(late_act(each.quarter), organisation, since=EVER)]
