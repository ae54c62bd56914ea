"""Agents: opening and closing their accounts, giving and taking back their roles."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from sad.actions.administrators import check_may_manage, check_not_last, is_instance_administrator
from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.actions.sign_ins import drop_sessions
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.letters import people as letters
from sad.models.organisations import Organisation, Service
from sad.models.people import PasswordReset, Person, PersonRole, Role
from sad.trust.passwords import new_token

INVITATION_LASTS = timedelta(days=14)
ADDRESS_TAKEN = Refusal(
    "Cette adresse a déjà un compte.", "Une adresse sert à une seule personne, d’un seul côté : agent ou fournisseur.", field="email"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role to give; `service` for a requester, and for nobody else."""

    role: Role
    service: Service | None = None


def invite_person(
    organisation: Organisation | None,
    *,
    name: str,
    email: str,
    grants: Iterable[Grant] = (),
    link: Callable[[str], str],
    by: Person,
    at: datetime,
) -> Person:
    """Open the account of an agent (`organisation` None: an administrator of the instance) and send the link to choose a password.

    `link` makes the address of the page from the token. Raises `Refused` unless `by` may, and with every fault.
    """
    grants = list(grants)
    check_invitation(organisation, name=name, email=email, grants=grants, by=by)
    return _open_account(organisation, name, email, grants, link=link, by=by, at=at)


def check_invitation(organisation: Organisation | None, *, name: str, email: str, grants: Iterable[Grant], by: Person) -> None:
    """Raises `Refused` with every fault, unless `by` may open this account now."""
    check_may_manage(by, organisation.id if organisation else None)
    faults = list(_account_faults(organisation, name, email.strip().lower(), list(grants)))
    if faults:
        raise Refused(*faults)


def invite_first_administrator(*, name: str, email: str, link: Callable[[str], str], at: datetime) -> Person:
    """Open the account of the first administrator of a new instance. Raises `Refused` when the instance has one."""
    there = select(PersonRole.id).join(Person).where(PersonRole.role == Role.ADMINISTRATOR, Person.organisation_id.is_(None))
    if session.scalar(there.limit(1)) is not None:
        raise refuse("Cette instance a déjà un administrateur.", "C’est lui qui ouvre les autres comptes, dans ses pages.")
    return _open_account(None, name, email, [Grant(Role.ADMINISTRATOR)], link=link, by=None, at=at)


def invite_again(person: Person, *, link: Callable[[str], str], by: Person, at: datetime) -> Person:
    """Send another link to somebody who has not chosen a password yet; the former ones no longer serve. Raises `Refused`."""
    check_may_manage(by, person.organisation_id)
    if person.password_hash is not None:
        raise refuse("Cette personne a déjà choisi son mot de passe.", "Elle peut en demander un autre sur la page « Se connecter ».")
    unused = select(PasswordReset).where(PasswordReset.person_id == person.id, PasswordReset.used_at.is_(None))
    for reset in session.scalars(unused):
        reset.used_at = at
    _send_invitation(person, link=link, by=by, at=at)
    record("invite_again", person, by=by, at=at, organisation_id=person.organisation_id)
    return person


def grant_role(person: Person, grant: Grant, *, by: Person, at: datetime) -> PersonRole:
    """Give a role to an agent, who is told. Raises `Refused` unless `by` may, and when the role does not fit or is held."""
    check_grant(person, grant, by=by)
    held = _hold(person, grant, at)
    post_letter(letters.roles_changed(person, roles=person.roles, by=by), to=person, at=at)
    record("grant_role", person, by=by, at=at, organisation_id=person.organisation_id, role=grant.role, service=_service_id(grant))
    return held


def check_grant(person: Person, grant: Grant, *, by: Person) -> None:
    """Raises `Refused` unless `by` may give this role, and when it does not fit or is held."""
    check_may_manage(by, person.organisation_id)
    faults = list(_grant_faults(grant, person.organisation_id))
    if any(held.role == grant.role and held.service_id == _service_id(grant) for held in person.roles):
        faults.append(Refusal("Cette personne a déjà ce rôle.", field="role"))
    if faults:
        raise Refused(*faults)


