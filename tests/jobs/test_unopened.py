"""The reminder of invitees that have not opened the page: to whom, when, once, and nobody else knows."""

from datetime import datetime, timedelta

import pytest

from sad import parameters
from sad.actions.invitations import announce_answer, decline_invitation, see_invitation
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.reminders import unopened_since
from sad.jobs.mini_tenders import remind_unopened_invitations, warn_closing
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from tests.factories.mini_tenders import CLOSES, SENT, invited
from tests.factories.offers import make_deposit
from tests.factories.suppliers import member_of

# Sent on Tuesday 24 November 2026: the third working day after is Friday 27.
DUE = datetime(2026, 11, 27, 8, tzinfo=PARIS)
TWO_DAYS = datetime(2026, 12, 3, 8, tzinfo=PARIS)
MOMENT = timedelta(microseconds=1)


def reminded() -> set[int | None]:
    return {letter.supplier_id for letter in session.query(Letter).filter_by(kind="invitation_unopened")}


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("sent", "since"),
    [
        ("2026-11-24T10:00", "2026-11-27T08:00"),
        ("2026-11-26T10:00", "2026-12-01T08:00"),  # over a week-end
        ("2026-12-23T10:00", "2026-12-29T08:00"),  # over Christmas
        ("2026-11-28T10:00", "2026-12-02T08:00"),  # sent on a Saturday
        ("2027-03-26T18:00", "2027-04-01T08:00"),  # over Easter Monday and the day on which an hour is missing
    ],
)
def test_it_is_due_on_the_morning_of_the_third_working_day(sent, since):
    closes, due = paris(sent) + timedelta(days=30), paris(since)
    assert unopened_since(paris(sent), closes, due, 3) == due
    assert unopened_since(paris(sent), closes, due - MOMENT, 3) is None


def test_it_gives_way_to_the_reminders_of_the_deadline():
    assert unopened_since(SENT, CLOSES, TWO_DAYS - MOMENT, 3) == DUE
    assert unopened_since(SENT, CLOSES, TWO_DAYS, 3) is None
    assert unopened_since(SENT, CLOSES, TWO_DAYS - MOMENT, 30) is None


def test_the_number_of_days_is_in_the_configuration():
    assert parameters.value("unopened_reminder_working_days", on=SENT.date()) == 3


def test_only_those_who_neither_opened_nor_said_anything_are_reminded_once(mini_tender, turn):
    seen, declined, announced, silent = invited(mini_tender)
    with transaction():
        see_invitation(seen, by=member_of(seen.supplier), at=SENT)
        decline_invitation(declined, "Pas disponible ce jour-là", by=member_of(declined.supplier), at=SENT)
        announce_answer(announced, by=member_of(announced.supplier), at=SENT)
    expected = {silent.supplier_id}
    assert remind_unopened_invitations(turn(DUE - MOMENT)) == 0
    assert remind_unopened_invitations(turn(DUE)) == 1
    assert remind_unopened_invitations(turn(DUE + timedelta(hours=1))) == 0
    assert reminded() == expected


def test_a_scheduler_that_was_down_reminds_late_but_never_beside_the_deadline(mini_tender, turn):
    assert remind_unopened_invitations(turn(TWO_DAYS - MOMENT)) == 1
    assert warn_closing(turn(TWO_DAYS)) == 1
    assert remind_unopened_invitations(turn(TWO_DAYS)) == 0


def test_a_deposit_changes_nothing_to_who_is_reminded(mini_tender, turn):
    first = invited(mini_tender)[0]
    with transaction():
        make_deposit(mini_tender, first.supplier)
    remind_unopened_invitations(turn(DUE))
    assert len(reminded()) == 4


def test_agents_learn_neither_who_was_reminded_nor_how_many(mini_tender, turn):
    remind_unopened_invitations(turn(DUE))
    letters = session.query(Letter).filter_by(kind="invitation_unopened").all()
    assert {(letter.organisation_id, letter.mini_tender_id) for letter in letters} == {(None, None)}
    line = session.query(JournalEntry).filter_by(action="remind_unopened").one()
    assert session.get(JournalBody, line.seq).body == {"since": DUE.isoformat()}


def test_the_letter_says_that_the_buyer_does_not_know(mini_tender, turn):
    remind_unopened_invitations(turn(DUE))
    letter = session.query(Letter).filter_by(kind="invitation_unopened").first()
    assert "L’acheteur ne sait pas à qui il est envoyé." in letter.body and mini_tender.title in letter.subject
