"""Putting off the deadline of a mini-tender that was sent, and changing its words, take two people (TIM-03).

Always, whether or not somebody has deposited: if only a first offer asked for two people, the page would tell that there is one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sad.actions.approvals import waiting_approval
from sad.actions.mini_tender_changes import change_mini_tender, check_change, planned_change
from sad.actions.publications import invitees_of
from sad.db import session
from sad.domain.approvals import Fact, Shown
from sad.domain.calendar import PARIS
from sad.domain.deadline_changes import Rewording
from sad.domain.sentences import french_moment
from sad.letters import mini_tender_changes as letters
from sad.models.approvals import Approval, ApprovalKind
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person
from sad.trust.canonical import instant

NOTHING = "rien d’indiqué"


def deadline_change(
    mini_tender: MiniTender, new_closes_at: datetime | None, words: Mapping[str, str] | None, *, version: int, reason: str, home: str
) -> Approval:
    """The request to put the deadline off and, with `words`, to change what is asked; `home` is what the letters lead to."""
    return Approval(
        organisation_id=mini_tender.organisation_id,
        kind=ApprovalKind.CHANGE,
        object=f"{MiniTender.__tablename__}:{mini_tender.id}",
        content={
            "closes_at": new_closes_at and instant(new_closes_at),
            "words": words and dict(words),
            "version": version,
            "reason": reason.strip(),
            "home": home,
        },
    )


def show_change(asked: Approval) -> Shown:
    """What both read: the deadline as it is and as it would be, each piece of the need that changes, the reason, the letter."""
    found, new, reason = session.get_one(MiniTender, asked.subject_id), _new_deadline(asked), asked.content["reason"]
    changed, old, _, _ = planned_change(found, new, asked.content["words"], reason=reason)
    letter = letters.changed(found, changed, old, new, reason, home=asked.content["home"])
    return Shown(
        title=f"{'Modifier ce qui est demandé' if changed else 'Prolonger la date limite'}\u00a0: {found.title}",
        facts=(
            ("Consultation", found.title),
            ("Service", found.service.name),
            ("Date limite d’aujourd’hui", _moment(old)),
            ("Nouvelle date limite", _moment(new)),
            *(fact for each in changed for fact in _before_and_after(each)),
            ("Motif", reason),
            ("Fournisseurs invités", str(len(invitees_of(found)))),
        ),
        consequences=(
            "La nouvelle date limite vaut aussitôt, pour tous. Elle ne pourra plus être avancée.",
            "Les offres déjà reçues, s’il y en a, restent scellées et valables.",
            "Chaque invité est prévenu, dans les mêmes mots ; le service demandeur aussi.",
        ),
        letters=(("À chaque invité", letter.subject, letter.body),),
    )


def check_changing(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless whoever asked may make this change now."""
    check_change(session.get_one(MiniTender, asked.subject_id), **_facts(asked), by=asked.asker, at=at)


def do_change(asked: Approval, at: datetime) -> None:
    """Change it, in the names of both."""
    assert asked.ender is not None
    mini_tender, said = session.get_one(MiniTender, asked.subject_id), _facts(asked)
    change_mini_tender(mini_tender, **said, home=asked.content["home"], approved_by=asked.ender, by=asked.asker, at=at)


def waiting_change(mini_tender: MiniTender, at: datetime) -> Approval | None:
    """The change of this mini-tender that waits for a second person."""
    return waiting_approval(ApprovalKind.CHANGE, f"{MiniTender.__tablename__}:{mini_tender.id}", at)


def closing_of(asked: Approval) -> datetime | None:
    """Until when it can be approved at most: the deadline that it puts off."""
    return session.get_one(MiniTender, asked.subject_id).closes_at


def _new_deadline(asked: Approval) -> datetime:
    return datetime.fromisoformat(asked.content["closes_at"])


def _facts(asked: Approval) -> dict[str, Any]:
    content = asked.content
    new = _new_deadline(asked) if content["closes_at"] else None
    return {"new_closes_at": new, "words": content["words"], "version": content["version"], "reason": content["reason"]}


def _before_and_after(word: Rewording) -> tuple[Fact, Fact]:
    return (f"{word.label}, avant", word.before or NOTHING), (f"{word.label}, ensuite", word.after or NOTHING)


def _moment(at: datetime) -> str:
    return f"{french_moment(at.astimezone(PARIS))}, heure de Paris"
