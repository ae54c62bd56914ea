"""Recalling answers to tenderers and late award notices: once each, whoever is concerned."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions.replies import give_reasons
from sad.db import session, transaction
from sad.jobs.replies import remind_replies, warn_late_notices
from sad.models.awards import Award
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.replies import ReasonRequest
from tests.factories.orders import NOTIFIED, make_awarded, make_notified
from tests.factories.people import make_person
from tests.factories.replies import ask
from tests.web.rows import again

LATE = NOTIFIED + timedelta(days=56)


@pytest.fixture
def award(database) -> Award:
    with transaction():
        award = make_awarded()
        ask(award, at=NOTIFIED)
        return award


def told(kind: str) -> list[Letter]:
    session.rollback()
    return list(session.scalars(select(Letter).where(Letter.kind == kind)))


def test_the_buyers_are_told_at_ten_days_and_the_authority_once_it_is_late(award, turn):
    days = (5, 9, 10, 11, 15, 16, 17, 30)
    assert [remind_replies(turn(NOTIFIED + timedelta(days=day))) for day in days] == [0, 0, 1, 0, 0, 1, 0, 0]
    assert {letter.person.has_role(Role.BUYER) for letter in told("reasons_due")} == {True}
    assert {letter.person_id for letter in told("reasons_late")} >= {again(award).decided_by, again(award).proposed_by}


def test_a_job_that_slept_says_at_once_that_it_is_late(award, turn):
    assert [remind_replies(turn(NOTIFIED + timedelta(days=40))) for _ in range(2)] == [1, 0]
    assert told("reasons_due") == [] and told("reasons_late") != []


def test_an_answer_that_left_is_not_recalled(award, turn):
    with transaction():
        give_reasons(session.scalars(select(ReasonRequest)).one(), "Voilà.", by=again(award).proposer, at=NOTIFIED)
    assert remind_replies(turn(NOTIFIED + timedelta(days=20))) == 0


def test_award_notices_that_are_late_are_told_once_by_quarter(database, turn):
    with transaction():
        award = make_notified()
        buyer = make_person(award.mini_tender.organisation, Role.BUYER)
    days = (1, 24, 54, 55, 56, 90)
    assert [warn_late_notices(turn(NOTIFIED + timedelta(days=day))) for day in days] == [0, 0, 0, 0, 1, 0]
    letters = told("award_notices_late")
    assert buyer.id in {letter.person_id for letter in letters} and "4e trimestre 2026" in letters[0].body
    assert "/achats/consultations/avis-d-attribution" in letters[0].body
