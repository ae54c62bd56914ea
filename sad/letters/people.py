"""Letters about accounts and roles of agents."""

from collections.abc import Sequence
from datetime import datetime

from sad.letters.text import LetterText, write_letter
from sad.letters.wording import ROLES
from sad.models.organisations import Service
from sad.models.people import Person, PersonRole, Role


def account_invitation(person: Person, *, inviter: Person | None, expires_at: datetime) -> LetterText:
    """An account was opened: which roles, and the link to choose a password."""
    return write_letter(
        "account_invitation", person=person, inviter=inviter, roles=role_lines(person.roles), expires_at=expires_at
    )


def roles_changed(person: Person, *, roles: Sequence[PersonRole], by: Person) -> LetterText:
    """The roles that a person holds from now on."""
    return write_letter("roles_changed", person=person, by=by, roles=role_lines(roles))


def role_lines(held: Sequence[PersonRole]) -> list[str]:
    """Each role in words, with its service where it has one."""
    return [role_words(Role(each.role), each.service) for each in held]


def role_words(role: Role, service: Service | None) -> str:
    """A role in words, with its service where it has one."""
    return f"{ROLES[role]}{f', {service.name}' if service else ''}"
