"""Warnings of mini-tenders that close: who is told, when, once, and nobody else knows."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sad.actions.mini_tender_changes import change_mini_tender
from sad.actions.reminders import warn_of_closing
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.reminders import closing_notice
from sad.jobs.mini_tenders import announce_closed, warn_closing
from sad.jobs.turn import Turn
from sad.models.invitations import Intention
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferState
from sad.models.people import Role
from sad.models.suppliers import Supplier, SupplierMember
from tests.factories.mini_tenders import CLOSES, SENT, invited, make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

At = Callable[[datetime], Turn]
TWO_DAYS = datetime(2026, 12, 3, 8, tzinfo=PARIS)
ONE_DAY = CLOSES - timedelta(days=1)


def deposit(mini_tender: MiniTender, supplier: Supplier, **values) -> None:
    at = values.pop("received_at", SENT + timedelta(days=1))
    session.add(
        Offer(
            **{
                "organisation_id": mini_tender.organisation_id,
                "mini_tender_id": mini_tender.id,
                "supplier_id": supplier.id,
                "deposit_id": f"{supplier.id}-{at:%d%H%M}",
                "idempotency_key": f"{at:%d%H%M}",
                "deposited_by": member_of(supplier).id,
                "started_at": at,
                "received_at": at,
                "closes_at": mini_tender.closes_at,
                "late": at > mini_tender.closes_at,
                "sealed": b"sealed",
                "sealed_sha256": "0" * 64,
                "size_class": 1,
                **values,
            }
        )
    )
    session.flush()


def warned(kind: str) -> set[int | None]:
    return {letter.supplier_id for letter in session.query(Letter).filter_by(kind=kind)}


def test_only_invitees_that_neither_declined_nor_answered_in_time_are_reminded(mini_tender: MiniTender, turn: At):
    silent, _declined, answered, withdrawn = (invitation.supplier for invitation in invited(mini_tender))
    with transaction():
        invited(mini_tender)[1].intention = Intention.DECLINED
        deposit(mini_tender, answered)
        deposit(mini_tender, withdrawn, state=OfferState.WITHDRAWN)
    assert warn_closing(turn(TWO_DAYS)) == 1
    assert warned("closing_two_days") == {silent.id, withdrawn.id}


def test_everybody_who_acts_for_a_silent_supplier_is_reminded_and_who_left_is_not(mini_tender: MiniTender, turn: At):
    supplier = invited(mini_tender)[0].supplier
    with transaction():
        second, gone = make_person(), make_person()
        session.add(SupplierMember(supplier_id=supplier.id, person_id=second.id, joined_at=SENT))
        session.add(SupplierMember(supplier_id=supplier.id, person_id=gone.id, joined_at=SENT, left_at=SENT))
    warn_closing(turn(TWO_DAYS))
    told = {letter.person_id for letter in session.query(Letter).filter_by(kind="closing_two_days", supplier_id=supplier.id)}
    assert told == {member_of(supplier).id, second.id}


def test_a_reminder_is_due_two_working_days_before_and_again_one_day_before(mini_tender: MiniTender, turn: At):
    assert warn_closing(turn(TWO_DAYS - timedelta(microseconds=1))) == 0
    assert warn_closing(turn(TWO_DAYS)) == 1
    assert warn_closing(turn(TWO_DAYS + timedelta(hours=1))) == 0
    assert warn_closing(turn(ONE_DAY)) == 1
    assert warn_closing(turn(ONE_DAY)) == 0
    assert warn_closing(turn(CLOSES)) == 0
    assert session.query(Letter).filter(Letter.kind.like("closing%")).count() == 8


def test_a_scheduler_that_was_down_sends_only_the_nearest_reminder(mini_tender: MiniTender, turn: At):
    assert warn_closing(turn(CLOSES - timedelta(hours=1))) == 1
    assert warned("closing_two_days") == set() and len(warned("closing_one_day")) == 4


def test_an_extended_deadline_is_reminded_again(mini_tender: MiniTender, turn: At):
    warn_closing(turn(TWO_DAYS))
    with transaction():
        buyer, second = (make_person(mini_tender.organisation, Role.BUYER) for _ in range(2))
        said = {"version": mini_tender.version, "reason": "Une réponse tardive.", "home": "http://localhost", "approved_by": second}
        change_mini_tender(mini_tender, CLOSES + timedelta(days=7), None, **said, by=buyer, at=TWO_DAYS + timedelta(hours=1))
    later = TWO_DAYS + timedelta(days=7)
    assert warn_closing(turn(later - timedelta(hours=1))) == 0
    assert warn_closing(turn(later)) == 1


def test_agents_learn_neither_who_was_reminded_nor_how_many(mini_tender: MiniTender, turn: At):
    warn_closing(turn(TWO_DAYS))
    letters = session.query(Letter).filter_by(kind="closing_two_days").all()
    assert {(letter.organisation_id, letter.mini_tender_id) for letter in letters} == {(None, None)}
    line = session.query(JournalEntry).filter_by(action="warn_of_closing_two_days").one()
    assert line.object == f"mini_tenders:{mini_tender.id}"
    assert session.get(JournalBody, line.seq).body == {}


def test_the_journal_says_the_same_when_everybody_has_answered(mini_tender: MiniTender, turn: At):
    with transaction():
        for invitation in invited(mini_tender):
            deposit(mini_tender, invitation.supplier)
    assert warn_closing(turn(TWO_DAYS)) == 1
    assert warned("closing_two_days") == set()
    assert session.query(JournalEntry).filter_by(action="warn_of_closing_two_days").count() == 1


def test_two_jobs_at_once_cannot_send_the_same_reminder_twice(mini_tender: MiniTender, turn: At):
    warn_closing(turn(TWO_DAYS))
    notice = closing_notice(mini_tender.published_at, mini_tender.closes_at, TWO_DAYS)
    with pytest.raises(Exception, match=r"(?i)unique"), transaction():
        warn_of_closing(mini_tender, notice, home="http://localhost", at=TWO_DAYS)


def test_the_requester_and_the_openers_are_told_once_when_offers_wait_to_be_opened(mini_tender: MiniTender, turn: At):
    with transaction():
        openers = [make_person(mini_tender.organisation, Role.OPENER) for _ in range(2)]
        make_person(mini_tender.organisation, Role.OPENER, is_active=False)
        make_person(mini_tender.organisation, Role.AUDITOR)
    assert announce_closed(turn(CLOSES)) == 0
    assert announce_closed(turn(CLOSES + timedelta(microseconds=1))) == 1
    assert announce_closed(turn(CLOSES + timedelta(days=3))) == 0
    letters = session.query(Letter).filter_by(kind="waiting_opening").all()
    assert {letter.person_id for letter in letters} == {mini_tender.created_by, *(person.id for person in openers)}
    assert "lundi 7 décembre 2026 à 12\u00a0h, heure de Paris" in letters[0].body


def test_a_requester_who_is_an_opener_too_gets_one_letter(database, turn: At):
    with transaction():
        mini_tender = make_mini_tender()
        mini_tender.created_by = make_person(mini_tender.organisation, Role.REQUESTER, Role.OPENER).id
        make_published(mini_tender)
    announce_closed(turn(CLOSES + timedelta(hours=1)))
    assert session.query(Letter).filter_by(kind="waiting_opening", person_id=mini_tender.created_by).count() == 1


@pytest.mark.parametrize("state", [MiniTenderState.OPENED, MiniTenderState.DISCONTINUED])
def test_what_is_opened_or_given_up_makes_no_reminder(mini_tender: MiniTender, turn: At, state: MiniTenderState):
    with transaction():
        mini_tender.state = state
        mini_tender.discontinued_at = SENT if state == MiniTenderState.DISCONTINUED else None
    assert warn_closing(turn(TWO_DAYS)) == 0
    assert announce_closed(turn(CLOSES + timedelta(hours=1))) == 0


def test_a_draft_makes_no_reminder(database, turn: At):
    with transaction():
        make_mini_tender()
    assert (warn_closing(turn(TWO_DAYS)), announce_closed(turn(CLOSES + timedelta(hours=1)))) == (0, 0)
