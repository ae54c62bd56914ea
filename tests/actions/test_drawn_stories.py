"""Whole consultations drawn at random beside their model: a few at each run, a million steps in `tests/campaigns/stories.py`."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad.actions import journal, offers, openings
from sad.db import session
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer, OfferState
from tests.campaigns import story
from tests.campaigns.story import Cast, played

SEEDS = (0, 6)  # one goes to its contract, the other is given up
DEPOSITS_TAKEN_BACK = (0, 2)  # in these some are withdrawn before the opening, some come late


@pytest.fixture
def stage(database, tmp_path):
    connection = database.connect()
    cast = Cast()
    yield cast, connection, tmp_path
    connection.close()


def test_the_product_does_what_the_model_foresees_step_by_step(stage):
    told = []
    for seed in SEEDS:
        played(*stage, seed, told.append)
    assert {each.model.state for each in told} == {"notified", "discontinued"}, "stories that all end alike prove little"
    done = told[0].done + told[1].done
    acts = {act: count for act, count in done.items() if act != "look"}
    assert sum(acts.values()) > 100 and done["crash"] > 2
    assert {"deposit, done", "deposit, again", "rank, done", "approve, refused", "notify, done"} <= acts.keys()


def test_a_withdrawal_after_the_deadline_would_be_seen(stage, monkeypatch):
    def whenever(offer, **_said):
        offer.state = OfferState.WITHDRAWN

    monkeypatch.setattr(story, "withdraw_offer", whenever)
    with pytest.raises(AssertionError, match="withdraw"):
        played_until_seen(stage)


@pytest.mark.parametrize(
    "counted",
    [Offer.state == OfferState.DEPOSITED, Offer.state.in_((OfferState.DEPOSITED, OfferState.WITHDRAWN)) & ~Offer.late],
    ids=["late", "withdrawn"],
)
def test_an_offer_that_does_not_count_cannot_be_opened_with_the_others(stage, monkeypatch, counted):
    """The database itself stops it, before the model would."""
    monkeypatch.setattr(openings, "live_offers", lambda need: offers_where(need, counted))
    with pytest.raises(IntegrityError, match="only_live_offers_in_time_or_admitted"):
        played_until_seen(stage)


def test_an_offer_in_time_that_stays_closed_would_be_seen(stage, monkeypatch):
    counted = (Offer.state == OfferState.DEPOSITED) & ~Offer.late
    monkeypatch.setattr(openings, "live_offers", lambda need: offers_where(need, counted)[1:])
    with pytest.raises(AssertionError, match="confirm_opening"):
        played_until_seen(stage)


def test_an_offer_that_does_not_take_the_place_of_the_one_before_would_be_seen(stage, monkeypatch):
    def beside(offer, need, supplier):
        before = offers.live_offer(need, supplier, late=offer.late)
        if before is not None:
            offer.state = OfferState.REPLACED
        session.add(offer)
        session.flush()

    monkeypatch.setattr(offers, "_take_place", beside)
    with pytest.raises(AssertionError, match="deposit"):
        played_until_seen(stage)


def test_an_act_without_its_line_would_be_seen(stage, monkeypatch):
    monkeypatch.setattr(offers, "record", lambda *_said, **_more: session.scalars(select(journal.JournalEntry).limit(1)).one())
    with pytest.raises(AssertionError, match="its line"):
        played_until_seen(stage)


def played_until_seen(stage):
    for seed in DEPOSITS_TAKEN_BACK:
        played(*stage, seed)


def offers_where(need: MiniTender, counted) -> list[Offer]:
    return list(session.scalars(select(Offer).where(Offer.mini_tender_id == need.id, counted).order_by(Offer.received_at, Offer.id)))
