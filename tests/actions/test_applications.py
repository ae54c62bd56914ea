"""Applications: starting, filling, submitting, withdrawing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad.actions.applications import save_answers, start_application, submit_application, withdraw_application
from sad.actions.vault import attach_document
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.applications import Application, ApplicationState
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.stages import Stage
from sad.models.suppliers import SupplierMember
from tests.factories.admissions import make_admission, make_application
from tests.factories.documents import make_certificate, stored_file
from tests.factories.mini_tenders import make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def system(database):
    system = make_system()
    session.commit()
    return system


@pytest.fixture
def supplier(database):
    supplier = make_supplier()
    session.commit()
    return supplier


def started(supplier, system, at: datetime = AT) -> Application:
    with transaction():
        return start_application(supplier, system.categories[0], by=member_of(supplier), at=at)


def ready(supplier, system, at: datetime = AT) -> Application:
    application = started(supplier, system, at)
    with transaction():
        save_answers(application, {"liability_insurance": "oui"}, by=member_of(supplier), at=at)
    return application


def submitted(supplier, system, at: datetime = AT) -> Application:
    application = ready(supplier, system, at)
    with transaction():
        return submit_application(application, is_sworn=True, by=member_of(supplier), at=at)


def refusals(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused, transaction():
        act()
    return [(one.rule, one.field) for one in refused.value.refusals]


@pytest.mark.parametrize(
    ("at", "is_accepted"),
    [
        (datetime(2026, 1, 14, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 14, 23, 0, tzinfo=UTC), True),
        (datetime(2030, 1, 14, 22, 59, tzinfo=UTC), True),
        (datetime(2030, 1, 14, 23, 0, tzinfo=UTC), False),
    ],
)
def test_applications_are_received_from_the_first_to_the_last_minute_of_the_validity(supplier, system, at, is_accepted):
    if is_accepted:
        assert started(supplier, system, at).state == "draft"
    else:
        assert refusals(lambda: start_application(supplier, system.categories[0], by=member_of(supplier), at=at)) == [("SAD-06", None)]


def test_a_draft_cannot_leave_once_the_system_has_ended(supplier, system):
    application = ready(supplier, system)
    system.ended_at = AT
    session.commit()
    assert refusals(lambda: submit_application(application, is_sworn=True, by=member_of(supplier), at=AT)) == [("SAD-06", None)]


def test_a_system_that_is_not_open_receives_nothing(supplier, database):
    closed = make_system(opened_at=None)
    session.commit()
    assert refusals(lambda: start_application(supplier, closed.categories[0], by=member_of(supplier), at=AT)) == [("SAD-06", None)]


def test_a_second_application_to_the_same_category_is_refused_and_another_category_is_open(supplier, system):
    started(supplier, system)
    assert refusals(lambda: start_application(supplier, system.categories[0], by=member_of(supplier), at=AT)) == [(None, None)]
    with transaction():
        start_application(supplier, system.categories[1], by=member_of(supplier), at=AT)
    assert session.query(Application).count() == 2


def test_two_colleagues_who_start_at_once_make_one_application(supplier, system, monkeypatch):
    """The database decides, since neither saw the other's draft."""
    started(supplier, system)
    monkeypatch.setattr("sad.actions.applications._already_there", lambda *_: iter(()))
    with pytest.raises(IntegrityError), transaction():
        start_application(supplier, system.categories[0], by=member_of(supplier), at=AT)
    assert session.query(Application).count() == 1


def test_who_is_admitted_has_nothing_to_ask(supplier, system):
    make_admission(supplier, system.categories[0], make_person(system.organisation, Role.BUYER))
    session.commit()
    assert refusals(lambda: start_application(supplier, system.categories[0], by=member_of(supplier), at=AT)) == [(None, None)]


def test_a_proof_that_still_holds_is_joined_at_once_and_not_asked_again(supplier, system):
    make_certificate(supplier, expires_on=date(2026, 11, 22))
    valid = make_certificate(supplier, expires_on=date(2026, 11, 23))
    make_certificate(supplier, expires_on=date(2027, 1, 1), withdrawn_at=AT)
    make_certificate(supplier, "own_note")
    session.commit()
    application = started(supplier, system)
    assert [(each.requirement, each.document_id) for each in application.documents] == [("liability_insurance", valid.document_id)]


def test_what_was_answered_to_the_same_buyer_is_there_again(supplier, system):
    submitted(supplier, system)
    with transaction():
        other = start_application(supplier, system.categories[1], by=member_of(supplier), at=AT)
    elsewhere = make_system()
    session.commit()
    assert other.answers == {"liability_insurance": True}
    assert started(supplier, elsewhere).answers == {}


@pytest.mark.parametrize(("value", "kept"), [("oui", True), ("no", False), ("", None), (None, None)])
def test_answers_are_kept_as_far_as_they_go(supplier, system, value, kept):
    application = ready(supplier, system)
    with transaction():
        save_answers(application, {"liability_insurance": value, "unknown": "x"}, by=member_of(supplier), at=AT)
    assert application.answers == ({} if kept is None else {"liability_insurance": kept})


def test_an_answer_that_cannot_be_read_is_refused_on_its_field(supplier, system):
    application = started(supplier, system)
    act = lambda: save_answers(application, {"liability_insurance": "peut-être"}, by=member_of(supplier), at=AT)  # noqa: E731
    assert refusals(act) == [(None, "liability_insurance")]


