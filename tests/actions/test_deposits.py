"""Deposits: in time to the microsecond, once for each key, replaced, withdrawn, late."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.offer_drafts import draft_of, save_offer_draft
from sad.actions.offers import live_offer, offers_of, submit_offer, withdraw_offer
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTenderState
from sad.models.offers import DepositAttempt, Offer, OfferState, Receipt
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import IN_TIME, LINK, PDF, make_deposit, offered
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of

A_MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def mini_tender(database):
    found = make_published(suppliers=2)
    session.commit()
    return found


@pytest.fixture
def supplier(mini_tender):
    return invitees_of(mini_tender)[0]


def deposit(mini_tender, supplier, **parts) -> Offer:
    with transaction():
        return make_deposit(mini_tender, supplier, **parts)


def withdraw(offer, at=IN_TIME) -> Offer:
    with transaction():
        return withdraw_offer(offer, link=LINK, by=member_of(offer.supplier), at=at)


def refusals(act) -> list[tuple[str | None, str | None]]:
    """What an act is refused for: (rule, field)."""
    with pytest.raises(Refused) as refused:
        act()
    return [(each.rule, each.field) for each in refused.value.refusals]


def states(mini_tender, supplier) -> list[tuple[str, bool]]:
    return [(each.state, each.late) for each in reversed(offers_of(mini_tender, supplier))]


@pytest.mark.parametrize(
    ("received_at", "late"),
    [
        (CLOSES - A_MICROSECOND, False),
        (CLOSES, False),
        (CLOSES + A_MICROSECOND, True),
        (CLOSES + timedelta(seconds=25), True),
    ],
    ids=["a microsecond before", "at the instant", "a microsecond after", "25 seconds after"],
)
def test_on_time_is_decided_to_the_microsecond_and_nothing_is_refused(mini_tender, supplier, received_at, late):
    offer = deposit(mini_tender, supplier, at=received_at)
    assert (offer.late, offer.state, offer.received_at) == (late, OfferState.DEPOSITED, received_at)


def test_the_instant_that_counts_is_the_end_of_the_sending_not_that_of_the_act(mini_tender, supplier):
    with transaction():
        offer = submit_offer(
            mini_tender,
            supplier,
            offered(mini_tender, supplier),
            idempotency_key="slow",
            started_at=CLOSES - timedelta(minutes=3),
            received_at=CLOSES,
            seal_key=SEAL_KEY,
            link=LINK,
            by=member_of(supplier),
            at=CLOSES + timedelta(seconds=4),
        )
    assert not offer.late


def test_the_same_key_fifty_times_is_one_offer_and_one_receipt(mini_tender, supplier):
    found = {deposit(mini_tender, supplier, key="same", prices=(f"{3 + number}.00", "4.00")).id for number in range(50)}
    assert len(found) == 1
    assert session.scalar(select(func.count(Receipt.id))) == 1
    assert len(session.scalars(select(Letter).where(Letter.kind == "offer_deposited")).all()) == 1


def test_the_last_offer_in_time_replaces_the_one_before(mini_tender, supplier):
    first = deposit(mini_tender, supplier)
    second = deposit(mini_tender, supplier, at=IN_TIME + timedelta(hours=1))
    assert states(mini_tender, supplier) == [(OfferState.REPLACED, False), (OfferState.DEPOSITED, False)]
    assert first.ended_at == second.received_at
    assert live_offer(mini_tender, supplier) == second


def test_the_last_received_counts_even_when_an_earlier_one_is_written_after_it(mini_tender, supplier):
    later = deposit(mini_tender, supplier, at=IN_TIME + timedelta(seconds=1))
    deposit(mini_tender, supplier, at=IN_TIME)
    assert live_offer(mini_tender, supplier) == later
    assert states(mini_tender, supplier) == [(OfferState.REPLACED, False), (OfferState.DEPOSITED, False)]


def test_a_late_offer_never_takes_the_place_of_one_in_time(mini_tender, supplier):
    in_time = deposit(mini_tender, supplier)
    deposit(mini_tender, supplier, at=CLOSES + A_MICROSECOND)
    late = deposit(mini_tender, supplier, at=CLOSES + timedelta(hours=1))
    assert live_offer(mini_tender, supplier) == in_time
    assert live_offer(mini_tender, supplier, late=True) == late
    assert states(mini_tender, supplier) == [(OfferState.DEPOSITED, False), (OfferState.REPLACED, True), (OfferState.DEPOSITED, True)]


def test_an_offer_is_withdrawn_until_the_deadline_and_another_may_follow(mini_tender, supplier):
    offer = withdraw(deposit(mini_tender, supplier), at=CLOSES)
    assert (offer.state, offer.ended_at) == (OfferState.WITHDRAWN, CLOSES)
    assert refusals(lambda: withdraw(offer)) == [(None, None)]
    assert not deposit(mini_tender, supplier, at=CLOSES).late
    kinds = session.scalars(select(Letter.kind).where(Letter.supplier_id == supplier.id).order_by(Letter.id)).all()
    assert kinds[-3:] == ["offer_deposited", "offer_withdrawn", "offer_deposited"]


def test_an_offer_is_not_withdrawn_after_the_deadline(mini_tender, supplier):
    offer = deposit(mini_tender, supplier)
    assert refusals(lambda: withdraw(offer, at=CLOSES + A_MICROSECOND)) == [("REC-05", None)]
    assert offer.state == OfferState.DEPOSITED


def test_whoever_is_not_invited_deposits_nothing(mini_tender):
    stranger = make_supplier()
    session.commit()
    assert refusals(lambda: deposit(mini_tender, stranger)) == [("SAD-15", None)]


def test_nothing_is_deposited_once_the_consultation_is_discontinued(mini_tender, supplier):
    buyer = make_person(mini_tender.organisation, Role.BUYER)
    session.commit()
    with transaction():
        discontinue_mini_tender(mini_tender, "Réunion annulée.", by=buyer, at=IN_TIME)
    assert refusals(lambda: deposit(mini_tender, supplier)) == [("AWD-10", None)]


def test_an_offer_still_on_its_way_when_the_others_are_opened_does_not_count(mini_tender, supplier):
    mini_tender.state = MiniTenderState.OPENED
    session.commit()
    assert refusals(lambda: deposit(mini_tender, supplier, at=CLOSES)) == [("REC-01", None)]
    assert deposit(mini_tender, supplier, at=CLOSES + A_MICROSECOND).late


def test_an_incomplete_offer_is_refused_for_all_it_lacks(mini_tender, supplier):
    fields = [field for _, field in refusals(lambda: deposit(mini_tender, supplier, prices=("0", "4.00"), vat="7", values={}))]
    first, second = (line.id for line in mini_tender.lines)
    specifications = [f"value-{key}" for key in ("intermediaries", "direct_supply_pct", "organic_or_siqo_pct", "reusable_packaging")]
    assert fields == [f"price-{first}", f"vat-{first}", f"vat-{second}", *specifications]
    assert session.scalar(select(func.count(Offer.id))) == 0


def test_a_supplier_exempt_from_vat_deposits_without_it(mini_tender, supplier):
    supplier.is_vat_exempt = True
    session.commit()
    assert refusals(lambda: deposit(mini_tender, supplier))[0][1] == f"vat-{mini_tender.lines[0].id}"
    assert deposit(mini_tender, supplier, vat="0").state == OfferState.DEPOSITED


@pytest.mark.parametrize("is_kept", [False, True])
def test_the_draft_is_destroyed_at_deposit_unless_its_supplier_keeps_it(mini_tender, supplier, is_kept):
    content = offered(mini_tender, supplier)
    by, at = member_of(supplier), IN_TIME
    with transaction():
        save_offer_draft(mini_tender, supplier, content, [PDF], stamp="", seal_key=SEAL_KEY, by=by, at=at)
    with transaction():
        submit_offer(
            mini_tender, supplier, content, [PDF], idempotency_key="k", started_at=at, received_at=at, seal_key=SEAL_KEY, link=LINK,
            by=by, at=at, keep_draft=is_kept,
        )
    assert (draft_of(mini_tender, supplier) is not None) is is_kept


def test_each_person_of_the_supplier_is_told_and_nobody_else(mini_tender, supplier):
    deposit(mini_tender, supplier, files=[PDF])
    letter = session.scalars(select(Letter).where(Letter.kind == "offer_deposited")).one()
    assert letter.person_id == member_of(supplier).id
    assert (letter.organisation_id, letter.mini_tender_id) == (None, None)
    said = ("6 décembre 2026 à 12\u00a0h\u00a000\u00a0min\u00a000\u00a0s", supplier.name, mini_tender.title, LINK)
    assert [text for text in said if text not in letter.body] == []
    assert "3,10" not in letter.body and PDF.name not in letter.body


def test_a_late_depositor_is_told_so(mini_tender, supplier):
    deposit(mini_tender, supplier, at=CLOSES + timedelta(seconds=25))
    letter = session.scalars(select(Letter).where(Letter.kind == "offer_late")).one()
    assert "7 décembre 2026 à 12\u00a0h\u00a000\u00a0min\u00a025\u00a0s" in letter.body
    assert mini_tender.organisation.contact_email in letter.body


def test_the_journal_of_the_buyer_says_nothing_of_deposits(mini_tender, supplier):
    with transaction():
        attempt = attempt_deposit(
            mini_tender, supplier, started_at=IN_TIME, received_at=IN_TIME, size=9, by=member_of(supplier), at=IN_TIME
        )
    withdraw(deposit(mini_tender, supplier))
    with transaction():
        refuse_attempt(attempt, [], by=member_of(supplier), at=IN_TIME)
    lines = session.execute(select(JournalEntry.action, JournalEntry.organisation_id).order_by(JournalEntry.seq)).all()[-4:]
    assert lines == [("attempt_deposit", None), ("submit_offer", None), ("withdraw_offer", None), ("refuse_attempt", None)]


def test_an_attempt_stays_when_the_deposit_is_refused(mini_tender, supplier):
    by, started_at = member_of(supplier), datetime(2026, 12, 6, 10, 59, 57, tzinfo=UTC)
    with transaction():
        attempt = attempt_deposit(mini_tender, supplier, started_at=started_at, received_at=IN_TIME, size=70_000, by=by, at=IN_TIME)
    with pytest.raises(Refused) as refused:
        deposit(mini_tender, supplier, prices=("0", "4.00"))
    with transaction():
        refuse_attempt(attempt, refused.value.refusals, by=by, at=IN_TIME)
    kept = session.scalars(select(DepositAttempt)).one()
    assert (kept.started_at, kept.received_at, kept.size_class, kept.offer_id) == (started_at, IN_TIME, 2, None)
    assert "supérieur à zéro" in kept.refused_because
