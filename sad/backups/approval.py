"""Restoring takes two people (four eyes): each types its own password and code, on the database that is there or else on the backup's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from sad.actions.accounts import find_person, recognise
from sad.actions.second_factors import shows_code
from sad.backups.manifest import BadBackup
from sad.db import session
from sad.models.people import Person, Role

SECONDS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.AWARD_AUTHORITY)
WHO = "Il faut un administrateur, et avec lui un autre administrateur, un auditeur ou une autorité d’attribution."


@dataclass(frozen=True, slots=True)
class Signature:
    """What somebody typed: an address, a password, and the code that its application shows (empty without one)."""

    email: str
    password: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Two signatures and the reason of the restore, which the journal keeps."""

    first: Signature
    second: Signature
    reason: str

    @property
    def emails(self) -> tuple[str, str]:
        return self.first.email.strip().lower(), self.second.email.strip().lower()


def check_approval(approval: Approval, *, seal_key: bytes, at: datetime) -> None:
    """Raises `BadBackup` with every fault, unless both are who they say, are two, and may decide it together."""
    people = [_recognised(each, seal_key, at) for each in (approval.first, approval.second)]
    faults = [
        f"{email} : l’adresse, le mot de passe ou le code ne convient pas."
        for email, person in zip(approval.emails, people, strict=True)
        if person is None
    ]
    known = [person for person in people if person is not None]
    if len({person.id for person in known}) < len(known):
        faults.append("Les deux personnes sont la même : il en faut deux.")
    if len(known) == 2 and not _may_decide(known):
        faults.append(WHO)
    if not approval.reason.strip():
        faults.append("La raison n’est pas écrite : le journal la garde.")
    if faults:
        raise BadBackup(*faults)


def first_person(approval: Approval) -> Person | None:
    """The first of the two as the restored database knows this person; None when its account came later."""
    return find_person(approval.first.email)


def has_people() -> bool:
    """Does the database that is bound hold anybody?"""
    return session.scalar(select(Person.id).limit(1)) is not None


def _recognised(signature: Signature, seal_key: bytes, at: datetime) -> Person | None:
    person = recognise(signature.email, signature.password)
    return person if person and shows_code(person, signature.code, seal_key=seal_key, at=at) else None


def _may_decide(people: list[Person]) -> bool:
    is_led = any(person.has_role(Role.ADMINISTRATOR) for person in people)
    return is_led and all(person.has_role(*SECONDS) for person in people)
