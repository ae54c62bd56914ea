"""Openings and awards have their own second person, not the table of shared acts: the same questions are asked of both here.

What one of them alone is asked is in `test_openings.py` and `test_awards.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from sad.actions.awards import approve_award, cancel_award, propose_award
from sad.actions.declarations import declare_interests
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.actions.ties import first_places
from sad.db import Base, session, transaction
from sad.domain.errors import Refused
from sad.models.awards import Award
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.openings import Opening
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_ranked
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import make_deposit, make_opener
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person

DAY, INSTANT = timedelta(hours=24), timedelta(microseconds=1)
TWO = (Tender(("3.10", "4.00")), Tender(("2.90", "4.20")))


@dataclass
class Case:
    """An act that one person began at `asked_at`: who may end it, how, and what the database keeps of it."""

    mini_tender: MiniTender
    first: Person
    second: Person
    third: Person
    asked_at: datetime
    act: Callable[[Person, datetime], object]
    row: Base
    done: str
    alone: dict[str, object]

    @property
    def is_done(self) -> bool:
        session.rollback()
        return session.scalar(select(getattr(type(self.row), self.done))) is not None


def opening() -> Case:
    sent, at = make_published(suppliers=1), CLOSES + timedelta(minutes=2)
    make_deposit(sent, invitees_of(sent)[0])
    first, second, third = (make_opener(sent) for _ in range(3))
    row = ask_opening(sent, by=first, at=at)
    alone = {"second_person_id": first.id, "opened_at": at}

    def act(by: Person, at: datetime) -> Opening:
        return confirm_opening(sent, seal_key=SEAL_KEY, by=by, at=at)

    return Case(sent, first, second, third, at, act, row, "opened_at", alone)


def award() -> Case:
    ranking = make_ranked(*TWO)
    sent, first = ranking.mini_tender, session.get_one(Person, ranking.ranked_by)
    second, third = (make_evaluator(sent, Role.AWARD_AUTHORITY) for _ in range(2))
    row = propose_award(first_places(ranking)[0], "La première.", by=first, at=EXAMINED)
    alone = {"decided_by": first.id, "decided_at": EXAMINED, "state": "approved"}
    return Case(sent, first, second, third, EXAMINED, lambda by, at: approve_award(row, by=by, at=at), row, "decided_at", alone)


@pytest.fixture(params=[opening, award], ids=lambda make: make.__name__)
def case(request, database) -> Case:
    with transaction():
        return request.param()


def second(case: Case, by: Person | None = None, *, after: timedelta = timedelta(hours=1)) -> None:
    with transaction():
        case.act(by or case.second, case.asked_at + after)


def refused(case: Case, by: Person | None = None, **when: timedelta) -> str:
    before = session.scalars(select(JournalEntry.seq).order_by(JournalEntry.seq.desc()).limit(1)).one()
    with pytest.raises(Refused) as fault:
        second(case, by, **when)
    session.rollback()
    assert session.scalars(select(JournalEntry.seq).order_by(JournalEntry.seq.desc()).limit(1)).one() == before
    return str(fault.value)


def test_nothing_is_done_by_the_first_alone_and_all_is_by_another_until_the_last_instant(case):
    assert "une autre personne" in refused(case, case.first) and not case.is_done
    assert "24 heures" in refused(case, after=DAY + INSTANT) and not case.is_done
    second(case, after=DAY)
    assert case.is_done


def test_it_is_done_once_and_a_third_person_changes_nothing(case):
    second(case)
    kept = {column.name: getattr(case.row, column.name) for column in type(case.row).__table__.columns}
    for person in (case.second, case.third, case.first):
        refused(case, person)
    session.expire_all()
    assert {name: getattr(case.row, name) for name in kept} == kept


def test_what_was_given_up_since_is_not_ended(case):
    with transaction():
        if isinstance(case.row, Award):
            cancel_award(case.row, "À revoir.", by=case.first, at=case.asked_at)
        else:
            discontinue_mini_tender(case.mini_tender, "Le besoin a disparu.", by=case.first, at=case.asked_at)
    refused(case)
    assert not case.is_done


def test_the_database_itself_refuses_one_person(case):
    with pytest.raises(IntegrityError, match="two_people"), transaction():
        session.execute(update(type(case.row)).values(**case.alone))
    assert not case.is_done


def test_who_is_no_opener_of_the_house_never_ends_an_opening(database):
    with transaction():
        case = opening()
        organisation = case.mini_tender.organisation
        plain, closed = make_person(organisation, Role.BUYER, Role.AWARD_AUTHORITY), make_person(organisation, Role.OPENER)
        stranger, closed.is_active = make_person(make_organisation(), Role.OPENER), False
        for person in (plain, closed, stranger):
            declare_interests(case.mini_tender, has_conflict=False, by=person, at=case.asked_at)
    for person in (plain, closed, stranger):
        assert "n’est pas ouvreur" in refused(case, person)
    assert not case.is_done
