"""Roles given by two people: what an account may do is never decided by its administrator alone, once somebody else is there."""

from collections.abc import Sequence
from datetime import datetime

from sad.actions.people import Grant, check_grant, check_invitation, grant_role
from sad.db import session
from sad.domain.approvals import Shown
from sad.letters.people import role_words
from sad.models.approvals import Approval, ApprovalKind
from sad.models.organisations import Organisation, Service
from sad.models.people import Person, Role

OF_THE_INSTANCE = "L’instance entière"


def grant_request(person: Person, grant: Grant) -> Approval:
    """The request to give a role to an agent."""
    return Approval(
        organisation_id=person.organisation_id,
        organisation=person.organisation,
        kind=ApprovalKind.GRANT,
        object=f"{Person.__tablename__}:{person.id}",
        content={"roles": _written([grant])},
    )


def show_grant(asked: Approval) -> Shown:
    """What both read: who, which role, for whom."""
    person = session.get_one(Person, asked.subject_id)
    return Shown(
        title=f"Donner un rôle à {person.name}",
        facts=(("Personne", f"{person.name}, {person.email}"), *_facts(asked)),
        consequences=(f"{person.name} a ce rôle dès sa prochaine page, et en est prévenu par courriel.",),
    )


def check_granting(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless whoever asked may give this role now, and it fits."""
    (grant,) = grants_of(asked)
    check_grant(session.get_one(Person, asked.subject_id), grant, by=asked.asker)


def do_grant(asked: Approval, at: datetime) -> None:
    """Give the role, in the name of whoever asked."""
    (grant,) = grants_of(asked)
    grant_role(session.get_one(Person, asked.subject_id), grant, by=asked.asker, at=at)


def invitation_request(organisation: Organisation | None, *, name: str, email: str, grants: Sequence[Grant]) -> Approval:
    """The request to open the account of an agent (`organisation` None: an administrator of the instance) with its roles."""
    address = email.strip().lower()
    return Approval(
        organisation_id=organisation.id if organisation else None,
        organisation=organisation,
        kind=ApprovalKind.INVITE,
        object=address[:200],
        content={"name": name.strip(), "email": address, "roles": _written(grants)},
    )


def show_invitation(asked: Approval) -> Shown:
    """What both read: who, at which address, with which roles."""
    name, email = asked.content["name"], asked.content["email"]
    return Shown(
        title=f"Ouvrir un compte à {name}",
        facts=(("Personne", name), ("Adresse", email), *_facts(asked)),
        consequences=("Le compte est ouvert avec ces rôles ; le lien pour choisir son mot de passe part à cette adresse.",),
    )


def check_inviting(asked: Approval, by: Person, at: datetime) -> None:
    """Raises `Refused` unless whoever asked may open this account now."""
    organisation, content = asked.organisation, asked.content
    check_invitation(organisation, name=content["name"], email=content["email"], grants=grants_of(asked), by=asked.asker)


def grants_of(asked: Approval) -> list[Grant]:
    """The roles that were asked for."""
    return [Grant(Role(role), session.get_one(Service, service) if service else None) for role, service in asked.content["roles"]]


def _written(grants: Sequence[Grant]) -> list[list[object]]:
    return [[str(grant.role), grant.service.id if grant.service else None] for grant in grants]


def _facts(asked: Approval) -> list[tuple[str, str]]:
    organisation = asked.organisation.name if asked.organisation else OF_THE_INSTANCE
    roles = [("Rôle", role_words(grant.role, grant.service)) for grant in grants_of(asked)]
    return [("Collectivité", organisation), *(roles or [("Rôle", "Aucun")])]
