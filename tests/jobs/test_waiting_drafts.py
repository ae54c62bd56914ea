"""Reminders of offers that are typed and not deposited: who is told, when, once, and that nobody else learns of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sad.actions.offer_drafts import draft_of, save_offer_draft
from sad.db import session, transaction
from sad.jobs.mini_tenders import warn_closing
from sad.jobs.turn import Turn
from sad.models.invitations import Intention
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, SENT, invited
from tests.factories.offers import make_deposit, offered
from tests.factories.suppliers import member_of

At = Callable[[datetime], Turn]
TWO_HOURS, HALF_HOUR = CLOSES - timedelta(hours=2), CLOSES - timedelta(minutes=30)
INSTANT = timedelta(microseconds=1)


def write_draft(mini_tender: MiniTender, supplier: Supplier, at: datetime = SENT) -> None:
    with transaction():
        content, stamp = offered(mini_tender, supplier), ""
        save_offer_draft(mini_tender, supplier, content, (), stamp=stamp, seal_key=SEAL_KEY, by=member_of(supplier), at=at)
        assert draft_of(mini_tender, supplier)


def told(kind: str) -> dict[int | None, str]:
    return {letter.supplier_id: letter.body for letter in session.query(Letter).filter_by(kind=kind)}


def due(mini_tender: MiniTender, turn: At, at: datetime) -> int:
    """What the job did then, the reminders of 24 hours having left in their time."""
    warn_closing(turn(CLOSES - timedelta(hours=23)))
    return warn_closing(turn(at))


@pytest.mark.parametrize(("kind", "since"), [("draft_two_hours", TWO_HOURS), ("draft_half_hour", HALF_HOUR)])
def test_only_who_typed_and_did_not_deposit_is_told_from_then_on_and_once(mini_tender: MiniTender, turn: At, kind: str, since: datetime):
    writer, declined, depositor, _silent = (each.supplier for each in invited(mini_tender))
    for supplier in (writer, declined, depositor):
        write_draft(mini_tender, supplier)
    with transaction():
        invited(mini_tender)[1].intention = Intention.DECLINED
        make_deposit(mini_tender, depositor, at=SENT + timedelta(days=1))
    due(mini_tender, turn, since - INSTANT)
    assert told(kind) == {}
    assert [warn_closing(turn(since)) for _ in range(3)] == [1, 0, 0]
    assert told(kind).keys() == {writer.id}
    assert "PAS ENCORE DÉPOSÉE" in told(kind)[writer.id]
    assert warn_closing(turn(CLOSES)) == 0


def test_a_draft_written_after_the_deposit_is_told_of_and_one_kept_from_it_is_not(mini_tender: MiniTender, turn: At):
    changed, kept = (each.supplier for each in invited(mini_tender)[:2])
    with transaction():
        for supplier in (changed, kept):
            make_deposit(mini_tender, supplier, at=SENT + timedelta(days=2))
    write_draft(mini_tender, changed, at=SENT + timedelta(days=3))
    write_draft(mini_tender, kept, at=SENT + timedelta(days=2))
    due(mini_tender, turn, TWO_HOURS)
    assert told("draft_two_hours").keys() == {changed.id}
    assert "Votre offre déposée est bien gardée" in told("draft_two_hours")[changed.id]


def test_a_scheduler_that_comes_back_late_tells_each_supplier_one_thing(mini_tender: MiniTender, turn: At):
    writer = invited(mini_tender)[0].supplier
    write_draft(mini_tender, writer)
    assert warn_closing(turn(HALF_HOUR + timedelta(minutes=5))) == 1
    assert told("draft_half_hour").keys() == {writer.id} and told("draft_two_hours") == {}
    assert len(told("closing_one_day")) == 3 and writer.id not in told("closing_one_day")


def test_agents_learn_nothing_of_it(mini_tender: MiniTender, turn: At):
    write_draft(mini_tender, invited(mini_tender)[0].supplier)
    due(mini_tender, turn, TWO_HOURS)
    [letter] = session.query(Letter).filter_by(kind="draft_two_hours")
    assert (letter.organisation_id, letter.mini_tender_id) == (None, None)
    line = session.query(JournalEntry).filter_by(action="warn_of_drafts_two_hours").one()
    assert line.object == f"mini_tenders:{mini_tender.id}" and session.get(JournalBody, line.seq).body == {}


def test_the_journal_says_the_same_when_nobody_writes(mini_tender: MiniTender, turn: At):
    assert due(mini_tender, turn, TWO_HOURS) == 1
    assert told("draft_two_hours") == {}
    assert session.query(JournalEntry).filter_by(action="warn_of_drafts_two_hours").count() == 1
