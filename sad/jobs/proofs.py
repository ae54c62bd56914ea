"""Reminding awardees of their proofs, and holders of those that end while their contract runs."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from sad.actions.proof_reminders import is_near_its_end, remind_proofs, remind_renewal, to_renew
from sad.actions.proofs import missing_of
from sad.actions.reminders import is_done
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.jobs.turn import Turn
from sad.models.awards import Award, AwardState
from sad.models.proofs import AwaitedProof, ProofRequest


def remind_awardees(turn: Turn) -> int:
    """Remind each awardee that lacks a proof some days before the last one, once; count those reminded (AWD-01)."""
    near = (Award.notified_at.is_(None), ProofRequest.due_on >= paris_day(turn.at))
    return sum(_remind_once(identifier, turn) for identifier in _requests(*near) if not turn.stop.is_set())


def remind_renewals(turn: Turn) -> int:
    """Ask holders for the proofs that end before their contract does, once for each; count them (AWD-02)."""
    return sum(_renew_once(identifier, turn) for identifier in _requests(Award.notified_at.is_not(None)) if not turn.stop.is_set())


def _requests(*conditions: ColumnElement[bool]) -> Sequence[int]:
    standing = select(ProofRequest.id).join(ProofRequest.award).where(Award.state == AwardState.APPROVED, *conditions)
    return session.scalars(standing.order_by(ProofRequest.id)).all()


def _remind_once(identifier: int, turn: Turn) -> bool:
    with transaction():
        request = _held(identifier)
        if request is None or request.award.state != AwardState.APPROVED or not is_near_its_end(request, turn.at):
            return False
        lacking = any(missing_of(request, company, paris_day(turn.at)) for company in {each.supplier_id for each in request.awaited})
        if not lacking or is_done("remind_proofs", request, since=request.asked_at):
            return False
        remind_proofs(request, home=_home(turn, request), at=turn.at)
    return True


def _renew_once(identifier: int, turn: Turn) -> int:
    with transaction():
        request = _held(identifier)
        due = [each for each in to_renew(request, turn.at) if not _is_told(each, turn)] if request else []
        for awaited in due:
            remind_renewal(awaited, home=_home(turn, awaited.request), at=turn.at)
    return len(due)


def _is_told(awaited: AwaitedProof, turn: Turn) -> bool:
    """Whether the holder was told since its last proof was accepted, or refused."""
    decided = [each.decided_at for each in awaited.given if each.decided_at is not None]
    return is_done("remind_renewal", awaited, since=max(decided, default=turn.at - timedelta(days=1)))


def _held(identifier: int) -> ProofRequest | None:
    """The request, locked, so that a decision taken meanwhile makes no reminder."""
    return session.get(ProofRequest, identifier, with_for_update=True, populate_existing=True)


def _home(turn: Turn, request: ProofRequest) -> str:
    return f"{turn.settings.base_url}/fournisseur/attestations/{request.id}"
