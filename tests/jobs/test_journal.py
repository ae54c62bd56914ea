"""The journal's hashes given to everybody, once for each day and each deadline; the daily verification and what it leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from sad.actions.journal_checks import last_check
from sad.actions.openings import ask_opening, confirm_opening
from sad.db import session, transaction
from sad.jobs.journal import publish_heads, verify_journal
from sad.jobs.runner import run_job
from sad.jobs.schedule import TIMETABLE, Job
from sad.jobs.turn import Turn
from sad.models.journal import JournalEntry, Occasion, PublishedHead
from sad.models.letters import Letter
from sad.models.people import Role
from sad.trust.canonical import instant
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, SENT, make_published
from tests.factories.offers import make_opener
from tests.factories.people import make_person
from tests.factories.tampering import unguarded

HOUR = timedelta(hours=1)


@pytest.fixture
def mini_tender(database):
    with transaction():
        made = make_published(suppliers=1)
        make_person(made.organisation, Role.AUDITOR, email="auditor@agglo.example")
        make_person(made.organisation, Role.AUDITOR, email="gone@agglo.example", is_active=False)
    return made


@pytest.fixture
def publish(settings):
    return lambda at: publish_heads(Turn(settings, at))


def published() -> list[tuple[str, str]]:
    session.rollback()
    return [(each.occasion, each.about) for each in session.scalars(select(PublishedHead).order_by(PublishedHead.id))]


def test_the_head_of_the_day_is_published_once_whatever_the_turns(mini_tender, publish):
    assert [publish(SENT), publish(SENT + HOUR), publish(SENT + 24 * HOUR)] == [1, 0, 1]
    assert [occasion for occasion, _ in published()] == [Occasion.DAY, Occasion.DAY]


def test_the_head_of_a_deadline_is_published_once_it_has_passed(mini_tender, publish):
    about = f"mini_tenders:{mini_tender.id}:{instant(CLOSES)}"
    publish(CLOSES)
    assert (Occasion.DEADLINE, about) not in published()
    publish(CLOSES + timedelta(microseconds=1))
    publish(CLOSES + HOUR)
    assert published().count((Occasion.DEADLINE, about)) == 1


def test_the_head_before_an_opening_is_published_before_the_first_envelope(mini_tender):
    openers = [make_opener(mini_tender) for _ in range(2)]
    session.commit()
    with transaction():
        ask_opening(mini_tender, by=openers[0], at=CLOSES + HOUR)
    with transaction():
        opening = confirm_opening(mini_tender, seal_key=SEAL_KEY, by=openers[1], at=CLOSES + HOUR)
    head = session.scalars(select(PublishedHead).where(PublishedHead.occasion == Occasion.OPENING)).one()
    opened = session.scalars(select(JournalEntry.seq).where(JournalEntry.action == "open_offers")).one()
    assert head.hash == opening.journal_head and head.seq < opened


def test_whoever_audits_and_still_works_there_is_mailed_the_hashes_without_the_numbers_of_lines(mini_tender, publish):
    publish(SENT)
    (letter,) = session.scalars(select(Letter).where(Letter.kind == "journal_heads")).all()
    head = session.scalars(select(PublishedHead)).one()
    assert letter.to_email == "auditor@agglo.example" and head.hash in letter.body
    assert f"ligne {head.seq}" not in letter.body and f" {head.seq} " not in letter.body


def test_each_mail_holds_what_was_published_since_the_one_before(mini_tender, publish):
    publish(SENT)
    publish(CLOSES + HOUR)
    publish(CLOSES + 24 * HOUR)
    letters = session.scalars(select(Letter.body).where(Letter.kind == "journal_heads").order_by(Letter.id)).all()
    heads = session.scalars(select(PublishedHead.hash).order_by(PublishedHead.id)).all()
    assert [[hash in body for hash in heads] for body in letters] == [
        [True, False, False, False], [False, True, True, False], [False, False, False, True]
    ]  # fmt: skip


def test_the_daily_verification_keeps_how_far_the_journal_holds(mini_tender, settings):
    run_job(daily(), settings, Turn(settings, SENT).stop)
    assert last_check().error is None and last_check().done == session.query(JournalEntry).count()


def test_the_daily_verification_keeps_the_damage_that_it_finds(mini_tender, settings):
    with unguarded():
        session.execute(update(JournalEntry).where(JournalEntry.seq == 2).values(actor="person:7"))
    run_job(daily(), settings, Turn(settings, SENT).stop)
    assert "ligne 2" in last_check().error


def daily() -> Job:
    (found,) = [job for job in TIMETABLE if job.act is verify_journal]
    return found
