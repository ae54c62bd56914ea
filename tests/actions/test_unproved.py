"""An awardee that cannot prove: its offer is rejected after its period alone, the next in rank is proposed without a new ranking."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions.awards import approve_award, cancel_award, notify_contract, propose_award
from sad.actions.proof_decisions import decide_proof, reject_unproved
from sad.actions.rankings import compute_ranking
from sad.actions.results import results_of
from sad.actions.ties import choose_between_ties, first_places
from sad.db import session
from sad.domain.errors import Refused
from sad.domain.proofs import is_asked
from sad.models.awards import Award, AwardState
from sad.models.evaluations import Ranking
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_ranked
from tests.factories.orders import DECIDED, make_awarded
from tests.factories.people import make_person
from tests.factories.proofs import SEEN, asked_for, give, prove, read_in_register

LATE = DECIDED + timedelta(days=11)
MISSING = "L’attestation fiscale n’est pas venue."
THREE = (Tender(("3.10", "4.00")), Tender(("2.90", "4.20"), marks={"quality": "6"}), Tender(("2.90", "4.20"), marks={"quality": "3"}))


@pytest.fixture
def award(database) -> Award:
    return make_awarded(*THREE)


def fail(award: Award, reason: str = MISSING, at=LATE) -> Award:
    reject_unproved(asked_for(award), reason, by=award.proposer, at=at)
    return award


def letters(*kinds: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind.in_(kinds)).order_by(Letter.id)))


def rules(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(one.rule, one.field) for one in refused.value.refusals]


def next_award(award: Award) -> Award:
    (place,) = first_places(award.place.ranking)
    again = propose_award(place, "La suivante.", by=award.proposer, at=LATE)
    return approve_award(again, by=award.decider, at=LATE)


def test_it_is_recorded_after_the_last_day_only_with_what_is_missing(award):
    assert rules(lambda: fail(award, at=DECIDED)) == [("AWD-01", None)]
    assert rules(lambda: fail(award, " ")) == [("AWD-01", "reason")]


def test_neither_while_a_paper_waits_to_be_read_nor_once_all_is_accepted(award):
    given = give(asked_for(award).awaited[0], at=LATE)
    assert rules(lambda: fail(award)) == [("AWD-01", None)]
    decide_proof(given, "refused", "Illisible.", by=award.proposer, at=LATE)
    prove(award, at=LATE)
    assert rules(lambda: fail(award)) == [("AWD-01", None)]


def test_nor_while_only_the_register_is_unread_and_what_it_says_may_be_that_the_company_is_not_there(award):
    for each in asked_for(award).awaited:
        if is_asked(each.proof):
            decide_proof(give(each, at=DECIDED), "accepted", "", by=award.proposer, at=DECIDED)
    (register,) = [each for each in asked_for(award).awaited if not is_asked(each.proof)]
    assert rules(lambda: fail(award)) == [("AWD-01", None)]
    read_in_register(register, is_registered=False, by=award.proposer, at=LATE)
    (told,) = letters("proof_refused")
    assert SEEN in told.body and "dès que possible" in told.body and told.supplier_id == award.place.offer.supplier_id
    assert rules(lambda: notify_contract(award, by=award.proposer, at=LATE)) == [("AWD-01", None)]
    assert fail(award).state == AwardState.CANCELLED


def test_a_register_that_was_put_right_is_read_again(award):
    papers = [each for each in asked_for(award).awaited if is_asked(each.proof)]
    for each in papers:
        decide_proof(give(each, at=DECIDED), "accepted", "", by=award.proposer, at=DECIDED)
    (register,) = [each for each in asked_for(award).awaited if not is_asked(each.proof)]
    read_in_register(register, is_registered=False, by=award.proposer, at=DECIDED)
    (told,) = letters("proof_refused")
    assert "inclus" in told.body and "dès que possible" not in told.body
    assert notify_contract(prove(award, at=LATE), by=award.proposer, at=LATE).notified_at == LATE


def test_the_awardee_reads_what_is_missing_and_the_others_only_that_its_proofs_did_not_come(award):
    fail(award)
    (failed,) = letters("proofs_failed")
    assert failed.supplier_id == award.place.offer.supplier_id and MISSING in failed.body
    told = letters("award_cancelled")
    assert {each.supplier_id for each in told} == {each.supplier.id for each in results_of(award) if not each.is_winner}
    assert all("R2144-7" in each.body and MISSING not in each.body for each in told)
    assert (award.state, award.mini_tender.state) == (AwardState.CANCELLED, MiniTenderState.RANKED)


def test_the_next_in_rank_is_proposed_without_a_new_ranking_and_notified(award):
    fail(award)
    assert rules(lambda: propose_award(award.place, "Encore.", by=award.proposer, at=LATE)) == [("ANA-01", None)]
    again = next_award(award)
    assert again.place.rank == 2 and again.place.ranking_id == award.place.ranking_id
    assert notify_contract(prove(again, at=LATE), by=again.proposer, at=LATE).notified_at == LATE
    rejected = {each.supplier_id: each.body for each in letters("rejected") if each.created_at == LATE}
    assert "R2144-7" in rejected[award.place.offer.supplier_id] and len(rejected) == 2
    assert "écartée avant le classement" not in rejected[award.place.offer.supplier_id]


def test_the_same_offer_stays_out_of_a_new_ranking(award):
    fail(award)
    ranking = compute_ranking(award.mini_tender, by=award.proposer, at=LATE)
    assert [place.offer_id == award.place.offer_id for place in first_places(ranking)] == [False]


def test_when_nobody_is_left_nobody_is_first(database):
    award = make_awarded(Tender())
    fail(award)
    assert first_places(award.place.ranking) == []


def test_a_second_failure_gives_the_third(award):
    fail(award)
    second = next_award(award)
    reject_unproved(asked_for(second), MISSING, by=second.proposer, at=LATE + timedelta(days=12))
    assert [place.rank for place in first_places(award.place.ranking)] == [3]


def test_neither_a_notified_contract_nor_an_award_taken_back_can_fail(award):
    cancel_award(award, "Une erreur.", by=award.proposer, at=DECIDED)
    assert rules(lambda: fail(award)) == [("AWD-01", None)]


def test_between_equals_the_one_left_takes_the_place_of_the_one_that_failed(database):
    ranking: Ranking = make_ranked(Tender(), Tender())
    buyer, witness = session.get_one(Person, ranking.ranked_by), make_person(ranking.mini_tender.organisation, Role.BUYER)
    chief = make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)
    left, right = first_places(ranking)
    choose_between_ties(right, "Tirage au sort.", witness=witness, by=buyer, at=EXAMINED)
    award = approve_award(propose_award(right, "Tirée au sort.", by=buyer, at=EXAMINED), by=chief, at=DECIDED)
    fail(award)
    assert [place.id for place in first_places(ranking)] == [left.id]
    assert next_award(award).ranked_offer_id == left.id


def test_among_three_equals_those_left_are_ranked_again_before_a_new_draw(database):
    ranking: Ranking = make_ranked(Tender(), Tender(), Tender())
    buyer, witness = session.get_one(Person, ranking.ranked_by), make_person(ranking.mini_tender.organisation, Role.BUYER)
    chief = make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)
    chosen = first_places(ranking)[0]
    draw = {"witness": witness, "by": buyer}
    choose_between_ties(chosen, "Tirage au sort.", **draw, at=EXAMINED)
    fail(approve_award(propose_award(chosen, "Tirée au sort.", by=buyer, at=EXAMINED), by=chief, at=DECIDED))
    left = first_places(ranking)[0]
    assert rules(lambda: choose_between_ties(left, "Encore.", **draw, at=LATE)) == [("CRI-11", None)]
    again = first_places(compute_ranking(ranking.mini_tender, by=buyer, at=LATE))
    assert len(again) == 2
    choose_between_ties(again[0], "Second tirage.", **draw, at=LATE)
