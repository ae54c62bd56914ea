"""Opening and closing agents' accounts, giving and taking back roles: by whom, and never the last administrator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from sad.actions.accounts import live_reset
from sad.actions.people import (
    INVITATION_LASTS,
    Grant,
    close_account,
    grant_role,
    invite_again,
    invite_first_administrator,
    invite_person,
    reopen_account,
    revoke_role,
)
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.organisations import Organisation
from sad.models.people import Person, PersonRole, Role
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.sign_ins import make_sign_in
from tests.factories.suppliers import make_supplier, member_of

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def link(token: str) -> str:
    return f"http://localhost/lien/{token}"


@pytest.fixture
def organisation(database) -> Organisation:
    with transaction():
        return make_organisation()


@pytest.fixture
def administrator(organisation: Organisation) -> Person:
    with transaction():
        return make_person(organisation, Role.ADMINISTRATOR)


@pytest.fixture
def instance(database) -> Person:
    with transaction():
        return make_person(None, Role.ADMINISTRATOR)


def invite(organisation: Organisation | None, by: Person, *grants: Grant, **values: str) -> Person:
    facts = {"name": "Léa Morel", "email": "Lea@Agglo.example", **values}
    with transaction():
        return invite_person(organisation, **facts, grants=grants, link=link, by=by, at=AT)


def held(person: Person) -> set[tuple[str, int | None]]:
    return {(each.role, each.service_id) for each in session.get(Person, person.id, populate_existing=True).roles}


def actions() -> list[str]:
    return list(session.scalars(JournalEntry.__table__.select().with_only_columns(JournalEntry.action).order_by(JournalEntry.seq)))


def fields(refused: pytest.ExceptionInfo[Refused]) -> list[str | None]:
    return [one.field for one in refused.value.refusals]


def test_an_invited_agent_gets_roles_and_a_link_for_a_fortnight(organisation: Organisation, administrator: Person):
    with transaction():
        service = make_service(organisation, name="Éducation")
    lea = invite(organisation, administrator, Grant(Role.BUYER), Grant(Role.REQUESTER, service))
    assert (lea.email, lea.password_hash) == ("lea@agglo.example", None)
    assert held(lea) == {("buyer", None), ("requester", service.id)}
    letter = session.query(Letter).one()
    assert (letter.person_id, letter.kind) == (lea.id, "account_invitation")
    assert "- Gestionnaire du service achats\n- Agent, service demandeur, Éducation\n" in letter.body
    token = letter.secret.removeprefix(link(""))
    assert token not in letter.body
    assert live_reset(token, at=AT + INVITATION_LASTS).person.id == lea.id
    with pytest.raises(Refused):
        live_reset(token, at=AT + INVITATION_LASTS + timedelta(microseconds=1))
    assert actions() == ["invite_person"]


def test_an_organisation_s_administrator_opens_no_account_elsewhere(administrator: Person):
    with transaction():
        other = make_organisation()
    for place in (other, None):
        with pytest.raises(Refused):
            invite(place, administrator, Grant(Role.ADMINISTRATOR))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_manages_accounts(organisation: Organisation, role: Role):
    with transaction():
        agent = make_person(organisation, role)
    with pytest.raises(Refused):
        invite(organisation, agent)


def test_the_instance_s_administrator_manages_every_organisation_and_the_instance(organisation: Organisation, instance: Person):
    assert invite(organisation, instance, Grant(Role.ADMINISTRATOR)).organisation_id == organisation.id
    assert invite(None, instance, Grant(Role.ADMINISTRATOR), email="autre@agglo.example").organisation_id is None


def test_all_the_faults_of_an_invitation_are_told_at_once(organisation: Organisation, administrator: Person):
    with pytest.raises(Refused) as refused:
        invite(organisation, administrator, Grant(Role.REQUESTER), email=administrator.email.upper(), name="")
    assert fields(refused) == ["name", "email", "service_id"]


def test_a_supplier_s_address_cannot_be_an_agent_s(organisation: Organisation, administrator: Person):
    with transaction():
        farmer = member_of(make_supplier())
    with pytest.raises(Refused) as refused:
        invite(organisation, administrator, email=farmer.email)
    assert fields(refused) == ["email"]


def test_a_role_that_does_not_fit_is_refused(organisation: Organisation, administrator: Person, instance: Person):
    with transaction():
        own, other, closed = make_service(organisation), make_service(make_organisation()), make_service(organisation, closed_at=AT)
        lea = make_person(organisation)
    for grant in (Grant(Role.BUYER, own), Grant(Role.REQUESTER), Grant(Role.REQUESTER, other), Grant(Role.REQUESTER, closed)):
        with pytest.raises(Refused) as refused, transaction():
            grant_role(lea, grant, by=administrator, at=AT)
        assert fields(refused) == ["service_id"]
    with pytest.raises(Refused) as refused, transaction():
        grant_role(instance, Grant(Role.BUYER), by=instance, at=AT)
    assert fields(refused) == ["role"]


def test_a_role_is_given_once_and_the_person_is_told(organisation: Organisation, administrator: Person):
    with transaction():
        lea = make_person(organisation, Role.BUYER)
    with transaction():
        grant_role(lea, Grant(Role.OPENER), by=administrator, at=AT)
    assert held(lea) == {("buyer", None), ("opener", None)}
    letter = session.query(Letter).one()
    assert (letter.person_id, letter.kind) == (lea.id, "roles_changed")
    assert "- Gestionnaire du service achats\n- Ouvreur\n" in letter.body
    with pytest.raises(Refused), transaction():
        grant_role(lea, Grant(Role.OPENER), by=administrator, at=AT)


def test_a_requester_may_order_for_two_services(organisation: Organisation, administrator: Person):
    with transaction():
        services = [make_service(organisation) for _ in range(2)]
        lea = make_person(organisation, Role.REQUESTER, service=services[0])
    with transaction():
        grant_role(lea, Grant(Role.REQUESTER, services[1]), by=administrator, at=AT)
    assert held(lea) == {("requester", services[0].id), ("requester", services[1].id)}


def test_a_role_taken_back_is_gone_and_journalled(organisation: Organisation, administrator: Person):
    with transaction():
        lea = make_person(organisation, Role.BUYER)
    with transaction():
        revoke_role(lea.roles[0], by=administrator, at=AT)
    assert held(lea) == set()
    assert "Vous n’avez plus aucun rôle" in session.query(Letter).one().body
    assert actions() == ["revoke_role"]


def test_the_last_administrator_of_an_organisation_cannot_remove_itself(organisation: Organisation, administrator: Person):
    with transaction():
        make_person(organisation, Role.ADMINISTRATOR, is_active=False)
        make_person(make_organisation(), Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="dernier administrateur"), transaction():
        revoke_role(administrator.roles[0], by=administrator, at=AT)
    with pytest.raises(Refused, match="dernier administrateur"), transaction():
        close_account(administrator, by=administrator, at=AT)
    assert held(administrator) == {("administrator", None)}


def test_the_last_administrator_of_the_instance_cannot_remove_itself(instance: Person, administrator: Person):
    with pytest.raises(Refused, match="de l’instance"), transaction():
        close_account(instance, by=instance, at=AT)
    with pytest.raises(Refused, match="de l’instance"), transaction():
        revoke_role(instance.roles[0], by=instance, at=AT)


def test_an_administrator_may_go_when_another_stays(organisation: Organisation, administrator: Person):
    with transaction():
        make_person(organisation, Role.ADMINISTRATOR)
    with transaction():
        revoke_role(administrator.roles[0], by=administrator, at=AT)
    assert session.query(PersonRole).filter_by(role=Role.ADMINISTRATOR).count() == 1


def test_the_last_two_administrators_cannot_both_go_at_once(organisation: Organisation, administrator: Person):
    with transaction():
        other = make_person(organisation, Role.ADMINISTRATOR)
    start = Barrier(2)

    def leave(identifier: int) -> bool:
        start.wait()
        try:
            with transaction():
                leaver = session.get(Person, identifier)
                revoke_role(leaver.roles[0], by=leaver, at=AT)
        except Refused:
            return False
        finally:
            session.remove()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, (administrator.id, other.id))) == [False, True]


def test_the_instance_may_leave_an_organisation_without_administrator(administrator: Person, instance: Person):
    with transaction():
        close_account(administrator, by=instance, at=AT)
    assert not session.get(Person, administrator.id).is_active


def test_a_closed_account_lets_nobody_in_until_it_is_opened_again(organisation: Organisation, administrator: Person):
    with transaction():
        lea = make_person(organisation, Role.BUYER)
        here = make_sign_in(lea, at=AT)
    with transaction():
        close_account(lea, by=administrator, at=AT)
    assert not lea.is_active and here.ended_at == AT
    with pytest.raises(Refused), transaction():
        close_account(lea, by=administrator, at=AT)
    with transaction():
        reopen_account(lea, by=administrator, at=AT)
    assert lea.is_active and held(lea) == {("buyer", None)}
    assert actions() == ["open_session", "close_account", "reopen_account"]


def test_another_invitation_makes_the_first_useless(organisation: Organisation, administrator: Person):
    lea = invite(organisation, administrator)
    with transaction():
        invite_again(lea, link=link, by=administrator, at=AT + timedelta(days=3))
    first, second = (letter.secret.removeprefix(link("")) for letter in session.query(Letter).order_by(Letter.id))
    with pytest.raises(Refused):
        live_reset(first, at=AT + timedelta(days=4))
    assert live_reset(second, at=AT + timedelta(days=16)).person.id == lea.id


def test_who_has_a_password_is_not_invited_again(organisation: Organisation, administrator: Person):
    with transaction():
        lea = make_person(organisation)
    with pytest.raises(Refused), transaction():
        invite_again(lea, link=link, by=administrator, at=AT)


def test_the_first_administrator_comes_once(database):
    def first(email: str) -> Person:
        with transaction():
            return invite_first_administrator(name="Ada", email=email, link=link, at=AT)

    assert held(first("ada@agglo.example")) == {("administrator", None)}
    with pytest.raises(Refused, match="déjà un administrateur"):
        first("autre@agglo.example")