def revoke_role(held: PersonRole, *, by: Person, at: datetime) -> Person:
    """Take a role back; the person is told. Raises `Refused` unless `by` may, and for the last administrator."""
    person = held.person
    check_may_manage(by, person.organisation_id)
    if held.role == Role.ADMINISTRATOR:
        _check_administration_goes_on(person, by)
    role, service_id = held.role, held.service_id
    person.roles.remove(held)
    post_letter(letters.roles_changed(person, roles=person.roles, by=by), to=person, at=at)
    record("revoke_role", person, by=by, at=at, organisation_id=person.organisation_id, role=role, service=service_id)
    return person


def close_account(person: Person, *, by: Person, at: datetime) -> Person:
    """Let an agent in no more, and close its sessions at once. Raises `Refused` unless `by` may, and for the last administrator."""
    check_may_manage(by, person.organisation_id)
    if not person.is_active:
        raise refuse("Ce compte est déjà fermé.")
    if person.has_role(Role.ADMINISTRATOR):
        _check_administration_goes_on(person, by)
    person.is_active = False
    drop_sessions(person, at=at)
    record("close_account", person, by=by, at=at, organisation_id=person.organisation_id)
    return person


def reopen_account(person: Person, *, by: Person, at: datetime) -> Person:
    """Let an agent in again, with the roles it had. Raises `Refused` unless `by` may."""
    check_may_manage(by, person.organisation_id)
    if person.is_active:
        raise refuse("Ce compte n’est pas fermé.")
    person.is_active = True
    record("reopen_account", person, by=by, at=at, organisation_id=person.organisation_id)
    return person


def has_demo_account() -> bool:
    """Whether an account has an address under `.example`, which nobody can own (RFC 2606): those of the demo, whose password is known."""
    return session.scalar(select(Person.id).where(Person.email.like("%.example")).limit(1)) is not None


def _open_account(
    organisation: Organisation | None,
    name: str,
    email: str,
    grants: list[Grant],
    *,
    link: Callable[[str], str],
    by: Person | None,
    at: datetime,
) -> Person:
    email = email.strip().lower()
    faults = list(_account_faults(organisation, name, email, grants))
    if faults:
        raise Refused(*faults)
    person = Person(email=email, name=name, organisation=organisation, created_at=at)
    session.add(person)
    for grant in grants:
        _hold(person, grant, at)
    session.flush()
    _send_invitation(person, link=link, by=by, at=at)
    roles = [[grant.role, _service_id(grant)] for grant in grants]
    record("invite_person", person, by=by, at=at, organisation_id=person.organisation_id, name=name, email=email, roles=roles)
    return person


def _send_invitation(person: Person, *, link: Callable[[str], str], by: Person | None, at: datetime) -> None:
    token, hashed = new_token()
    expires_at = at + INVITATION_LASTS
    session.add(PasswordReset(person=person, token_hash=hashed, asked_at=at, expires_at=expires_at))
    post_letter(letters.account_invitation(person, inviter=by, expires_at=expires_at), to=person, at=at, secret=link(token))


def _hold(person: Person, grant: Grant, at: datetime) -> PersonRole:
    held = PersonRole(role=grant.role, service=grant.service, granted_at=at)
    person.roles.append(held)
    return held


def _check_administration_goes_on(person: Person, by: Person) -> None:
    """An administrator of the instance may leave an organisation without one, since it can give it another."""
    if person.organisation_id is None or not is_instance_administrator(by):
        check_not_last(person)


def _account_faults(organisation: Organisation | None, name: str, email: str, grants: list[Grant]) -> Iterator[Refusal]:
    if not name:
        yield Refusal("Le nom manque.", "Écrivez le prénom et le nom.", field="name")
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        yield ADDRESS_TAKEN
    for grant in grants:
        yield from _grant_faults(grant, organisation.id if organisation else None)


def _grant_faults(grant: Grant, organisation_id: int | None) -> Iterator[Refusal]:
    if organisation_id is None and grant.role != Role.ADMINISTRATOR:
        yield Refusal("Ce rôle demande une collectivité.", "À l’instance, on est administrateur et rien d’autre.", field="role")
    elif (grant.role == Role.REQUESTER) != (grant.service is not None):
        yield Refusal("Un agent demandeur commande pour un service.", "Choisissez le service, pour ce rôle seulement.", field="service_id")
    elif grant.service is not None and (grant.service.organisation_id != organisation_id or grant.service.closed_at is not None):
        yield Refusal("Ce service ne commande pas, ou plus, pour cette collectivité.", "Choisissez-en un autre.", field="service_id")


def _service_id(grant: Grant) -> int | None:
    return grant.service.id if grant.service else None
