"""The order goes with its mail as a PDF: as the act wrote it, to one recipient, within what mailboxes take."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from sad import clock, mail
from sad.actions.deliveries import AWAITED_ATTEMPTS
from sad.actions.orders import confirm_headcount
from sad.db import session, transaction
from sad.jobs import letters as delivery
from sad.jobs import papers as job
from sad.jobs.letters import deliver_letters
from sad.jobs.papers import set_papers
from sad.models.letters import Letter
from sad.models.orders import Order
from sad.reports.order import order_pdf
from tests.factories.orders import ORDERED, make_order, order_link
from tests.web.rows import again

ORDERS = ("order_sent", "order_changed")


@pytest.fixture
def order(database) -> Order:
    with transaction():
        order = make_order()
        for letter in session.scalars(select(Letter).where(Letter.kind.not_in(ORDERS))):
            letter.sent_at = ORDERED
    return order


@pytest.fixture
def sent(monkeypatch) -> list[EmailMessage]:
    found: list[EmailMessage] = []
    monkeypatch.setattr(mail.Outbox, "send", lambda _box, message: found.append(message))
    return found


def deliver(turn, at: datetime = ORDERED) -> int:
    with clock.frozen(at):
        return deliver_letters(turn(at))


def make(turn, at: datetime = ORDERED) -> int:
    with clock.frozen(at):
        return set_papers(turn(at))


def enclosures(message: EmailMessage) -> list[tuple[str, str, bytes]]:
    return [(each.get_filename(), each.get_content_type(), each.get_content()) for each in message.iter_attachments()]


def test_the_mail_of_an_order_waits_for_its_pdf_and_carries_it_to_one_recipient(order, turn, sent):
    assert deliver(turn) == 0
    make(turn)
    assert deliver(turn) == 1
    (message,) = sent
    ((name, kind, body),) = enclosures(message)
    kept = again(order)
    assert (name, kind) == (f"bon-de-commande-{kept.reference}.pdf", "application/pdf") and body == order_pdf(kept)
    assert len(message["To"].addresses) == 1 and message["Cc"] is None and message["Bcc"] is None
    assert "Bien reçu" in message.get_body().get_content()


def test_each_letter_carries_the_order_as_it_was_written_even_when_it_has_changed_since(order, turn, sent):
    before = order_pdf(again(order))
    with transaction():
        held = again(order)
        said = {"version": held.version, "link": order_link, "by": held.orderer, "at": ORDERED + timedelta(minutes=1)}
        confirm_headcount(held, held.highest_headcount, **said)
    make(turn, ORDERED + timedelta(minutes=2))
    assert deliver(turn, ORDERED + timedelta(minutes=2)) == 2
    first, second = (enclosures(message)[0][2] for message in sent)
    assert first == before and second == order_pdf(again(order)) != before


def test_the_message_is_the_same_on_every_attempt(order, turn, sent, settings):
    make(turn)
    deliver(turn)
    with transaction():
        session.scalars(select(Letter).where(Letter.kind == "order_sent")).one().sent_at = None
    deliver(turn, ORDERED + timedelta(days=1))
    first, second = sent
    assert first.as_bytes() == second.as_bytes()


def test_a_pdf_that_cannot_be_made_does_not_keep_the_order_from_leaving(order, turn, sent, monkeypatch):
    monkeypatch.setattr(job, "paper_pdf", lambda paper: 1 / 0)
    at = ORDERED
    for attempt in range(AWAITED_ATTEMPTS):
        assert deliver(turn, at) == 0
        make(turn, at)
        at += timedelta(minutes=1 << attempt)
    assert deliver(turn, at) == 1
    assert enclosures(sent[0]) == []


def test_one_that_is_too_big_or_lost_stays_out_and_the_words_say_where_it_is(order, turn, sent, monkeypatch):
    make(turn)
    monkeypatch.setattr(delivery, "MOST_ENCLOSED", 10)
    assert deliver(turn) == 1
    assert enclosures(sent[0]) == [] and order_link(again(order).id) in sent[0].get_content()


def test_a_mail_without_enclosure_stays_plain(order, turn, sent):
    make(turn)
    with transaction():
        session.scalars(select(Letter).where(Letter.kind == "award").limit(1)).one().sent_at = None
    deliver(turn)
    assert {message.is_multipart() for message in sent} == {True, False}
