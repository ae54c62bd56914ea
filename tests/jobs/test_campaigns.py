"""Reminders of a campaign: to the silent, seven days before and two, once each, whatever the scheduler did."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from sad.actions.campaign_answers import answer_request
from sad.actions.campaign_decisions import KEPT, decide_request
from sad.actions.campaigns import close_campaign, open_campaign
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.jobs.campaigns import remind_campaigns
from sad.jobs.turn import Turn
from sad.models.campaigns import CampaignRequest
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.suppliers import Supplier
from tests.factories.admissions import make_admission
from tests.factories.campaigns import ANSWERED, ASKED, HOME, Field, make_field

At = Callable[[datetime], Turn]
DUE = date(2026, 12, 30)
SEVEN_DAYS, TWO_DAYS = datetime(2026, 12, 23, 8, 0, tzinfo=PARIS), datetime(2026, 12, 28, 8, 0, tzinfo=PARIS)
OVER = datetime(2026, 12, 31, 8, 0, tzinfo=PARIS)
AN_INSTANT = timedelta(microseconds=1)


@pytest.fixture
def field(database) -> Field:
    with transaction():
        made = make_field()
        made.campaign = open_campaign(made.system, due_on=DUE, stage=made.stage(2), home=HOME, by=made.buyer, at=ASKED)
        return made


def told() -> list[str]:
    found = session.query(Supplier.name).join(Letter, Letter.supplier_id == Supplier.id).filter(Letter.kind == "campaign_reminder")
    return [name.removeprefix("Ferme des ") for (name,) in found.order_by(Letter.id)]


def test_the_silent_are_reminded_from_eight_in_the_morning(field, turn: At):
    assert remind_campaigns(turn(SEVEN_DAYS - AN_INSTANT)) == 0
    assert remind_campaigns(turn(SEVEN_DAYS)) == 3
    assert told() == ["Noyers", "Tilleuls", "Vignes"]


def test_each_reminder_goes_once_however_often_the_job_runs(field, turn: At):
    runs = [remind_campaigns(turn(at)) for at in (SEVEN_DAYS, SEVEN_DAYS + AN_INSTANT, TWO_DAYS - AN_INSTANT, TWO_DAYS, TWO_DAYS)]
    assert runs == [3, 0, 0, 3, 0]
    session.rollback()
    assert [each.reminders for each in session.query(CampaignRequest)] == [2, 2, 2]


def test_whoever_has_answered_or_is_decided_is_left_in_peace(field, turn: At):
    with transaction():
        answer_request(field.request("Noyers"), {}, is_sworn=True, by=field.person("Noyers"), at=ANSWERED)
        decide_request(field.request("Tilleuls"), KEPT, note="Vu sur place.", by=field.buyer, at=ANSWERED)
    assert remind_campaigns(turn(SEVEN_DAYS)) == 1
    assert told() == ["Vignes"]


def test_a_scheduler_that_was_down_sends_only_the_last_reminder(field, turn: At):
    assert remind_campaigns(turn(TWO_DAYS)) == 3
    assert [each.reminders for each in session.query(CampaignRequest)] == [1, 1, 1]


def test_nobody_is_reminded_once_the_last_day_is_over(field, turn: At):
    assert remind_campaigns(turn(OVER)) == 0


def test_nothing_is_decided_by_the_calendar(field, turn: At):
    for at in (SEVEN_DAYS, TWO_DAYS, OVER, OVER + timedelta(days=400)):
        remind_campaigns(turn(at))
    session.rollback()
    assert {(each.decision, each.admission.state) for each in session.query(CampaignRequest)} == {(None, "admitted")}


def test_a_closed_campaign_reminds_nobody(field, turn: At):
    with transaction():
        close_campaign(field.campaign, reason="Report.", by=field.buyer, at=ANSWERED)
    assert remind_campaigns(turn(SEVEN_DAYS)) == 0


def test_a_supplier_of_two_categories_gets_one_letter(database, turn: At):
    with transaction():
        field = make_field(expiries={"Noyers": None})
        field.suppliers["Noyers"].families = ["pain_viennoiserie", "traiteur_buffet"]
        make_admission(field.suppliers["Noyers"], field.system.categories[1], field.buyer)
        open_campaign(field.system, due_on=DUE, home=HOME, by=field.buyer, at=ASKED)
    assert remind_campaigns(turn(SEVEN_DAYS)) == 1
    (letter,) = session.query(Letter).filter_by(kind="campaign_reminder")
    assert "Boulangerie et viennoiserie et Traiteur" in letter.body


def test_a_reminder_is_journalled_without_a_person(field, turn: At):
    remind_campaigns(turn(SEVEN_DAYS))
    line = session.query(JournalEntry).filter_by(action="remind_campaign_seven_days").one()
    assert (line.actor, line.organisation_id) == ("system", field.system.organisation_id)
