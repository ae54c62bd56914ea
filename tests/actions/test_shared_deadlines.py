"""Putting a deadline off takes two people, whoever has deposited; suppliers are told once it is approved, never after the deadline."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions.approvals import fingerprint_of
from sad.actions.journal_checks import verify_journal
from sad.actions.publications import invitees_of
from sad.actions.shared_acts import approve, ask_change, shown_to
from sad.actions.shared_deadlines import waiting_change
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.approvals import Approval
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderChange
from sad.models.people import Person, Role
from tests.factories.mini_tenders import CLOSES, HOME, make_published
from tests.factories.offers import make_deposit
from tests.factories.people import make_person

MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
SOON = CLOSES - HOUR
LATER = CLOSES + timedelta(days=3)


@pytest.fixture
def sent(database) -> MiniTender:
    with transaction():
        return make_published(suppliers=2)


@pytest.fixture
def pair(sent) -> list[Person]:
    with transaction():
        return [make_person(sent.organisation, Role.BUYER) for _ in range(2)]


def ask(sent, by, at=SOON, to=LATER, **words) -> Approval:
    with transaction():
        here = session.get_one(MiniTender, sent.id)
        said = {"version": here.version, "reason": "Une panne.", "home": HOME}
        return ask_change(here, to, words or None, **said, by=session.get_one(Person, by.id), at=at)


def agree(asked, by, at) -> None:
    with transaction():
        here = session.get_one(Approval, asked.id)
        approve(here, read_sha256=fingerprint_of(shown_to(here)), link=str, by=session.get_one(Person, by.id), at=at)


def deadline_of(sent):
    return session.get_one(MiniTender, sent.id, populate_existing=True).closes_at


def told() -> list[str]:
    return [letter.kind for letter in session.scalars(select(Letter).where(Letter.kind.in_(("mini_tender_changed", "need_changed"))))]


def test_near_the_deadline_the_request_holds_until_it_and_not_a_microsecond_more(sent, pair):
    asked = ask(sent, pair[0])
    assert asked.expires_at == CLOSES and waiting_change(sent, CLOSES) is not None
    with pytest.raises(Refused, match="valait jusqu’au lundi 7 décembre 2026 à 12 h"):
        agree(asked, pair[1], CLOSES + MICROSECOND)
    assert deadline_of(sent) == CLOSES and told() == [] and waiting_change(sent, CLOSES + MICROSECOND) is None
    agree(asked, pair[1], CLOSES)
    assert deadline_of(sent) == LATER


def test_at_the_deadline_itself_there_is_no_time_left_for_a_second_person(sent, pair):
    with pytest.raises(Refused, match="pas le temps"):
        ask(sent, pair[0], at=CLOSES)


def test_suppliers_hear_of_it_once_approved_and_the_change_names_both(sent, pair):
    asked = ask(sent, pair[0])
    assert told() == [] and deadline_of(sent) == CLOSES
    agree(asked, pair[1], SOON + MICROSECOND)
    assert sorted(told()) == ["mini_tender_changed"] * 2 + ["need_changed"]
    change = session.scalars(select(MiniTenderChange)).one()
    assert (change.decided_by, change.approved_by, change.decided_at) == (pair[0].id, pair[1].id, SOON + MICROSECOND)
    assert verify_journal().damage is None


def test_it_takes_two_people_in_the_same_words_whether_or_not_somebody_has_deposited(sent, pair):
    alone = ask(sent, pair[0]).shown_sha256
    with transaction():
        session.delete(session.scalars(select(Approval)).one())
        for each in invitees_of(sent):
            make_deposit(sent, each, at=SOON - HOUR)
    assert ask(sent, pair[0]).shown_sha256 == alone


def test_what_is_impossible_is_refused_when_it_is_asked(sent, pair):
    with transaction():
        opener = make_person(sent.organisation, Role.OPENER)
    for by, to, words in ((pair[0], CLOSES, {}), (pair[0], None, {}), (pair[0], LATER, {"place": ""}), (opener, LATER, {})):
        with pytest.raises(Refused) as fault:
            ask(sent, by, to=to, **words)
        assert fault.value.refusals[0].rule == "TIM-03"
    assert session.scalar(select(Approval.id)) is None


def test_two_requests_do_not_cross(sent, pair):
    ask(sent, pair[0])
    with pytest.raises(Refused, match="déjà demandé"):
        ask(sent, pair[1], to=LATER + timedelta(days=1))
