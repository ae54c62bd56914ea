"""What invitees say before any offer: seen once, yes, no, and back, until the deadline."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from sad.actions.invitations import announce_answer, decline_invitation, invitation_of, see_invitation
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.invitations import Intention, Invitation
from sad.models.journal import JournalEntry
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.suppliers import make_supplier, member_of

AT = CLOSES - timedelta(days=2)
A_MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def invitation(database) -> Invitation:
    mini_tender = make_published(suppliers=1)
    session.commit()
    found = invitation_of(mini_tender, invitees_of(mini_tender)[0])
    assert found is not None
    return found


def say(act, invitation, *words, at=AT) -> Invitation:
    with transaction():
        return act(invitation, *words, by=member_of(invitation.supplier), at=at)


def test_a_supplier_that_is_not_in_the_list_has_no_invitation(invitation):
    assert invitation_of(invitation.mini_tender, make_supplier()) is None


def test_only_the_first_look_is_noted(invitation):
    say(see_invitation, invitation)
    say(see_invitation, invitation, at=AT + timedelta(hours=1))
    assert invitation.seen_at == AT
    assert session.scalar(select(func.count(JournalEntry.seq)).where(JournalEntry.action == "see_invitation")) == 1


def test_a_no_may_become_a_yes_and_a_yes_a_no(invitation):
    say(decline_invitation, invitation, " Pas disponible ce jour-là ")
    assert (invitation.intention, invitation.decline_reason) == (Intention.DECLINED, "Pas disponible ce jour-là")
    say(announce_answer, invitation)
    assert (invitation.intention, invitation.decline_reason) == (Intention.WILL_ANSWER, None)
    say(decline_invitation, invitation, "Finalement non", at=CLOSES)
    assert invitation.intention == Intention.DECLINED


@pytest.mark.parametrize("act, words", [(announce_answer, ()), (decline_invitation, ("Trop tard",))])
def test_nothing_is_said_any_more_after_the_deadline(invitation, act, words):
    with pytest.raises(Refused):
        say(act, invitation, *words, at=CLOSES + A_MICROSECOND)
    assert invitation.intention is None


def test_a_no_without_a_reason_is_refused_beside_its_field(invitation):
    with pytest.raises(Refused) as refused:
        say(decline_invitation, invitation, "  ")
    assert [each.field for each in refused.value.refusals] == ["reason"]
