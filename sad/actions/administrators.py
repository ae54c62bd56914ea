"""What administrators may manage: those of the instance, everything; those of an organisation, their own."""

from collections.abc import Sequence

from sqlalchemy import select

from sad.db import session
from sad.domain.errors import Refused, refuse
from sad.models.people import Person, PersonRole, Role


def is_instance_administrator(person: Person) -> bool:
    """Does this person administer the whole instance?"""
    return person.organisation_id is None and person.has_role(Role.ADMINISTRATOR)


def instance_administrators() -> Sequence[Person]:
    """Those who are active."""
    held = select(PersonRole.person_id).where(PersonRole.role == Role.ADMINISTRATOR)
    return session.scalars(
        select(Person).where(Person.id.in_(held), Person.organisation_id.is_(None), Person.is_active).order_by(Person.id)
    ).all()


def may_manage(person: Person, organisation_id: int | None) -> bool:
    """May this person manage what belongs to that organisation (None: to the instance itself)?"""
    own = person.has_role(Role.ADMINISTRATOR) and person.organisation_id == organisation_id
    return own or is_instance_administrator(person)


def check_may_manage(person: Person, organisation_id: int | None) -> None:
    """Raise `Refused` unless this person may."""
    if not may_manage(person, organisation_id):
        raise not_allowed()


def check_instance_administrator(person: Person) -> None:
    """Raise `Refused` unless this person administers the whole instance."""
    if not is_instance_administrator(person):
        raise not_allowed()


def not_allowed() -> Refused:
    """The refusal of what only another administrator may do."""
    return refuse("Vous n’administrez pas cette partie de l’instance.", "Demandez-le à un administrateur de l’instance.")


def check_not_last(person: Person) -> None:
    """Raise `Refused` if nobody else administers the same organisation (or the instance); the others are locked meanwhile."""
    administrators = session.scalars(
        select(PersonRole)
        .join(Person, Person.id == PersonRole.person_id)
        .where(
            PersonRole.role == Role.ADMINISTRATOR,
            Person.is_active,
            Person.organisation_id.is_not_distinct_from(person.organisation_id),
        )
        .with_for_update()
    ).all()
    if all(held.person_id == person.id for held in administrators):
        where = "de l’instance" if person.organisation_id is None else "de cette collectivité"
        raise refuse(
            f"{person.name} est le dernier administrateur {where}\u00a0: plus personne ne pourrait gérer les comptes.",
            "Donnez d’abord ce rôle à quelqu’un d’autre.",
        )
