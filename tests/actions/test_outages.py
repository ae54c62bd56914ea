"""Outages seen by our own probes: what did not answer, what nobody watched, and when to propose more time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from sad.actions.mini_tender_changes import change_mini_tender
from sad.actions.outages import last_outages, mini_tenders_hit, note_watch, note_web, outage_to_make_up_for, outages_between
from sad.db import session, transaction
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.outages import Watch
from sad.models.people import Role
from tests.factories.mini_tenders import CLOSES, HOME, SENT, make_published
from tests.factories.people import make_person

SOON = CLOSES - timedelta(hours=3)
TICK = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def watch(*instants: datetime, **values) -> None:
    for at in instants:
        with transaction():
            note_watch(at=at, **values)


def web(answers: bool, at: datetime, since: datetime | None = None) -> None:
    with transaction():
        note_web(answers, since=since or at, at=at)


def told() -> list[tuple[str, datetime, datetime | None]]:
    return [(each.part, each.began_at, each.ended_at) for each in reversed(last_outages(9))]


def test_a_service_that_is_watched_without_a_gap_has_no_outage(database):
    watch(*(SENT + n * TICK for n in range(20)))
    (watched,) = session.query(Watch).all()
    assert (watched.began_at, watched.last_at, told()) == (SENT, SENT + 19 * TICK, [])


def test_a_time_that_nobody_watched_is_kept_as_such(database):
    watch(SENT, SENT + TICK, SENT + 26 * HOUR, SENT + 26 * HOUR + TICK)
    assert told() == [("watch", SENT + TICK, SENT + 26 * HOUR)]
    assert session.query(Watch).count() == 2


@pytest.mark.parametrize(("gap", "count"), [(180, 0), (181, 1)])
def test_a_gap_counts_beyond_its_limit(database, gap: int, count: int):
    watch(SENT, SENT + timedelta(seconds=gap))
    assert len(told()) == count


def test_a_database_that_refused_is_told_from_a_watch_that_slept(database):
    watch(SENT)
    watch(SENT + 20 * MINUTE, database_down=(SENT + MINUTE, SENT + 19 * MINUTE))
    assert told() == [("database", SENT + MINUTE, SENT + 20 * MINUTE)]
    watch(SENT + 5 * HOUR, database_down=(SENT + HOUR, SENT + 2 * HOUR))
    assert told()[1:] == [("database", SENT + HOUR, SENT + 2 * HOUR), ("watch", SENT + 2 * HOUR, SENT + 5 * HOUR)]


def test_an_outage_during_which_the_watch_stopped_is_known_until_then_only(database):
    watch(SENT, SENT + TICK)
    web(False, SENT + TICK)
    watch(SENT + 2 * TICK, SENT + 9 * HOUR)
    web(True, SENT + 9 * HOUR)
    assert told() == [("web", SENT + TICK, SENT + 2 * TICK), ("watch", SENT + 2 * TICK, SENT + 9 * HOUR)]


def test_a_web_outage_begins_at_its_first_failed_probe_and_ends_once(database):
    web(True, SENT)
    web(False, SENT + 2 * TICK, since=SENT + TICK)
    web(False, SENT + 3 * TICK, since=SENT + TICK)
    assert told() == [("web", SENT + TICK, None)]
    web(True, SENT + 9 * TICK)
    web(True, SENT + 10 * TICK)
    assert told() == [("web", SENT + TICK, SENT + 9 * TICK)]
    lines = session.scalars(select(JournalEntry.action).where(JournalEntry.action.like("%outage")).order_by(JournalEntry.seq))
    assert list(lines) == ["begin_outage", "end_outage"]


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [(0, 9, 1), (2, 3, 1), (0, 1, 1), (5, 6, 1), (0, 0.9, 0), (5.1, 9, 0)],
)
def test_the_outages_of_a_period_are_those_that_touch_it(database, start: float, end: float, count: int):
    web(False, SENT + HOUR)
    web(True, SENT + 5 * HOUR)
    assert len(outages_between(SENT + start * HOUR, SENT + end * HOUR)) == count


@pytest.fixture
def mini_tender(database) -> MiniTender:
    with transaction():
        return make_published(suppliers=1)


@pytest.mark.parametrize(
    ("began", "lasted", "asks"),
    [
        (SOON, 5 * MINUTE, True),
        (SOON, 4 * MINUTE, False),
        (CLOSES - 30 * HOUR, HOUR, False),
        (CLOSES - 25 * HOUR, 90 * MINUTE, True),
    ],
)
def test_more_time_is_proposed_after_an_outage_that_is_long_and_near_enough(mini_tender, began, lasted, asks):
    web(False, began)
    web(True, began + lasted)
    assert (outage_to_make_up_for(mini_tender, CLOSES - MINUTE) is not None) is asks


def test_an_outage_that_lasts_asks_too_and_a_closed_consultation_does_not(mini_tender):
    watch(SOON)
    web(False, SOON)
    assert outage_to_make_up_for(mini_tender, SOON + 9 * MINUTE) is None, "nobody has seen it last"
    watch(*(SOON + n * MINUTE for n in range(1, 6)))
    assert outage_to_make_up_for(mini_tender, SOON + 5 * MINUTE) is not None
    assert outage_to_make_up_for(mini_tender, CLOSES + timedelta(microseconds=1)) is None


def test_what_nobody_watched_asks_nothing(mini_tender):
    watch(SOON, SOON + HOUR)
    assert told() != [] and outage_to_make_up_for(mini_tender, SOON + HOUR) is None


def test_once_the_deadline_was_put_off_after_it_an_outage_asks_nothing_more(mini_tender):
    web(False, SOON)
    web(True, SOON + HOUR)
    buyer, second = (make_person(mini_tender.organisation, Role.BUYER) for _ in range(2))
    session.commit()
    with transaction():
        said = {"version": mini_tender.version, "reason": "Panne.", "home": HOME, "approved_by": second}
        change_mini_tender(mini_tender, CLOSES + timedelta(days=1), None, **said, by=buyer, at=SOON + 2 * HOUR)
    assert outage_to_make_up_for(mini_tender, SOON + 3 * HOUR) is None
    web(False, CLOSES)
    web(True, CLOSES + HOUR)
    assert outage_to_make_up_for(mini_tender, CLOSES + 2 * HOUR) is not None
    assert mini_tenders_hit(mini_tender.organisation_id, SOON + 2 * HOUR) == []
    hit = mini_tenders_hit(mini_tender.organisation_id, CLOSES + 2 * HOUR)
    assert [(each.id, outage.began_at) for each, outage in hit] == [(mini_tender.id, CLOSES)]
