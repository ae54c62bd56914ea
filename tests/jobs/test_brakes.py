"""The buyers are told once that a coming stage leaves too few suppliers in a category."""

from datetime import UTC, datetime, timedelta

import pytest

from sad.actions.brake_decisions import Choice, settle_brake
from sad.actions.stages import stages_of
from sad.db import session, transaction
from sad.jobs.brakes import announce_brakes
from sad.jobs.schedule import TIMETABLE
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.stage_changes import ReviewDecision
from tests.factories.admissions import make_admission
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.rows import again

# Stage 2 takes effect on 15 January 2027.
DUE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
GOOD = {"intermediaries": "0", "direct_supply_pct": "60", "organic_or_siqo_pct": "50", "reusable_packaging": True}
SHORT = {**GOOD, "direct_supply_pct": "35"}


@pytest.fixture
def system(database):
    """A supplier of bread that the coming stage keeps, and one that it would lose."""
    with transaction():
        system = make_system(title="Alimentation durable")
        buyer = make_person(system.organisation, Role.BUYER, name="Claire")
        make_person(system.organisation, Role.OPENER)
        make_person(make_organisation(), Role.BUYER)
        for usual, name in ((GOOD, "Fournil"), (SHORT, "Meunier")):
            make_admission(make_supplier(usual=usual, name=name), system.categories[0], buyer)
        return system


def letters() -> list[Letter]:
    return session.query(Letter).filter_by(kind="brake_warning").order_by(Letter.id).all()


def test_the_buyers_of_the_organisation_are_told_from_sixty_days_before(system, turn):
    assert announce_brakes(turn(DUE - timedelta(days=1))) == 0
    assert announce_brakes(turn(DUE)) == 1
    (letter,) = letters()
    assert letter.to_name == "Claire" and "vendredi 15 janvier 2027" in letter.subject
    assert "Boulangerie et viennoiserie" in letter.body and "Traiteur" not in letter.body
    assert "1\N{NO-BREAK SPACE}fournisseur sur 2 pourrait encore offrir, contre 2 aujourd’hui" in letter.body
    assert "Meunier" not in letter.body


def test_they_are_told_once_however_often_the_job_runs(system, turn):
    assert [announce_brakes(turn(DUE + timedelta(days=days))) for days in (0, 0, 1, 40)] == [1, 0, 0, 0]
    assert len(letters()) == 1
    line = session.query(JournalEntry).filter_by(action="announce_brake").one()
    assert line.actor == "system" and line.organisation_id == again(system).organisation_id


def test_another_category_that_comes_to_lack_suppliers_is_told_later_alone(system, turn):
    announce_brakes(turn(DUE))
    with transaction():
        held = again(system)
        buyer = make_person(held.organisation, Role.OPENER)
        make_admission(make_supplier(usual=SHORT, name="Traiteur"), held.categories[1], buyer)
    assert announce_brakes(turn(DUE + timedelta(days=1))) == 1
    assert "Boulangerie" not in letters()[-1].body and len(letters()) == 2


def test_what_is_already_decided_is_not_told(system, turn):
    with transaction():
        held = again(system)
        stage = next(row for row in stages_of(held) if row.number == 2)
        buyer = make_person(held.organisation, Role.BUYER)
        settle_brake(stage, held.categories[0], Choice(ReviewDecision.MAINTAIN, "Voulu."), by=buyer, at=DUE)
    assert announce_brakes(turn(DUE)) == 0 and letters() == []


def test_a_stage_that_begins_today_is_told_no_more(system, turn):
    assert announce_brakes(turn(datetime(2027, 1, 15, 6, 0, tzinfo=UTC))) == 0


def test_each_organisation_is_told_of_its_own(system, turn):
    with transaction():
        other = make_system()
        chief = make_person(other.organisation, Role.BUYER, name="Awa")
        make_admission(make_supplier(usual=SHORT), other.categories[0], chief)
    assert announce_brakes(turn(DUE)) == 2
    assert sorted(letter.to_name for letter in letters()) == ["Awa", "Claire"]


def test_it_comes_round_every_day():
    assert [job.every for job in TIMETABLE if job.act is announce_brakes] == [timedelta(days=1)]
