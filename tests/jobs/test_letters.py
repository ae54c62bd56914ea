"""Delivering letters: once each, outside any transaction, again after a failure, never lost."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine

from sad import clock, mail
from sad.actions.deliveries import LONGEST_WAIT, MOST_ATTEMPTS, claim_letter, wait_after
from sad.actions.letters import post_letter
from sad.db import session, transaction
from sad.jobs.letters import deliver_letters
from sad.jobs.turn import Turn
from sad.letters.messages import as_message
from sad.letters.text import LetterText
from sad.models.letters import Letter

WRITTEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Transport:
    """Takes messages, unless `fails` says why this one does not leave."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.fails: Callable[[EmailMessage], Exception | None] = lambda message: None

    def send(self, message: EmailMessage) -> None:
        assert not session().in_transaction(), "nothing is locked while mail is on its way"
        error = self.fails(message)
        if error:
            raise error
        self.sent.append(message)


@pytest.fixture
def transport(monkeypatch: pytest.MonkeyPatch) -> Transport:
    made = Transport()

    @contextmanager
    def given(settings):
        yield made

    monkeypatch.setattr(mail, "transport", given)
    return made


def post(*emails: str, secret: str | None = None, body: str = "Bonjour,\n") -> list[int]:
    with transaction():
        text = LetterText("admitted", "Vous êtes admis", body)
        letters = [post_letter(text, to=("Marie", each), at=WRITTEN, secret=secret) for each in emails]
    return [letter.id for letter in letters]


def deliver(settings, at: datetime = WRITTEN) -> int:
    with clock.frozen(at):
        return deliver_letters(Turn(settings, at))


def letter(identifier: int) -> Letter:
    return session.get(Letter, identifier, populate_existing=True)


def test_each_letter_leaves_once_for_one_recipient_oldest_first(database: Engine, settings, transport: Transport):
    post("a@ferme.example", "b@ferme.example", "c@ferme.example")
    assert deliver(settings) == 3
    assert deliver(settings, WRITTEN + timedelta(days=1)) == 0
    assert [message["To"].addresses[0].addr_spec for message in transport.sent] == ["a@ferme.example", "b@ferme.example", "c@ferme.example"]


def test_a_delivered_letter_says_when_and_forgets_its_link(database: Engine, settings, transport: Transport):
    identifier, = post("a@ferme.example", secret="https://marches.example/lien/abc", body="Ouvrez ce lien :\n\n[lien]\n")
    deliver(settings, WRITTEN + timedelta(minutes=3))
    sent = letter(identifier)
    assert (sent.sent_at, sent.secret, sent.last_error) == (WRITTEN + timedelta(minutes=3), None, None)
    assert "https://marches.example/lien/abc" in transport.sent[0].get_content()
    assert sent.body == "Ouvrez ce lien :\n\n[lien]\n"


def test_a_refused_letter_keeps_the_reason_and_lets_the_others_leave(database: Engine, settings, transport: Transport):
    gone, other = post("gone@ferme.example", "b@ferme.example")
    transport.fails = lambda message: mail.NotSent("550 no such mailbox") if "gone" in message["To"] else None
    assert deliver(settings) == 1
    assert (letter(gone).sent_at, letter(gone).last_error) == (None, "550 no such mailbox")
    assert letter(other).sent_at is not None


def test_a_server_that_is_down_ends_the_run_at_once(database: Engine, settings, transport: Transport):
    first, second = post("a@ferme.example", "b@ferme.example")
    transport.fails = lambda message: mail.ServerDown("connection refused")
    assert deliver(settings) == 0
    assert (letter(first).attempts, letter(second).attempts) == (1, 0)


def test_a_letter_that_failed_waits_longer_each_time_and_keeps_its_message_id(database: Engine, settings, transport: Transport):
    identifier, = post("a@ferme.example")
    tried: list[str] = []
    transport.fails = lambda message: tried.append(message["Message-ID"]) or mail.NotSent("451 try later")
    at = WRITTEN
    for wait in (1, 2, 4):
        deliver(settings, at)
        deliver(settings, at + timedelta(minutes=wait, seconds=-1))
        at += timedelta(minutes=wait)
    assert len(tried) == 3
    transport.fails = lambda message: None
    assert deliver(settings, at) == 1
    assert {*tried, transport.sent[0]["Message-ID"]} == {letter(identifier).message_id}
    assert letter(identifier).last_error is None


def test_a_sender_that_died_after_its_claim_loses_no_letter(database: Engine, settings, transport: Transport):
    post("a@ferme.example")
    with transaction():
        claim_letter(at=WRITTEN)
    assert deliver(settings, WRITTEN + timedelta(seconds=59)) == 0
    assert deliver(settings, WRITTEN + timedelta(minutes=1)) == 1


def test_the_wait_doubles_from_a_minute_to_six_hours():
    waits = [wait_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert waits[:4] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert waits == sorted(waits) and waits[-1] == LONGEST_WAIT
    assert timedelta(days=28) < sum(waits, timedelta()) < timedelta(days=35)


def test_a_letter_is_given_up_after_a_month_of_attempts(database: Engine, settings, transport: Transport):
    identifier, = post("gone@ferme.example")
    with transaction():
        tried = letter(identifier)
        tried.attempts, tried.claimed_at = MOST_ATTEMPTS - 1, WRITTEN
    transport.fails = lambda message: mail.NotSent("550 no such mailbox")
    deliver(settings, WRITTEN + LONGEST_WAIT)
    deliver(settings, WRITTEN + timedelta(days=400))
    assert (letter(identifier).attempts, letter(identifier).last_error) == (MOST_ATTEMPTS, "550 no such mailbox")


def test_an_impossible_address_does_not_keep_the_others_waiting(database: Engine, settings, transport: Transport):
    wrong, right = post("nobody at all", "b@ferme.example")
    assert deliver(settings) == 1
    assert "nobody at all" in (letter(wrong).last_error or "")
    assert letter(right).sent_at is not None


def test_a_job_asked_to_stop_leaves_the_rest_for_later(database: Engine, settings, transport: Transport):
    post("a@ferme.example", "b@ferme.example")
    turn = Turn(settings, WRITTEN)
    transport.fails = lambda message: turn.stop.set()
    assert deliver_letters(turn) == 1
    assert deliver(settings) == 1


def test_two_senders_never_claim_the_same_letter(database: Engine, settings):
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite n’a qu’un écrivain à la fois : la question ne se pose pas")
    first, second = post("a@ferme.example", "b@ferme.example")
    with transaction():
        mine = claim_letter(at=WRITTEN)
        with database.connect() as connection:
            skipped = connection.execute(
                Letter.__table__.select().where(Letter.sent_at.is_(None)).order_by(Letter.id).with_for_update(skip_locked=True)
            ).all()
    assert mine is not None and mine.id == first
    assert [row.id for row in skipped] == [second]


def test_nothing_in_a_letter_can_add_a_header(database: Engine):
    identifier, = post("a@ferme.example")
    with transaction():
        forged = letter(identifier)
        forged.subject, forged.to_name = "Bonjour\nBcc: spy@example.com", 'Marie"\r\nBcc: spy@example.com'
    message = as_message(letter(identifier), sender="sad@agglo.example")
    assert message["Bcc"] is None
    assert "\nBcc" not in message.as_string()
    assert message["Subject"] == "Bonjour Bcc: spy@example.com"


def test_letters_are_marked_as_automatic(database: Engine):
    identifier, = post("a@ferme.example")
    message = as_message(letter(identifier), sender="sad@agglo.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"].addresses[0].addr_spec == "sad@agglo.example"
