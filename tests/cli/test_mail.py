"""A mail that comes back is kept with its reason, and the buyer reads whom to call before the deadline."""

import pytest
from sqlalchemy import select

from sad import clock
from sad.actions.invitations import deliveries_of
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.mail import read_bounces
from sad.models.journal import JournalEntry
from sad.models.letters import Letter, LetterBounce
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, SENT, make_published
from tests.factories.offers import IN_TIME, make_deposit
from tests.factories.people import make_person
from tests.web.test_login import sign_in

NOTICE = """From: MAILER-DAEMON@relay.example
To: ne-pas-repondre@agglo.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; jeanne@moulin.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such
 mailbox

--b
Content-Type: {kind}

Subject: Invitation
Message-ID: {message_id}
To: jeanne@moulin.example

Bonjour
--b--
"""
SAID = "smtp; 550 5.1.1 no such mailbox"


def notice(message_id="<abc@sad>", action="failed", kind="message/rfc822") -> bytes:
    return NOTICE.format(message_id=message_id, action=action, kind=kind).replace("\n", "\r\n").encode()


@pytest.fixture
def need(database):
    with transaction():
        made = make_published(suppliers=2)
        for letter in session.scalars(select(Letter)):
            letter.sent_at = SENT
    return made


def invitation_to(need, supplier) -> Letter:
    return session.scalars(select(Letter).where(Letter.kind == "invitation", Letter.supplier_id == supplier.id)).one()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_notice_says_which_mail_came_back_and_why(kind):
    assert read_bounces(notice(kind=kind)) == [("<abc@sad>", SAID)]


@pytest.mark.parametrize("other", [
    b"", b"\xff\x00", b"Subject: Bonjour\r\n\r\nMerci.", notice(action="delayed"), notice(kind="text/plain"), notice(message_id=""),
    notice().replace(b"message/delivery-status", b"text/plain"), notice()[:430],
])  # fmt: skip
def test_what_is_no_bounce_is_read_as_none(other):
    assert read_bounces(other) == []


def test_a_bounce_shows_the_buyer_whom_to_call_before_the_deadline(run, app, need):
    with transaction():
        gone, other = invitees_of(need)
        gone.phone = "04 75 00 11 22"
        buyer = make_person(need.organisation, Role.BUYER)
        message_id, number, suppliers = invitation_to(need, gone).message_id, need.id, (gone.id, other.id)
    result = run("mail", "bounce", "-", input=notice(message_id))
    assert result.exit_code == 0 and "noté" in result.output
    told = deliveries_of(session.get_one(MiniTender, number), suppliers)
    assert told == {suppliers[0]: (None, SAID), suppliers[1]: (SENT, None)}
    client = app.test_client()
    sign_in(client, buyer)
    with clock.frozen(CLOSES.replace(day=6)):
        page = client.get(f"/achats/consultations/{number}").text.replace("\u00a0", " ")
    assert "Courriel refusé : appelez" in page and "04 75 00 11 22" in page


def test_the_same_notice_twice_is_one_bounce_and_one_line(run, need):
    message_id, organisation_id = invitation_to(need, invitees_of(need)[0]).message_id, need.organisation_id
    for _ in range(2):
        assert run("mail", "bounce", "-", input=notice(message_id)).exit_code == 0
    session.remove()
    assert len(session.scalars(select(LetterBounce)).all()) == 1
    assert [line.organisation_id for line in session.scalars(select(JournalEntry).where(JournalEntry.action == "record_bounce"))] == [
        organisation_id
    ]


def test_another_person_of_the_supplier_who_was_reached_is_enough(need):
    supplier = invitees_of(need)[0]
    first = invitation_to(need, supplier)
    with transaction():
        copied = {name: getattr(first, name) for name in ("kind", "supplier_id", "mini_tender_id", "to_name", "subject", "body", "sent_at")}
        session.add(Letter(**copied, to_email="autre@moulin.example", message_id="<other@sad>", created_at=SENT))
        session.add(LetterBounce(letter_id=first.id, at=SENT, reason=SAID))
    assert deliveries_of(need, [supplier.id])[supplier.id][0] == SENT


def test_the_bounce_of_a_letter_about_a_deposit_is_told_to_no_buyer(run, need):
    supplier = invitees_of(need)[0]
    with transaction():
        make_deposit(need, supplier, at=IN_TIME)
        number, supplier_id = need.id, supplier.id
    letter = session.scalars(select(Letter).where(Letter.kind == "offer_deposited")).one()
    run("mail", "bounce", "-", input=notice(letter.message_id))
    assert session.scalars(select(JournalEntry.organisation_id).where(JournalEntry.action == "record_bounce")).all() == [None]
    assert deliveries_of(session.get_one(MiniTender, number), [supplier_id])[supplier_id] == (SENT, None)


@pytest.mark.parametrize(("sent", "code", "said"), [(notice(), 0, "courrier inconnu"), (b"Bonjour", 1, "rien n’est noté")])
def test_what_is_not_ours_is_said_and_noted_nowhere(run, database, sent, code, said):
    result = run("mail", "bounce", "-", input=sent)
    assert result.exit_code == code and said in result.output
    assert session.scalars(select(LetterBounce)).all() == []
