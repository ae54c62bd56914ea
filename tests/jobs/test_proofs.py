"""Reminders about proofs: once before the last day, once for each that ends while the contract runs."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sad.actions.proof_decisions import decide_proof
from sad.db import session, transaction
from sad.jobs.proofs import remind_awardees, remind_renewals
from sad.models.awards import Award
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from tests.factories.evaluations import Tender
from tests.factories.orders import DECIDED, make_awarded, make_notified
from tests.factories.proofs import asked_for, give, prove
from tests.web.rows import again

DEAR = {"budget": Decimal("20000.00")}


@pytest.fixture
def award(database) -> Award:
    with transaction():
        return make_awarded()


def told(kind: str) -> int:
    session.rollback()
    return session.query(Letter).filter(Letter.kind == kind).count()


def test_a_silent_awardee_is_reminded_once_three_days_before_the_last_day(award, turn):
    days = (6, 7, 7, 9, 10, 11)
    assert [remind_awardees(turn(DECIDED + timedelta(days=day))) for day in days] == [0, 1, 0, 0, 0, 0]
    assert told("proofs_reminder") == 1


def test_whoever_has_sent_everything_is_left_in_peace(award, turn):
    with transaction():
        for awaited in asked_for(again(award)).awaited[:2]:
            give(awaited, at=DECIDED)
    assert remind_awardees(turn(DECIDED + timedelta(days=8))) == 0


def test_a_refused_paper_is_missing_again_and_reminded(award, turn):
    with transaction():
        tax, social, _ = asked_for(again(award)).awaited
        give(tax, at=DECIDED)
        decide_proof(give(social, at=DECIDED), "refused", "Illisible.", by=again(award).proposer, at=DECIDED)
    assert remind_awardees(turn(DECIDED + timedelta(days=8))) == 1
    letter = session.query(Letter).filter(Letter.kind == "proofs_reminder").one()
    assert "cotisations sociales" in letter.body and "régularité fiscale" not in letter.body


def test_once_all_is_accepted_nothing_is_reminded(award, turn):
    with transaction():
        prove(again(award))
    assert remind_awardees(turn(DECIDED + timedelta(days=8))) == 0


def test_a_vigilance_that_ends_while_the_contract_runs_is_asked_once(database, turn):
    with transaction():
        award = make_notified(Tender(("120.00", "4.00")), **DEAR)
        assert {each.kind for each in asked_for(award).awaited} >= {"vigilance_certificate", "foreign_workers"}
        session.get_one(MiniTender, award.mini_tender_id).happens_at = DECIDED + timedelta(days=170)
    days = (160, 168, 169, 175)
    assert [remind_renewals(turn(DECIDED + timedelta(days=day))) for day in days] == [0, 2, 0, 0]
    assert told("proof_renewal") == 2


def test_nothing_is_asked_once_the_contract_is_over(database, turn):
    with transaction():
        make_notified(Tender(("120.00", "4.00")), **DEAR)
    assert remind_renewals(turn(DECIDED + timedelta(days=168))) == 0
