"""What an administrator may see: the instance's one everything, an organisation's one its own; the rest does not exist."""

from flask import url_for
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from sad.actions.administrators import is_instance_administrator
from sad.models.organisations import Organisation, Service
from sad.models.people import Person, PersonRole, Role
from sad.web.access import current_person, own_or_404
from sad.web.running import site_address


def own_organisation(organisation_id: int) -> Organisation:
    """The organisation, if this administrator manages it: else 404."""
    query = select(Organisation).where(Organisation.id == organisation_id)
    if not is_instance_administrator(current_person()):
        query = query.where(Organisation.id == current_person().organisation_id)
    return own_or_404(query)


def own_service(organisation_id: int, service_id: int) -> Service:
    """The service of an organisation that this administrator manages: else 404."""
    organisation = own_organisation(organisation_id)
    return own_or_404(select(Service).where(Service.id == service_id, Service.organisation_id == organisation.id))


def own_agent(person_id: int) -> Person:
    """The agent, with its roles, if this administrator manages its account: else 404."""
    return own_or_404(agents().where(Person.id == person_id).options(joinedload(Person.organisation)))


def own_role(person_id: int, role_id: int) -> PersonRole:
    """A role held by an agent whom this administrator manages: else 404."""
    person = own_agent(person_id)
    return own_or_404(select(PersonRole).where(PersonRole.id == role_id, PersonRole.person_id == person.id))


def agents() -> Select[tuple[Person]]:
    """The agents whom this administrator manages, with their roles; who acts for suppliers is nobody's agent."""
    query = select(Person).options(selectinload(Person.roles).joinedload(PersonRole.service))
    if is_instance_administrator(current_person()):
        return query.where(or_(Person.organisation_id.is_not(None), Person.roles.any(PersonRole.role == Role.ADMINISTRATOR)))
    return query.where(Person.organisation_id == current_person().organisation_id)


def password_link(token: str) -> str:
    """The address of the page where a password is chosen."""
    return site_address() + url_for("account.reset", token=token)
