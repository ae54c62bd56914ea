"""Letters that were never written: found by a job, counted without those of deposits, told on the homes."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import delete

from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.jobs.owed import find_owed_letters
from sad.jobs.turn import Turn
from sad.models.applications import Application
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.offers import make_deposit

At = Callable[[datetime], Turn]


@pytest.fixture
def mini_tender(database) -> MiniTender:
    with transaction():
        made = make_published(suppliers=2)
        for supplier in invitees_of(made):
            make_deposit(made, supplier)
        return made


def lose(kind: str) -> None:
    with transaction():
        session.execute(delete(Letter).where(Letter.kind == kind))


def found(turn: At) -> int:
    """Beside the admissions of the factories, which send no letter."""
    return find_owed_letters(turn(CLOSES)) - session.query(Application).count()


def test_nothing_is_owed_when_everybody_was_told(mini_tender: MiniTender, turn: At):
    assert found(turn) == 0


def test_invitations_without_letter_are_counted_each_time(mini_tender: MiniTender, turn: At):
    lose("invitation")
    assert [found(turn) for _ in range(2)] == [2, 2]


def test_a_letter_of_deposit_that_is_missing_tells_no_agent_that_there_is_a_deposit(mini_tender: MiniTender, turn: At):
    lose("offer_deposited")
    assert found(turn) == 0
