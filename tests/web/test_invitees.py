"""How an invitation was received, as its service and its buyers read it; never who deposited, nor how many."""

from datetime import timedelta

import pytest

from sad import clock
from sad.actions.invitations import announce_answer, decline_invitation, see_invitation
from sad.db import session, transaction
from sad.models.invitations import Intention, Invitation
from sad.models.letters import Letter
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, SENT, make_published
from tests.factories.offers import IN_TIME, make_deposit
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

AT = SENT + timedelta(days=1)
LATER = IN_TIME + timedelta(hours=1)


@pytest.fixture
def mini_tender(database):
    with transaction():
        return make_published(suppliers=8)


def invited(mini_tender) -> list[Invitation]:
    return session.query(Invitation).filter_by(mini_tender_id=again(mini_tender).id).order_by(Invitation.id).all()


def agent(mini_tender, role: Role):
    """The requester who wrote it, or another agent of its organisation."""
    with transaction():
        here = again(mini_tender)
        return here.creator if role == Role.REQUESTER else make_person(here.organisation, role)


def pages_of(mini_tender) -> dict[Role, list[str]]:
    number = again(mini_tender).id
    buyers = [f"/achats/consultations/{number}", "/achats/consultations", "/achats/", "/achats/consultations?etat=ouvertes"]
    return {Role.REQUESTER: [f"/service/besoins/{number}", "/service/", "/service/besoins"], Role.BUYER: buyers, Role.AUDITOR: buyers[:2]}


@pytest.mark.parametrize(("role", "page"), [(Role.REQUESTER, "/service/besoins/{}"), (Role.BUYER, "/achats/consultations/{}")])
def test_the_service_and_the_buyers_read_the_same_of_each_invitee(client, mini_tender, role, page):
    first, second, third, bounced, *_ = invited(mini_tender)
    with transaction():
        for each in (first, second, third):
            see_invitation(each, by=member_of(each.supplier), at=AT)
        announce_answer(second, by=member_of(second.supplier), at=AT)
        decline_invitation(third, "Quantité trop grande pour nous", by=member_of(third.supplier), at=AT)
        letter = session.query(Letter).filter_by(kind="invitation", supplier_id=bounced.supplier_id).one()
        letter.last_error, bounced.supplier.phone = "550 unknown", "04 75 00 00 00"
    sign_in(client, agent(mini_tender, role))
    with clock.frozen(AT):
        told = read(client.get(page.format(again(mini_tender).id)))
    assert "3 invités sur 8 ont ouvert la page, 1 pense répondre, 1 ne répondra pas." in told
    assert "Quantité trop grande pour nous" in told and "Pense répondre" in told
    assert "Courriel refusé : appelez" in told and "04 75 00 00 00" in told


def test_nobody_yet_is_said_in_so_many_words(client, mini_tender):
    sign_in(client, agent(mini_tender, Role.REQUESTER))
    with clock.frozen(AT):
        assert "0 invité sur 8 a ouvert la page." in read(client.get(f"/service/besoins/{again(mini_tender).id}"))


@pytest.mark.parametrize("role", [Role.REQUESTER, Role.BUYER, Role.AUDITOR])
def test_no_page_changes_when_offers_are_deposited(client, mini_tender, role):
    sign_in(client, agent(mini_tender, role))

    def said() -> list[str]:
        with clock.frozen(LATER):
            return [read(client.get(page)) for page in pages_of(mini_tender)[role]]

    before = said()
    with transaction():
        for each in invited(mini_tender)[:3]:
            make_deposit(again(mini_tender), each.supplier)
    assert said() == before


def test_a_deposit_says_nothing_of_an_intention(mini_tender):
    with transaction():
        make_deposit(again(mini_tender), invited(mini_tender)[0].supplier)
    assert {(each.seen_at, each.intention) for each in invited(mini_tender)} == {(None, None)}


def test_an_intention_changes_until_the_deadline_and_no_longer(client, mini_tender):
    invitation = invited(mini_tender)[0]
    number = again(mini_tender).id
    sign_in(client, member_of(invitation.supplier))
    answers = [("je-reponds", {}), ("non-merci", {"reason": "Pas le temps de répondre"}), ("je-reponds", {})]
    said = []
    with clock.frozen(CLOSES):
        for address, data in answers:
            assert client.post(f"/fournisseur/consultations/{number}/{address}", data=data).status_code == 302
            said.append((again(invitation).intention, again(invitation).decline_reason))
    assert said == [(Intention.WILL_ANSWER, None), (Intention.DECLINED, "Pas le temps de répondre"), (Intention.WILL_ANSWER, None)]
    with clock.frozen(CLOSES + timedelta(microseconds=1)):
        client.post(f"/fournisseur/consultations/{number}/non-merci", data={"reason": "Trop tard"})
    assert again(invitation).intention == Intention.WILL_ANSWER
