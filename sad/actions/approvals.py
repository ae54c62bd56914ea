"""Asking for an act that takes two people, and what becomes of the request; which acts do is said by `shared_acts`."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.db import session
from sad.domain.approvals import Shown, approval_faults, request_ends
from sad.domain.errors import Refused, refuse
from sad.letters import approvals as letters
from sad.models.approvals import Approval, ApprovalKind, ApprovalOutcome
from sad.models.people import Person
from sad.trust.canonical import canonical_json, instant


def fingerprint_of(shown: Shown) -> str:
    """SHA-256 of what is read before approving."""
    return hashlib.sha256(canonical_json(shown.as_dict())).hexdigest()


def waiting_approval(kind: ApprovalKind, about: str, at: datetime) -> Approval | None:
    """The request for this act on this thing that still waits, if there is one, with who asked."""
    waiting = select(Approval).where(Approval.kind == kind, Approval.object == about, Approval.outcome.is_(None), Approval.expires_at >= at)
    return session.scalar(waiting.options(joinedload(Approval.asker).lazyload(Person.roles)))


def keep_request(
    asked: Approval, shown: Shown, *, approvers: Sequence[Person], until: datetime | None = None, home: str, by: Person, at: datetime
) -> Approval:
    """Keep a request and tell those who may approve it. It holds 24 hours, or less when the act cannot be done after `until`.

    Raises `Refused` when the same waits already, when nobody else may approve, or when no time is left to.
    """
    _lapse_former(asked, at)
    if waiting_approval(ApprovalKind(asked.kind), asked.object, at) is not None:
        raise refuse("C’est déjà demandé, et une autre personne doit répondre.", "Attendre sa réponse, ou retirer la demande.")
    others = [person for person in approvers if person.id != by.id]
    if not others:
        message = "Cet acte se fait à deux, et personne d’autre n’a le rôle qu’il faut."
        raise refuse(message, "L’administrateur donne ce rôle à un collègue.")
    asked.title, asked.shown_sha256, asked.asker = shown.title[:200], fingerprint_of(shown), by
    asked.asked_at, asked.expires_at = at, request_ends(at, until)
    if asked.expires_at <= at:
        remedy = "Revenir à la page d’où part la demande : elle dit ce qui reste possible."
        raise refuse("Il ne reste pas le temps qu’une autre personne approuve.", remedy)
    session.add(asked)
    session.flush()
    text = letters.approval_asked(asked, home=home)
    for person in others:
        post_letter(text, to=person, at=at, organisation_id=asked.organisation_id)
    record("ask_approval", asked, by=by, at=at, **_told(asked), expires_at=instant(asked.expires_at))
    return asked


def keep_approval(asked: Approval, shown: Shown, *, read_sha256: str, by: Person, at: datetime) -> Approval:
    """Keep that another person approves what it read. Raises `Refused` unless it is another, in time, on the same words."""
    session.refresh(asked, with_for_update={"of": Approval})
    faults = list(approval_faults(asked.as_asked(), by=by.id, read_sha256=read_sha256, now_sha256=fingerprint_of(shown), at=at))
    if faults:
        raise Refused(*faults)
    _end(asked, ApprovalOutcome.APPROVED, by, at)
    record("approve_act", asked, by=by, at=at, **_told(asked))
    post_letter(letters.approval_answered(asked), to=asked.asker, at=at, organisation_id=asked.organisation_id)
    return asked


def end_request(asked: Approval, reason: str, *, by: Person, at: datetime) -> Approval:
    """Decline a request, with a reason that whoever asked reads; or, for whoever asked, take it back. Raises `Refused`."""
    session.refresh(asked, with_for_update={"of": Approval})
    if not asked.waits_at(at):
        raise refuse("Cette demande a déjà sa réponse, ou ne vaut plus.", "Relire ce qu’elle est devenue.")
    if asked.asked_by == by.id:
        _end(asked, ApprovalOutcome.WITHDRAWN, by, at)
        record("withdraw_approval", asked, by=by, at=at, **_told(asked))
        return asked
    if not reason.strip():
        raise refuse("La raison n’est pas écrite.", "La dire en une phrase à la personne qui demande.", field="reason")
    asked.ended_reason = reason.strip()
    _end(asked, ApprovalOutcome.DECLINED, by, at)
    record("decline_approval", asked, by=by, at=at, **_told(asked), reason=asked.ended_reason)
    post_letter(letters.approval_answered(asked), to=asked.asker, at=at, organisation_id=asked.organisation_id)
    return asked


def _end(asked: Approval, outcome: ApprovalOutcome, by: Person, at: datetime) -> None:
    asked.outcome, asked.ender, asked.ended_at = outcome, by, at


def _lapse_former(asked: Approval, at: datetime) -> None:
    """A request past its time makes place for another."""
    former = select(Approval).where(
        Approval.kind == asked.kind, Approval.object == asked.object, Approval.outcome.is_(None), Approval.expires_at < at
    )
    for each in session.scalars(former):
        each.outcome, each.ended_at = ApprovalOutcome.LAPSED, at
        record("lapse_approval", each, by=None, at=at, **_told(each))
    session.flush()


def _told(asked: Approval) -> dict[str, Any]:
    return {"kind": asked.kind, "about": asked.object, "content": asked.content, "asked_by": asked.asked_by, "shown": asked.shown_sha256}
