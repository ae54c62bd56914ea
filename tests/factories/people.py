"""People with roles; every account has the same password."""

import functools
import itertools

from sad.db import session
from sad.models.organisations import Organisation, Service
from sad.models.people import Person, PersonRole, Role
from sad.trust.passwords import hash_password
from tests.factories.organisations import LONG_AGO

PASSWORD = "trois chèvres sous un noyer"
numbers = itertools.count(1)


@functools.cache
def password_hash() -> str:
    return hash_password(PASSWORD)


def make_person(organisation: Organisation | None = None, *roles: Role, service: Service | None = None, **values) -> Person:
    number = next(numbers)
    person = Person(
        **{
            "email": f"personne{number}@agglo.example",
            "name": f"Personne {number}",
            "password_hash": password_hash(),
            "organisation_id": organisation.id if organisation else None,
            "created_at": LONG_AGO,
            **values,
        }
    )
    session.add(person)
    session.flush()
    for role in roles:
        of_service = service.id if service and role == Role.REQUESTER else None
        person.roles.append(PersonRole(role=role, service_id=of_service, granted_at=LONG_AGO))
    session.flush()
    return person
