"""The database: one commit, no lost update, aware instants, money in whole cents."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from sad.db import session, transaction
from sad.models.organisations import Organisation
from tests.factories.organisations import make_organisation

WRITERS, ROUNDS = 4, 15


def test_an_act_that_fails_leaves_nothing(database):
    with pytest.raises(RuntimeError), transaction():
        make_organisation()
        raise RuntimeError
    assert session.scalars(select(Organisation)).all() == []


def test_writers_who_meet_lose_no_update(database):
    with transaction():
        number = make_organisation(direct_publication_limit=Decimal(0)).id

    def raise_limit() -> None:
        for _ in range(ROUNDS):
            with transaction():
                row = session.scalars(select(Organisation).where(Organisation.id == number).with_for_update()).one()
                row.direct_publication_limit += 1
        session.remove()

    threads = [threading.Thread(target=raise_limit) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    assert session.get(Organisation, number, populate_existing=True).direct_publication_limit == WRITERS * ROUNDS


def test_an_act_sees_what_others_committed_meanwhile(database):
    with transaction():
        organisation = make_organisation(name="Avant")
        number = organisation.id

    def rename() -> None:
        with transaction():
            session.get(Organisation, number).name = "Après"
        session.remove()

    assert session.get(Organisation, number).name == "Avant"
    thread = threading.Thread(target=rename)
    thread.start()
    thread.join()
    with transaction():
        assert session.get(Organisation, number).name == "Après"


def test_a_naive_instant_is_refused(database):
    with pytest.raises(StatementError, match="naive"), transaction():
        make_organisation(created_at=datetime(2026, 11, 22, 9, 0))  # noqa: DTZ001 - the fault under test


def test_instants_come_back_in_utc_and_money_to_the_cent(database):
    with transaction():
        number = make_organisation(created_at=datetime(2026, 7, 1, 10, 30, 0, 123456, UTC), direct_publication_limit=Decimal("1234.50")).id
    session.expire_all()
    row = session.get(Organisation, number)
    assert row.created_at == datetime(2026, 7, 1, 10, 30, 0, 123456, UTC)
    assert row.created_at.tzinfo is UTC
    assert row.direct_publication_limit == Decimal("1234.50")


def test_a_fraction_of_a_cent_is_refused(database):
    with pytest.raises(StatementError, match="decimal places"), transaction():
        make_organisation(direct_publication_limit=Decimal("0.005"))
