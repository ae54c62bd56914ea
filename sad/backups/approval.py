"""Restoring takes two people (four eyes): each types its own password, on the database that is there or else on the backup's."""

from dataclasses import dataclass

from sqlalchemy import select

from sad.actions.accounts import find_person, recognise
from sad.backups.manifest import BadBackup
from sad.db import session
from sad.models.people import Person, Role

SECONDS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.AWARD_AUTHORITY)
WHO = "Il faut un administrateur, et avec lui un autre administrateur, un auditeur ou une autorité d’attribution."


@dataclass(frozen=True, slots=True)
class Signature:
    """What somebody typed: an address and a password."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Two signatures and the reason of the restore, which the journal keeps."""

    first: Signature
    second: Signature
    reason: str

    @property
    def emails(self) -> tuple[str, str]:
        return self.first.email.strip().lower(), self.second.email.strip().lower()


def check_approval(approval: Approval) -> None:
    """Raises `BadBackup` with every fault, unless both are who they say, are two, and may decide it together."""
    people = [recognise(each.email, each.password) for each in (approval.first, approval.second)]
    faults = [
        f"{email} : l’adresse ou le mot de passe ne convient pas."
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


def _may_decide(people: list[Person]) -> bool:
    is_led = any(person.has_role(Role.ADMINISTRATOR) for person in people)
    return is_led and all(person.has_role(*SECONDS) for person in people)
