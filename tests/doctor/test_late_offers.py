"""The examination of late offers that count: a request, another person who approved it before, and the lines that say both."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from sad.db import session, transaction
from sad.doctor.findings import Site
from sad.doctor.late_offers import opened_without_approval
from sad.models.approvals import Approval, ApprovalKind
from sad.models.journal import JournalEntry
from sad.models.offers import Offer
from sad.models.openings import Opening
from tests.actions.test_late_offers import LATER, WHY, agree, ask, late, pair
from tests.factories.mini_tenders import SEAL_KEY
from tests.factories.tampering import unguarded

__all__ = ["late", "pair"]


@pytest.fixture
def site(settings) -> Site:
    return Site(settings.data_dir, SEAL_KEY, LATER)


@pytest.fixture
def opened(late, pair) -> Offer:
    agree(ask(late, pair[0]), pair[1])
    return late


def of_approval(**values):
    return lambda offer: session.execute(update(Approval).values(**values))


def of_offer(**values):
    return lambda offer: session.execute(update(Offer).where(Offer.id == offer.id).values(**values))


def of_line(said, **values):
    return lambda offer: session.execute(update(JournalEntry).where(JournalEntry.action == said).values(**values))


def the_request_is_gone(offer) -> None:
    session.execute(delete(Approval))


def the_two_names_are_exchanged(offer) -> None:
    asked_by, approved_by = session.execute(select(Offer.late_asked_by, Offer.late_approved_by).where(Offer.id == offer.id)).one()
    session.execute(update(Offer).where(Offer.id == offer.id).values(late_asked_by=approved_by, late_approved_by=asked_by))


def who_asked_is_another(offer) -> None:
    session.execute(update(Offer).where(Offer.id == offer.id).values(late_asked_by=_another()))


def who_approved_is_another(offer) -> None:
    session.execute(update(Offer).where(Offer.id == offer.id).values(late_approved_by=_another()))


def the_request_is_about_the_offer_in_time(offer) -> None:
    other = session.scalars(select(Offer.id).where(Offer.id != offer.id)).one()
    session.execute(update(Approval).values(object=f"offers:{other}"))


FAULTS = {
    "the request is gone": the_request_is_gone,
    "it still waits": of_approval(outcome=None, ended_by=None, ended_at=None),
    "it was declined": of_approval(outcome="declined", ended_reason="Non."),
    "it was withdrawn": of_approval(outcome="withdrawn"),
    "it lapsed": of_approval(outcome="lapsed", ended_by=None),
    "it is for another act": of_approval(kind=ApprovalKind.DISCONTINUE),
    "it is about the offer in time": the_request_is_about_the_offer_in_time,
    "the two names are exchanged": the_two_names_are_exchanged,
    "who asked is another": who_asked_is_another,
    "who approved is another": who_approved_is_another,
    "it was for another cause": of_offer(late_ground="outage"),
    "it was for other words": of_offer(late_reason=f"{WHY} Et la panne."),
    "it was opened before": of_offer(opened_at=LATER - timedelta(microseconds=1)),
    "no line opens it": of_line("open_late_offer", action="open_offers"),
    "the line opens another": of_line("open_late_offer", object="offers:999"),
    "the line is of another": of_line("open_late_offer", actor="person:999"),
    "no line approves it": of_line("approve_act", action="ask_approval"),
    "the line of approval is of another": of_line("approve_act", actor="person:999"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_lacks_to_an_opened_late_offer_is_found(opened, site, fault):
    assert list(opened_without_approval(site)) == []
    with unguarded():
        fault(opened)
    assert [each.about for each in opened_without_approval(site)] == [f"offers:{opened.id}"]


def test_an_offer_that_stays_sealed_asks_for_nothing(late, pair, site):
    assert list(opened_without_approval(site)) == []
    ask(late, pair[0])
    assert list(opened_without_approval(site)) == []


def test_an_offer_opened_for_one_line_of_sql_is_found_though_it_bears_two_names(late, pair, site):
    names = {"late_asked_by": pair[0].id, "late_approved_by": pair[1].id}
    with transaction():
        of_offer(late_ground="service", late_reason=WHY, is_opened=True, opened_at=LATER, content={}, total=1, **names)(late)
    assert [each.about for each in opened_without_approval(site)] == [f"offers:{late.id}"]


def test_an_envelope_that_did_not_open_needs_its_approval_too(late, pair, site):
    with transaction():
        of_offer(sealed_sha256="0" * 64)(late)
    agree(ask(late, pair[0]), pair[1])
    assert list(opened_without_approval(site)) == []
    with transaction():
        the_request_is_gone(late)
    assert [each.about for each in opened_without_approval(site)] == [f"offers:{late.id}"]


def _another() -> int:
    """Somebody of the house who had no part in it."""
    return session.scalars(select(Opening.first_person_id)).one()
