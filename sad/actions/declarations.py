"""What agents declare before they act on a mini-tender's offers: no interest in any tenderer (ANA-05, L2141-10)."""

from datetime import datetime

from sqlalchemy import select

from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.models.evaluations import ConflictDeclaration
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person


def declare_interests(mini_tender: MiniTender, *, has_conflict: bool, by: Person, at: datetime) -> ConflictDeclaration:
    """Say whether one has an interest in the result. A conflict found later is declared too; it is never taken back."""
    declared = declaration_of(mini_tender, by)
    if declared and declared.has_conflict and not has_conflict:
        raise refuse(
            "Vous avez déclaré un intérêt dans cette consultation : il ne s’efface pas.", "Un collègue prend le relais.", rule="ANA-05"
        )
    if declared and declared.has_conflict == has_conflict:
        return declared
    if declared is None:
        declared = ConflictDeclaration(organisation_id=mini_tender.organisation_id, mini_tender_id=mini_tender.id, person_id=by.id)
        session.add(declared)
    declared.has_conflict, declared.declared_at = has_conflict, at
    record("declare_interests", declared, by=by, at=at, mini_tender=mini_tender.id, has_conflict=has_conflict)
    return declared


def declaration_of(mini_tender: MiniTender, person: Person) -> ConflictDeclaration | None:
    """What this person has declared on this mini-tender, if anything."""
    declared = select(ConflictDeclaration).where(
        ConflictDeclaration.mini_tender_id == mini_tender.id, ConflictDeclaration.person_id == person.id
    )
    return session.scalar(declared)


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
