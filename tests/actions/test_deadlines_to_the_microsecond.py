"""Around a deadline, on ordinary days and on the nights when the hour changes: receipt, record and journal agree with the rule.

The checks are by seed: a few at each run, the others in `tests/campaigns/deadlines.py`.
"""

import random
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from sad.actions.opening_records import opening_record_of
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.domain.phases import is_open
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.trust.canonical import instant
from tests.campaigns.kept import check_deposit, check_journal
from tests.factories.mini_tenders import SEAL_KEY, make_published
from tests.factories.offers import make_deposit, make_opener

A_MICROSECOND, A_MILLISECOND, A_SECOND = timedelta(microseconds=1), timedelta(milliseconds=1), timedelta(seconds=1)
AN_HOUR = timedelta(hours=1)
AROUND = (-A_SECOND, -A_MILLISECOND, -A_MICROSECOND, timedelta(0), A_MICROSECOND, A_MILLISECOND, A_SECOND)
FURTHER = (-AN_HOUR, -25 * A_SECOND, 25 * A_SECOND, AN_HOUR, 23 * AN_HOUR)
DEADLINES = (
    datetime(2026, 12, 7, 12, 0, tzinfo=PARIS),
    datetime(2026, 10, 25, 1, 59, 59, 999_999, tzinfo=PARIS),
    datetime(2026, 10, 25, 2, 30, tzinfo=PARIS),  # the first time that it is half past two
    datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=1),  # the second time
    datetime(2026, 10, 25, 3, 0, tzinfo=PARIS),
    datetime(2027, 3, 28, 1, 59, 59, tzinfo=PARIS),
    datetime(2027, 3, 28, 3, 0, tzinfo=PARIS),  # one second after the line above
    datetime(2028, 2, 29, 12, 0, tzinfo=PARIS),
    datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=PARIS),
    datetime(2026, 12, 31, 23, 59, 59, tzinfo=PARIS),
)
CLOCKS = (UTC, PARIS, timezone(timedelta(hours=-4)), timezone(timedelta(hours=11)))  # how an instant may be written


def sent_until(closes_at: datetime, *, suppliers: int) -> tuple[MiniTender, list[Person]]:
    """A mini-tender sent to so many suppliers, to be answered by that instant, with two openers."""
    with transaction():
        mini_tender = make_published(suppliers=suppliers)
        openers = [make_opener(mini_tender) for _ in range(2)]
        mini_tender.published_at, mini_tender.closes_at = closes_at - timedelta(days=10), closes_at
    return mini_tender, openers


def opened(mini_tender: MiniTender, openers: list[Person], at: datetime):
    """What the record of the opening says, once two people have opened."""
    with transaction():
        ask_opening(mini_tender, by=openers[0], at=at)
    with transaction():
        opening = confirm_opening(mini_tender, seal_key=SEAL_KEY, by=openers[1], at=at)
    session.expire_all()
    return opening_record_of(mini_tender, opening)


def check_around_a_deadline(seed: int) -> None:
    """Eight suppliers deposit around a drawn deadline, in a drawn order: nobody is late who is not, and the other way round."""
    drawn = random.Random(seed)
    closes_at = drawn.choice(DEADLINES)
    mini_tender, openers = sent_until(closes_at, suppliers=len(AROUND) + 1)
    at = closes_at.astimezone(UTC)
    instants = [(at + offset).astimezone(drawn.choice(CLOCKS)) for offset in (*AROUND, drawn.choice(FURTHER))]
    invited = drawn.sample(invitees_of(mini_tender), len(instants))
    offers = {}
    for supplier, received_at in drawn.sample(list(zip(invited, instants, strict=True)), len(instants)):
        with transaction():
            offers[supplier.id] = make_deposit(mini_tender, supplier, at=received_at, written_at=received_at + drawn.random() * A_SECOND)
    late = {supplier.id: received_at.timestamp() > at.timestamp() for supplier, received_at in zip(invited, instants, strict=True)}
    session.expire_all()
    for supplier_id, offer in offers.items():
        _check_one(offer, late[supplier_id])
    record = opened(mini_tender, openers, at + 24 * AN_HOUR)
    assert {offer.supplier_id for offer in record.in_time} == {one for one, is_late in late.items() if not is_late}
    assert {offer.supplier_id for offer in record.late} == {one for one, is_late in late.items() if is_late}
    assert all(offer.is_opened is not offer.late for offer in offers.values()), "late ones stay sealed"


