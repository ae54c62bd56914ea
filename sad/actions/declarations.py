"""What agents declare before they act on a mini-tender's offers: no interest in any tenderer (ANA-05, L2141-10)."""

from datetime import datetime

from sqlalchemy import select

from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.actions.mini_tenders import hold
from sad.actions.withdrawals import withdraw_person
from sad.db import session
from sad.domain.errors import Refusal, Refused
from sad.letters import declarations as letters
from sad.models.evaluations import ConflictDeclaration
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role

TAKING_OVER = (Role.BUYER, Role.AWARD_AUTHORITY, Role.EVALUATOR, Role.OPENER)


def declare_interests(mini_tender: MiniTender, *, has_conflict: bool, link: str = "", by: Person, at: datetime) -> ConflictDeclaration:
    """Say whether one has an interest in the result, and with a conflict which one: `link`, a sentence kept in the file.

    A conflict found later is declared too, and is never taken back. Whoever declares one stands aside; colleagues are told to
    take over. Raises `Refused`.
    """
    hold(mini_tender)
    declared = declaration_of(mini_tender, by)
    faults = _declaration_faults(declared, has_conflict, link)
    if faults:
        raise Refused(*faults)
    if declared and declared.has_conflict == has_conflict:
        return declared
    if declared is None:
        declared = ConflictDeclaration(organisation_id=mini_tender.organisation_id, mini_tender_id=mini_tender.id, person_id=by.id)
        session.add(declared)
    declared.has_conflict, declared.declared_at = has_conflict, at
    declared.link = link.strip() if has_conflict else None
    record("declare_interests", declared, by=by, at=at, mini_tender=mini_tender.id, has_conflict=has_conflict, link=declared.link)
    if has_conflict:
        withdraw_person(mini_tender, by=by, at=at)
        for colleague in _who_takes_over(mini_tender, by):
            text = letters.stood_aside(mini_tender, person=by)
            post_letter(text, to=colleague, at=at, organisation_id=mini_tender.organisation_id, mini_tender=mini_tender)
    return declared


def declaration_of(mini_tender: MiniTender, person: Person) -> ConflictDeclaration | None:
    """What this person has declared on this mini-tender, if anything."""
    declared = select(ConflictDeclaration).where(
        ConflictDeclaration.mini_tender_id == mini_tender.id, ConflictDeclaration.person_id == person.id
    )
    return session.scalar(declared)


def concerned_people(mini_tender: MiniTender) -> set[int]:
    """The ids of those who have declared a link with one of its suppliers."""
    declared = select(ConflictDeclaration.person_id).where(
        ConflictDeclaration.mini_tender_id == mini_tender.id, ConflictDeclaration.has_conflict
    )
    return set(session.scalars(declared))


def interest_faults(mini_tender: MiniTender, person: Person) -> list[Refusal]:
    """Why this person may not act on the offers: nothing declared yet, or a conflict of interest (L2141-10)."""
    declared = declaration_of(mini_tender, person)
    if declared is None:
        message = "Vous n’avez pas encore déclaré si vous avez un intérêt dans cette consultation."
        return [Refusal(message, "Faire d’abord cette déclaration : elle tient en une ligne.", "ANA-05", "has_conflict")]
    if declared.has_conflict:
        message = "Vous avez déclaré un intérêt dans cette consultation : vous ne pouvez ni ouvrir, ni noter, ni décider."
        return [Refusal(message, "Un collègue sans lien avec les fournisseurs prend le relais.", "ANA-05", "has_conflict")]
    return []


def check_interests(mini_tender: MiniTender, person: Person) -> None:
    """Raises `Refused` unless this person has declared that it has no interest."""
    faults = interest_faults(mini_tender, person)
    if faults:
        raise Refused(*faults)


def _declaration_faults(declared: ConflictDeclaration | None, has_conflict: bool, link: str) -> list[Refusal]:
    if declared and declared.has_conflict and not has_conflict:
        message = "Vous avez déclaré un intérêt dans cette consultation : il ne s’efface pas."
        return [Refusal(message, "Un collègue prend le relais.", "ANA-05", "has_conflict")]
    if has_conflict and not link.strip() and not (declared and declared.has_conflict):
        return [Refusal("Le lien n’est pas dit.", "Écrire en une phrase avec quelle entreprise, et lequel.", "ANA-05", "link")]
    return []


def _who_takes_over(mini_tender: MiniTender, by: Person) -> list[Person]:
    """The buyers without a link; where there is none, the first of the other roles that has somebody."""
    concerned = concerned_people(mini_tender) | {by.id}
    for role in TAKING_OVER:
        free = [person for person in people_with(role, mini_tender.organisation_id) if person.id not in concerned]
        if free:
            return free
    return []
