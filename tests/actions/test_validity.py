"""Extending or ending an open system: a notice, a reason, a letter to all those concerned (SAD-21)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from sad.actions.validity import end_system, extend_system, told_suppliers
from sad.db import session
from sad.domain.errors import Refused
from sad.models.admissions import AdmissionState
from sad.models.applications import ApplicationState
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.systems import SystemPhase
from tests.factories.admissions import make_admission, make_application
from tests.factories.drafts import make_draft
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SAID = {"notice_reference": "26-998877", "reason": "Le besoin continue."}


@pytest.fixture
def system(database):
    return make_system()


@pytest.fixture
def buyer(system):
    return make_person(system.organisation, Role.BUYER)


def refusals(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return [(one.rule, one.field) for one in refused.value.refusals]


def letters():
    return session.scalars(select(Letter).order_by(Letter.id)).all()


def test_an_extension_moves_the_last_day_keeps_the_change_and_tells_the_admitted(system, buyer):
    supplier = make_supplier()
    make_admission(supplier, system.categories[0], buyer)
    change = extend_system(system, date(2032, 1, 14), **SAID, by=buyer, at=AT)
    assert system.valid_until == date(2032, 1, 14) and system.ended_at is None
    assert (change.kind, change.valid_until_before, change.valid_until_after) == ("extended", date(2030, 1, 14), date(2032, 1, 14))
    (letter,) = letters()
    assert letter.person_id == member_of(supplier).id and letter.kind == "system_extended"
    assert "mercredi 14 janvier 2032" in letter.body and "lundi 14 janvier 2030" in letter.body
    assert "Le besoin continue." in letter.body and "26-998877" in letter.body
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert (entry.action, entry.body.body["told"]) == ("extend_system", [supplier.id])


def test_an_end_stops_the_applications_at_once_and_is_told(system, buyer):
    make_admission(make_supplier(), system.categories[0], buyer)
    change = end_system(system, **SAID, by=buyer, at=AT)
    assert (change.kind, change.valid_until_after, system.ended_at) == ("ended", AT.date(), AT)
    assert system.phase_at(AT) == SystemPhase.ENDED and system.phase_at(AT - timedelta(seconds=1)) == SystemPhase.OPEN
    assert system.last_valid_day == AT.date() and system.valid_until == date(2030, 1, 14)
    (letter,) = letters()
    assert letter.kind == "system_ended" and system.organisation.review_body in letter.body


@pytest.mark.parametrize("said", [{"notice_reference": " ", "reason": ""}, {"notice_reference": "", "reason": " "}])
def test_without_notice_nor_reason_nothing_changes_and_both_are_said(system, buyer, said):
    both = [("SAD-21", "notice_reference"), ("SAD-21", "reason")]
    assert refusals(end_system, system, **said, by=buyer, at=AT) == both
    assert refusals(extend_system, system, date(2030, 1, 14), **said, by=buyer, at=AT) == [*both, ("SAD-21", "valid_until")]
    assert system.changes == [] and letters() == []


@pytest.mark.parametrize("until", [date(2030, 1, 14), date(2028, 1, 1)])
def test_extending_never_shortens(system, buyer, until):
    assert refusals(extend_system, system, until, **SAID, by=buyer, at=AT) == [("SAD-21", "valid_until")]


def test_a_system_that_has_ended_or_is_not_open_is_neither_extended_nor_ended(system, buyer):
    end_system(system, **SAID, by=buyer, at=AT)
    later = AT + timedelta(days=1)
    assert refusals(extend_system, system, date(2032, 1, 14), **SAID, by=buyer, at=later) == [("SAD-21", None)]
    assert refusals(end_system, system, **SAID, by=buyer, at=later) == [("SAD-21", None)]
    draft = make_draft(system.organisation, buyer)
    assert refusals(end_system, draft, **SAID, by=buyer, at=AT) == [("SAD-21", None)]


def test_those_told_are_the_admitted_the_suspended_and_those_who_wait_once_each(system, buyer):
    pain, traiteur = system.categories
    everywhere, suspended, removed = make_supplier(name="A"), make_supplier(name="B"), make_supplier(name="C")
    waiting, drafting, elsewhere = make_supplier(name="D"), make_supplier(name="E"), make_supplier(name="F")
    for category in (pain, traiteur):
        make_admission(everywhere, category, buyer)
    make_admission(suspended, pain, buyer).state = AdmissionState.SUSPENDED
    make_admission(removed, pain, buyer).state = AdmissionState.REMOVED
    make_application(waiting, pain, answer_due_on=date(2026, 12, 1))
    make_application(drafting, pain, ApplicationState.DRAFT)
    make_admission(elsewhere, make_system().categories[0], buyer)
    session.flush()
    assert [each.name for each in told_suppliers(system)] == ["A", "B", "D"]