def test_submitting_freezes_the_stage_of_the_instant_and_sets_the_day_of_the_answer(supplier, system):
    application = submitted(supplier, system)
    stage = session.query(Stage).filter_by(system_id=system.id, number=1).one()
    assert (application.state, application.submitted_at) == ("submitted", AT)
    assert (application.stage_content, application.stage_fingerprint) == (stage.content, stage.fingerprint)
    assert application.answer_due_on == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("at", "number"), [(datetime(2027, 1, 14, 22, 59, 59, tzinfo=UTC), 1), (datetime(2027, 1, 14, 23, 0, tzinfo=UTC), 2)]
)
def test_a_draft_that_crosses_a_stage_date_leaves_under_the_stage_of_its_submission(supplier, system, at, number):
    application = ready(supplier, system)
    with transaction():
        submit_application(application, is_sworn=True, by=member_of(supplier), at=at)
    assert application.stage_content["number"] == number


def test_submitting_posts_a_receipt_with_its_five_mentions_to_each_person(supplier, system):
    session.add(SupplierMember(supplier_id=supplier.id, person_id=make_person().id, joined_at=AT))
    session.commit()
    application = ready(supplier, system)
    with transaction():
        attach_document(
            application, "liability_insurance", stored_file("assurance.pdf"), expires_on=None, by=member_of(supplier), at=AT
        )
        submit_application(application, is_sworn=True, by=member_of(supplier), at=AT)
    letters = session.scalars(select(Letter)).all()
    assert [letter.kind for letter in letters] == ["application_received"] * 2
    body = letters[0].body
    received = "10\u00a0h\u00a000\u00a0min\u00a000\u00a0s"
    for mention in (supplier.name, system.organisation.name, system.reference, received, "assurance.pdf"):
        assert mention in body
    assert "lundi 7 décembre 2026" in body and "reste fermée" not in body


def test_in_the_initial_period_the_receipt_says_that_nobody_reads_before_its_end(supplier, database):
    system = make_system(notice_dispatched_at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
    session.commit()
    application = submitted(supplier, system)
    body = session.scalars(select(Letter.body)).one()
    assert "mercredi 3 décembre 2026" not in body and "jeudi 3 décembre 2026" in body
    assert application.answer_due_on == date(2026, 12, 16)


@pytest.mark.parametrize(("invited", "due_on"), [(False, date(2027, 2, 1)), (True, date(2026, 12, 7))])
def test_a_prolonged_initial_evaluation_holds_for_what_came_before_the_first_invitation(supplier, database, invited, due_on):
    """The notice left on 2 October, its 30 days end on 2 November (a Sunday is skipped); 90 more days are announced."""
    system = make_system(notice_dispatched_at=datetime(2026, 10, 2, 9, 0, tzinfo=UTC))
    if invited:
        make_published(make_mini_tender(system=system), suppliers=1, at=AT.replace(day=22))
    system.initial_evaluation_days = 90
    session.commit()
    assert submitted(supplier, system).answer_due_on == due_on


@pytest.mark.parametrize(
    ("answers", "families", "is_sworn", "expected"),
    [
        ({}, ["pain_viennoiserie"], True, [("ADM-07", "liability_insurance")]),
        ({"liability_insurance": "oui"}, ["pain_viennoiserie"], False, [("ADM-05", "is_sworn")]),
        ({"liability_insurance": "oui"}, ["fromages"], True, [("SAD-03", "identity")]),
        ({}, [], False, [("SAD-03", "identity"), ("ADM-05", "is_sworn"), ("ADM-07", "liability_insurance")]),
    ],
)
def test_what_keeps_a_draft_from_leaving_is_said_all_at_once(supplier, system, answers, families, is_sworn, expected):
    application = started(supplier, system)
    with transaction():
        save_answers(application, answers, by=member_of(supplier), at=AT)
        supplier.families = families
    assert refusals(lambda: submit_application(application, is_sworn=is_sworn, by=member_of(supplier), at=AT)) == expected
    session.refresh(application)
    assert application.state == "draft" and not application.sworn_statement and session.query(Letter).count() == 0


@pytest.mark.parametrize("answer", ["oui", "non"])
def test_a_missing_proof_or_a_no_does_not_keep_a_draft_from_leaving(supplier, system, answer):
    application = started(supplier, system)
    with transaction():
        save_answers(application, {"liability_insurance": answer}, by=member_of(supplier), at=AT)
        submit_application(application, is_sworn=True, by=member_of(supplier), at=AT)
    assert application.state == "submitted"


def test_a_submitted_application_no_longer_changes(supplier, system):
    application = submitted(supplier, system)
    by = member_of(supplier)
    assert refusals(lambda: save_answers(application, {"liability_insurance": "non"}, by=by, at=AT)) == [(None, None)]
    assert refusals(lambda: submit_application(application, is_sworn=True, by=by, at=AT + timedelta(days=1))) == [(None, None)]
    assert application.submitted_at == AT


@pytest.mark.parametrize("state", ["draft", "submitted", "completion_requested", "hearing"])
def test_an_application_without_answer_may_be_withdrawn_and_started_again(supplier, system, state):
    application = make_application(supplier, system.categories[0], ApplicationState(state))
    session.commit()
    with transaction():
        withdraw_application(application, by=member_of(supplier), at=AT)
    assert application.state == "withdrawn"
    assert started(supplier, system).state == "draft"


def test_every_act_writes_its_line_in_the_journal(supplier, system):
    submitted(supplier, system)
    lines = session.scalars(select(JournalEntry).order_by(JournalEntry.seq)).all()
    assert [line.action for line in lines] == ["start_application", "save_answers", "submit_application"]
    assert lines[-1].body.body["families"] == ["pain_viennoiserie"]
    assert {line.organisation_id for line in lines} == {system.organisation_id}