def _check_one(offer: Offer, is_late: bool) -> None:
    check_deposit(offer)
    assert offer.late is is_late is not is_open(offer.mini_tender, offer.received_at)
    line = select(JournalBody.body).join(JournalBody.entry)
    body = session.scalars(line.where(JournalEntry.object == f"offers:{offer.id}", JournalEntry.action == "submit_offer")).one()
    assert body["received_at"] == instant(offer.received_at)
    letter = session.scalars(select(Letter).where(Letter.supplier_id == offer.supplier_id, Letter.kind.like("offer_%"))).one()
    assert letter.kind == ("offer_late" if is_late else "offer_deposited")


def check_a_race_with_the_opening(seed: int) -> None:
    """Deposits received in time are written while the offers are opened: each is opened with the others, or refused and says so."""
    drawn = random.Random(seed)
    closes_at = drawn.choice(DEADLINES).astimezone(UTC)
    mini_tender, openers = sent_until(closes_at, suppliers=3)
    with transaction():
        ask_opening(mini_tender, by=openers[0], at=closes_at + A_MICROSECOND)
    received = [closes_at, closes_at - drawn.choice(AROUND[4:]), closes_at + A_MICROSECOND]
    pairs = list(zip([each.id for each in invitees_of(mini_tender)], received, strict=True))
    session.remove()
    acknowledged, refused, failures = {}, {}, []

    def deposit(supplier_id: int, received_at: datetime) -> None:
        try:
            with transaction():
                parts = session.get_one(MiniTender, mini_tender.id), session.get_one(Supplier, supplier_id)
                offer = make_deposit(*parts, at=received_at, written_at=closes_at + A_SECOND)
            acknowledged[supplier_id] = offer.id
        except Refused as refusal:
            refused[supplier_id] = [each.rule for each in refusal.refusals]

    def confirm() -> None:
        with transaction():
            opener = session.get_one(Person, openers[1].id)
            confirm_opening(session.get_one(MiniTender, mini_tender.id), seal_key=SEAL_KEY, by=opener, at=closes_at + A_SECOND)

    acts = [lambda pair=pair: deposit(*pair) for pair in pairs] + [confirm]
    at_once([(act, drawn.random() * 0.06) for act in acts], failures)
    assert failures == []
    (_, _, (late_one, _)) = pairs
    assert late_one in acknowledged, "a late offer is always received"
    assert all(rules == ["REC-01"] for rules in refused.values())
    there = {offer.supplier_id: offer for offer in session.scalars(select(Offer).where(Offer.mini_tender_id == mini_tender.id))}
    assert {one: offer.id for one, offer in there.items()} == acknowledged, "acknowledged and kept are the same"
    assert {one for one, offer in there.items() if offer.is_opened} == set(acknowledged) - {late_one}, "in time and not opened"
    assert {one for one, offer in there.items() if offer.late} == {late_one}
    for offer in there.values():
        check_deposit(offer)


def at_once(acts, failures) -> None:
    """Do each act in its own thread, after its own pause (seconds) from a common start."""
    start = threading.Barrier(len(acts))

    def play(act, pause) -> None:
        try:
            start.wait()
            time.sleep(pause)
            act()
        except Exception as failure:
            failures.append(failure)
        finally:
            session.remove()

    threads = [threading.Thread(target=play, args=each) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_late_to_the_microsecond_whatever_the_night(database, seed):
    check_around_a_deadline(seed)
    check_journal()


@pytest.mark.parametrize("seed", range(6))
def test_a_deposit_that_meets_the_opening_is_opened_with_the_others_or_refused(database, seed):
    check_a_race_with_the_opening(seed)
    check_journal()


def test_the_two_half_past_two_of_an_autumn_night_are_an_hour_apart(database):
    first = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    mini_tender, _ = sent_until(first, suppliers=1)
    (supplier,) = invitees_of(mini_tender)
    with transaction():
        offer = make_deposit(mini_tender, supplier, at=first.replace(fold=1))
    assert offer.late and offer.received_at.timestamp() - first.timestamp() == 3600
