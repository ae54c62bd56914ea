"""Who may act for a supplier: inviting, accepting, leaving."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sad.actions.letters import people_of
from sad.actions.members import accept_invitation, cancel_invitation, invite_member, leave_supplier, waiting_invitations
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.applications import ApplicationState
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Person, Role
from sad.models.suppliers import SupplierInvitation
from tests.factories.admissions import make_admission, make_application
from tests.factories.mini_tenders import make_mini_tender, make_published
from tests.factories.offers import make_deposit
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EMAIL = "paul@fournil.example"


def newcomer(email: str = EMAIL, name: str = "Paul Roux") -> Person:
    return Person(email=email, name=name, password_hash="hash", created_at=AT)


@pytest.fixture
def supplier(database):
    supplier = make_supplier()
    session.commit()
    return supplier


def invited(supplier, email: str = EMAIL) -> str:
    """Invite an address and give the token of its link."""
    with transaction():
        invite_member(supplier, email, link=lambda token: token, by=member_of(supplier), at=AT)
    return session.scalars(select(Letter.secret).where(Letter.kind == "member_invitation").order_by(Letter.id.desc())).first()


def test_a_second_person_comes_in_by_the_link_of_its_letter(supplier):
    token = invited(supplier)
    with transaction():
        accept_invitation(token, by=newcomer(), at=AT + timedelta(days=3))
    assert [person.email for person in people_of(supplier)] == [member_of(supplier).email, EMAIL]
    letter = session.scalars(select(Letter)).one()
    assert letter.to_email == EMAIL and token not in letter.body and supplier.name in letter.subject


def test_somebody_with_an_account_accepts_without_opening_another(supplier):
    person = make_person(email=EMAIL)
    session.commit()
    token = invited(supplier)
    with transaction():
        accept_invitation(token, by=person, at=AT)
    assert people_of(supplier)[1].id == person.id


@pytest.mark.parametrize("late", [timedelta(days=14), timedelta(days=90)])
def test_an_invitation_serves_within_a_fortnight(supplier, late):
    token = invited(supplier)
    with pytest.raises(Refused, match="ne sert plus"), transaction():
        accept_invitation(token, by=newcomer(), at=AT + late)


def test_an_invitation_serves_once(supplier):
    token = invited(supplier)
    with transaction():
        accept_invitation(token, by=newcomer(), at=AT)
    with pytest.raises(Refused, match="ne sert plus"), transaction():
        accept_invitation(token, by=newcomer("eve@ailleurs.example"), at=AT)
    assert len(people_of(supplier)) == 2


def test_a_cancelled_or_replaced_invitation_no_longer_serves(supplier):
    first = invited(supplier)
    second = invited(supplier)
    invitation = session.scalars(select(SupplierInvitation).order_by(SupplierInvitation.id.desc())).first()
    with transaction():
        cancel_invitation(invitation, by=member_of(supplier), at=AT)
    assert waiting_invitations(supplier, at=AT) == []
    for token in (first, second):
        with pytest.raises(Refused, match="ne sert plus"), transaction():
            accept_invitation(token, by=newcomer(), at=AT)


def test_an_invitation_is_for_the_address_that_received_it(supplier):
    token = invited(supplier)
    with pytest.raises(Refused, match="autre adresse"), transaction():
        accept_invitation(token, by=newcomer("eve@ailleurs.example"), at=AT)
    assert len(people_of(supplier)) == 1


def test_an_agent_cannot_accept(supplier):
    agent = make_person(make_organisation(), Role.BUYER, email=EMAIL)
    session.commit()
    token = invited(supplier)
    with pytest.raises(Refused, match="agent"), transaction():
        accept_invitation(token, by=agent, at=AT)


def test_who_is_there_already_is_not_invited_again(supplier):
    with pytest.raises(Refused) as refused, transaction():
        invite_member(supplier, member_of(supplier).email, link=str, by=member_of(supplier), at=AT)
    assert refused.value.refusals[0].field == "email"


def test_leaving_takes_the_person_out_and_it_may_be_invited_again(supplier):
    first, token = member_of(supplier), invited(supplier)
    with transaction():
        accept_invitation(token, by=newcomer(), at=AT)
    second = people_of(supplier)[1]
    with transaction():
        leave_supplier(supplier, by=second, at=AT)
    assert [person.id for person in people_of(supplier)] == [first.id]
    token = invited(supplier)
    with transaction():
        accept_invitation(token, by=second, at=AT)
    assert len(people_of(supplier)) == 2


@pytest.mark.parametrize("state", [ApplicationState.SUBMITTED, ApplicationState.COMPLETION_REQUESTED, ApplicationState.HEARING])
def test_the_last_person_stays_while_an_application_waits_for_its_answer(supplier, state):
    make_application(supplier, make_system().categories[0], state)
    session.commit()
    with pytest.raises(Refused, match="candidature attend"), transaction():
        leave_supplier(supplier, by=member_of(supplier), at=AT)
    assert len(people_of(supplier)) == 1


@pytest.mark.parametrize(("state", "stays"), [("published", True), ("opened", True), ("awarded", True), ("notified", False)])
def test_the_last_person_stays_while_an_offer_waits_for_its_result(supplier, state, stays):
    need = make_mini_tender()
    make_admission(supplier, need.category, make_person(need.organisation, Role.BUYER))
    make_published(need, suppliers=0)
    make_deposit(need, supplier)
    need.state = MiniTenderState(state)
    session.commit()
    if stays:
        with pytest.raises(Refused, match="offre déposée attend"), transaction():
            leave_supplier(supplier, by=member_of(supplier), at=AT)
    else:
        with transaction():
            leave_supplier(supplier, by=member_of(supplier), at=AT)
    assert len(people_of(supplier)) == stays


def test_the_last_person_leaves_and_its_drafts_go_with_it(supplier):
    draft = make_application(supplier, make_system().categories[0], ApplicationState.DRAFT)
    session.commit()
    invited(supplier)
    with transaction():
        leave_supplier(supplier, by=member_of(supplier), at=AT)
    session.refresh(draft)
    assert people_of(supplier) == [] and draft.state == "withdrawn" and waiting_invitations(supplier, at=AT) == []


def test_a_colleague_may_leave_while_an_application_waits(supplier):
    token = invited(supplier)
    with transaction():
        accept_invitation(token, by=newcomer(), at=AT)
    make_application(supplier, make_system().categories[0])
    session.commit()
    with transaction():
        leave_supplier(supplier, by=people_of(supplier)[1], at=AT)
    assert len(people_of(supplier)) == 1


def test_nobody_leaves_a_supplier_for_which_it_does_not_act(supplier):
    stranger = make_person()
    session.commit()
    with pytest.raises(Refused, match="n’agissez pas"), transaction():
        leave_supplier(supplier, by=stranger, at=AT)
