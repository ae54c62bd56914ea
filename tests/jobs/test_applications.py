"""Reminders of evaluation limits (SAD-08): day 7, day 10, limit passed; to whom, and once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sad.actions.limits import limits_of
from sad.actions.reminders import remind_of_evaluation
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.jobs.applications import remind_evaluations
from sad.jobs.turn import Turn
from sad.models.applications import Application, ApplicationState
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from tests.factories.admissions import make_application
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system

At = Callable[[datetime], Turn]
# Received on Monday 2 February 2026; the shorter reading counts Saturdays, the law's does not.
WARNING = datetime(2026, 2, 10, tzinfo=PARIS)
ALERT = datetime(2026, 2, 13, tzinfo=PARIS)
HARD = datetime(2026, 2, 16, tzinfo=PARIS)
OVERDUE = datetime(2026, 2, 17, tzinfo=PARIS)
AN_INSTANT = timedelta(microseconds=1)


@pytest.fixture
def buyer(database) -> Person:
    with transaction():
        return make_person(make_organisation(), Role.BUYER)


@pytest.fixture
def authority(buyer: Person) -> Person:
    with transaction():
        return make_person(buyer.organisation, Role.AWARD_AUTHORITY)


@pytest.fixture
def application(buyer: Person) -> Application:
    with transaction():
        return make_application(make_supplier(), make_system(buyer.organisation).categories[0])


def told(kind: str) -> set[int | None]:
    return {letter.person_id for letter in session.query(Letter).filter_by(kind=kind)}


def test_buyers_are_warned_from_the_seventh_working_day(application: Application, buyer: Person, authority: Person, turn: At):
    assert remind_evaluations(turn(WARNING - AN_INSTANT)) == 0
    assert remind_evaluations(turn(WARNING)) == 1
    assert told("evaluation_warning") == {buyer.id}


def test_the_tenth_day_goes_up_to_the_award_authority(application: Application, buyer: Person, authority: Person, turn: At):
    remind_evaluations(turn(WARNING))
    assert remind_evaluations(turn(ALERT - AN_INSTANT)) == 0
    assert remind_evaluations(turn(ALERT)) == 1
    assert told("evaluation_alert") == {buyer.id, authority.id}


def test_the_day_after_the_limit_of_the_law_is_said_too(application: Application, buyer: Person, authority: Person, turn: At):
    remind_evaluations(turn(ALERT))
    assert remind_evaluations(turn(OVERDUE - AN_INSTANT)) == 0
    assert remind_evaluations(turn(OVERDUE)) == 1
    assert told("evaluation_overdue") == {buyer.id, authority.id}
    assert remind_evaluations(turn(OVERDUE + timedelta(days=30))) == 0


def test_each_reminder_goes_once_however_often_the_job_runs(application: Application, buyer: Person, turn: At):
    runs = [remind_evaluations(turn(WARNING + timedelta(hours=hours))) for hours in (0, 1, 30)]
    assert runs == [1, 0, 0]
    assert session.query(Letter).filter_by(kind="evaluation_warning").count() == 1


def test_a_scheduler_that_was_down_sends_only_the_present_reminder(application: Application, buyer: Person, turn: At):
    assert remind_evaluations(turn(ALERT)) == 1
    assert told("evaluation_warning") == set()


def test_who_holds_both_roles_gets_one_letter(application: Application, buyer: Person, turn: At):
    with transaction():
        both = make_person(buyer.organisation, Role.BUYER, Role.AWARD_AUTHORITY)
    remind_evaluations(turn(ALERT))
    assert session.query(Letter).filter_by(person_id=both.id).count() == 1


def test_an_extension_puts_the_reminders_off_and_makes_them_due_again(application: Application, buyer: Person, turn: At):
    remind_evaluations(turn(WARNING))
    with transaction():
        application.extended_at, application.extension_reason = WARNING, "Visite du laboratoire"
    assert remind_evaluations(turn(ALERT)) == 0
    assert remind_evaluations(turn(datetime(2026, 2, 16, tzinfo=PARIS))) == 1
    assert session.query(Letter).filter_by(kind="evaluation_warning").count() == 2


@pytest.mark.parametrize("state", [ApplicationState.COMPLETION_REQUESTED, ApplicationState.HEARING])
def test_waiting_for_the_supplier_does_not_stop_the_count(application: Application, turn: At, state: ApplicationState):
    with transaction():
        application.state = state
    assert remind_evaluations(turn(WARNING)) == 1


@pytest.mark.parametrize("state", [ApplicationState.DRAFT, ApplicationState.WITHDRAWN])
def test_what_waits_for_no_answer_makes_no_reminder(buyer: Person, turn: At, state: ApplicationState):
    with transaction():
        make_application(make_supplier(), make_system(buyer.organisation).categories[0], state)
    assert remind_evaluations(turn(OVERDUE)) == 0


def test_only_the_organisation_of_the_application_is_told(application: Application, turn: At):
    with transaction():
        other = make_person(make_organisation(), Role.BUYER)
    remind_evaluations(turn(WARNING))
    assert other.id not in told("evaluation_warning")


def test_a_reminder_is_journalled_without_a_person(application: Application, buyer: Person, turn: At):
    remind_evaluations(turn(WARNING))
    line = session.query(JournalEntry).filter_by(object=f"applications:{application.id}").one()
    assert (line.action, line.actor, line.organisation_id) == ("remind_of_evaluation_warning", "system", application.organisation_id)


def test_two_jobs_at_once_cannot_send_the_same_reminder_twice(application: Application, buyer: Person, turn: At):
    remind_evaluations(turn(WARNING))
    with pytest.raises(Exception, match=r"(?i)unique"), transaction():
        remind_of_evaluation(application, limits_of(application), "warning", home="http://localhost", at=WARNING)


def test_the_letters_give_the_days_and_what_to_do(application: Application, buyer: Person, turn: At):
    for at in (WARNING, ALERT, OVERDUE):
        remind_evaluations(turn(at))
    letters = {letter.kind: letter for letter in session.query(Letter)}
    expected = f"Candidature à traiter avant le vendredi 13 février 2026\u00a0: {application.supplier.name}"
    assert letters["evaluation_warning"].subject == expected
    for letter in letters.values():
        assert f"Fournisseur\u00a0: {application.supplier.name}\n" in letter.body
        assert "Dernier jour de la loi\u00a0: lundi 16 février 2026" in letter.body
        assert "Ce que vous pouvez faire\u00a0: " in letter.body
        assert "R2162-45" in letter.body
        assert "février 2026\n\n" in letter.body, "the block of facts stands apart"
        assert "\n\n\n" not in letter.body
