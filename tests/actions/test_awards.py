"""The award by two people, the letters of the same act, the notification, and what takes a decision back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select

from sad.actions.awards import approve_award, cancel_award, letters_of_untold, notify_contract, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.evaluations import live_award
from sad.actions.marks import give_mark
from sad.actions.publications import discontinue_mini_tender
from sad.actions.rankings import compute_ranking
from sad.actions.ties import choose_between_ties, first_places
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.domain.sentences import french_date
from sad.models.awards import Award, AwardState
from sad.models.evaluations import Ranking
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTenderState
from sad.models.people import Person, Role
from sad.models.suppliers import SupplierMember
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_offer_row, make_ranked, offers_of
from tests.factories.mini_tenders import CLOSES
from tests.factories.people import make_person
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier

REASON = "La meilleure qualité, et le plus d’approvisionnement direct."
DECIDED = EXAMINED + timedelta(hours=2)
FIRST, SECOND = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "9.5"}), Tender(("2.90", "4.20"), marks={"quality": "6"})


@pytest.fixture
def ranking(database) -> Ranking:
    return make_ranked(FIRST, SECOND)


@pytest.fixture
def buyer(ranking) -> Person:
    return session.get_one(Person, ranking.ranked_by)


@pytest.fixture
def chief(ranking) -> Person:
    return make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)


@pytest.fixture
def proposed(ranking, buyer, chief) -> Award:
    return propose_award(first_places(ranking)[0], REASON, by=buyer, at=EXAMINED)


@pytest.fixture
def decided(proposed, chief) -> Award:
    return approve_award(proposed, by=chief, at=DECIDED)


def letters(*kinds: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind.in_(kinds)).order_by(Letter.id)))


def rules(refused: pytest.ExceptionInfo[Refused]) -> list[str | None]:
    return [one.rule for one in refused.value.refusals]


def test_a_proposal_names_the_first_offer_tells_who_decides_and_no_supplier(proposed, chief, ranking):
    assert (proposed.state, proposed.place.rank, proposed.reason) == (AwardState.PROPOSED, 1, REASON)
    assert ranking.mini_tender.state == MiniTenderState.RANKED
    assert [letter.person_id for letter in letters("award_to_decide")] == [chief.id]
    assert letters("award", "rejected") == []


def test_only_the_first_is_proposed_with_reasons_that_tenderers_will_read(ranking, buyer):
    second = next(place for place in ranking.places if place.rank == 2)
    with pytest.raises(Refused) as refused:
        propose_award(second, "  ", by=buyer, at=EXAMINED)
    assert rules(refused) == ["ANA-01", "AWD-03"]


def test_nothing_is_proposed_on_a_stale_ranking(ranking, buyer):
    offer = offers_of(ranking.mini_tender)[0]
    give_mark(offer, "quality", "1", "Relu.", by=buyer, at=EXAMINED)
    with pytest.raises(Refused, match="a changé depuis ce classement"):
        propose_award(first_places(ranking)[0], REASON, by=buyer, at=EXAMINED)


def test_while_a_proposal_stands_nothing_changes(proposed, buyer, ranking):
    offer = offers_of(ranking.mini_tender)[0]
    for act in (
        lambda: give_mark(offer, "quality", "1", "Relu.", by=buyer, at=EXAMINED),
        lambda: classify_offer(offer, "inappropriate", "Non.", by=buyer, at=EXAMINED),
        lambda: compute_ranking(ranking.mini_tender, by=buyer, at=EXAMINED),
        lambda: propose_award(first_places(ranking)[0], REASON, by=buyer, at=EXAMINED),
    ):
        with pytest.raises(Refused, match="déjà proposée"):
            act()


def test_a_proposal_without_decision_lapses_after_a_day_and_may_be_made_again(proposed, buyer, chief, ranking):
    late = EXAMINED + timedelta(hours=24, seconds=1)
    with pytest.raises(Refused, match="plus de 24 heures"):
        approve_award(proposed, by=chief, at=late)
    again = propose_award(first_places(ranking)[0], REASON, by=buyer, at=late)
    assert (proposed.state, again.state) == (AwardState.CANCELLED, AwardState.PROPOSED)
    assert live_award(ranking.mini_tender).id == again.id


def test_whoever_proposes_does_not_decide(proposed, buyer):
    with pytest.raises(Refused) as refused:
        approve_award(proposed, by=buyer, at=DECIDED)
    assert rules(refused) == ["ANA-05"]
    assert letters("award", "rejected") == []


@pytest.mark.parametrize("has_conflict", [None, True])
def test_whoever_has_an_interest_or_has_said_nothing_does_not_decide(proposed, ranking, has_conflict):
    person = make_person(ranking.mini_tender.organisation, Role.AWARD_AUTHORITY)
    if has_conflict:
        person = make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY, has_conflict=True)
    with pytest.raises(Refused) as refused:
        approve_award(proposed, by=person, at=DECIDED)
    assert rules(refused) == ["ANA-05"]


def test_the_decision_tells_every_tenderer_in_the_same_act_the_late_one_too_and_nobody_else(ranking, buyer, chief):
    mini_tender = ranking.mini_tender
    late = make_offer_row(mini_tender, make_supplier(), received_at=CLOSES + timedelta(minutes=3))
    gone = make_offer_row(mini_tender, make_supplier(), received_at=CLOSES - timedelta(hours=1), state="withdrawn")
    silent = make_supplier()
    award = propose_award(first_places(ranking)[0], REASON, by=buyer, at=EXAMINED)
    approve_award(award, by=chief, at=DECIDED)
    first, second = sorted(ranking.places, key=lambda place: place.rank)
    assert [letter.supplier_id for letter in letters("award")] == [first.offer.supplier_id]
    assert {letter.supplier_id for letter in letters("rejected")} == {second.offer.supplier_id, late.supplier_id}
    assert not {letter.supplier_id for letter in letters("award", "rejected")} & {gone.supplier_id, silent.id}
    assert [letter.person_id for letter in letters("mini_tender_awarded")] == [mini_tender.created_by]
    assert mini_tender.state == MiniTenderState.AWARDED


def test_two_people_who_decide_at_once_make_one_decision(database):
    with transaction():
        ranking = make_ranked(FIRST, SECOND)
        award = propose_award(first_places(ranking)[0], REASON, by=session.get_one(Person, ranking.ranked_by), at=EXAMINED)
        chiefs = [make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY).id for _ in range(2)]
    together = Barrier(2)

    def decide(number: int) -> str:
        try:
            found, person = session.get_one(Award, award.id), session.get_one(Person, number)
            together.wait()
            with transaction():
                approve_award(found, by=person, at=DECIDED)
        except Refused:
            return "refused"
        finally:
            session.remove()
        return "decided"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, chiefs)) == ["decided", "refused"]
    session.rollback()
    assert len(letters("award")) == 1 and len(letters("rejected")) == 1


def test_the_contract_is_notified_once_every_loser_has_its_letter(decided, buyer):
    prove(decided)
    session.delete(session.scalars(select(Letter).where(Letter.kind == "rejected")).one())
    notify_contract(decided, by=buyer, at=DECIDED)
    (told,), (notified,) = letters("rejected"), letters("contract_notification")
    assert told.supplier_id != notified.supplier_id and told.id < notified.id


@pytest.mark.parametrize("after", [timedelta(0), timedelta(hours=2)], ids=["at the very instant of the decision", "two hours after"])
def test_an_offer_that_comes_after_the_decision_stops_nothing_and_has_its_letter_with_the_notification(decided, buyer, after):
    prove(decided)
    late = make_offer_row(decided.mini_tender, make_supplier(), received_at=DECIDED + after)
    notify_contract(decided, by=buyer, at=DECIDED + timedelta(days=1))
    [letter] = [each for each in letters("rejected") if each.supplier_id == late.supplier_id]
    assert letter.created_at == DECIDED + timedelta(days=1)
    assert f"Le {french_date(DECIDED.date())}," in letter.body and "elle n’a pas été ouverte (R2151-5)" in letter.body


@pytest.mark.parametrize("comes_back", [False, True], ids=["nobody acts for it any more", "somebody acts for it again since"])
def test_a_loser_that_could_not_be_told_stops_nothing_and_has_its_letter_as_soon_as_somebody_acts_for_it(ranking, buyer, chief, comes_back):
    loser = next(place for place in ranking.places if place.rank == 2).offer.supplier
    members = session.query(SupplierMember).filter_by(supplier_id=loser.id)
    members.update({"left_at": EXAMINED})
    award = approve_award(propose_award(first_places(ranking)[0], REASON, by=buyer, at=EXAMINED), by=chief, at=DECIDED)
    assert letters("rejected") == []
    if comes_back:
        members.update({"left_at": None})
    assert [result.supplier.id for result, _ in letters_of_untold(award)] == [loser.id] * comes_back
    notified_at = DECIDED + timedelta(days=1)
    assert notify_contract(prove(award), by=buyer, at=notified_at).notified_at == notified_at
    assert [(each.supplier_id, each.created_at) for each in letters("rejected")] == [(loser.id, notified_at)] * comes_back


def test_a_loser_that_was_told_of_the_decision_is_told_once(decided, buyer):
    notify_contract(prove(decided), by=buyer, at=DECIDED + timedelta(days=1))
    assert [each.created_at for each in letters("rejected")] == [DECIDED]


def test_the_notification_gives_the_awardee_its_contract_and_tells_the_service(decided, buyer, ranking):
    notify_contract(prove(decided), by=buyer, at=DECIDED)
    (letter,) = letters("contract_notification")
    assert letter.supplier_id == decided.place.offer.supplier_id
    for said in ("44 pièces à 3,50 €, soit 154,00 €", "Total hors taxe : 170,72 €", "TVA à 5,5 % : 9,39 €", "180,11 €"):
        assert said in letter.body.replace("\u00a0", " ")
    assert ranking.mini_tender.state == MiniTenderState.NOTIFIED
    assert [each.person_id for each in letters("mini_tender_notified")] == [ranking.mini_tender.created_by]
    with pytest.raises(Refused):
        notify_contract(decided, by=buyer, at=DECIDED)


def test_a_contract_of_25_000_euros_is_written(database):
    ranking = make_ranked(Tender(("500.00", "1000.00")), budget=Decimal("30000.00"))
    buyer, chief = session.get_one(Person, ranking.ranked_by), make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)
    award = approve_award(propose_award(first_places(ranking)[0], REASON, by=buyer, at=EXAMINED), by=chief, at=DECIDED)
    prove(award)
    with pytest.raises(Refused) as refused:
        notify_contract(award, by=buyer, at=DECIDED)
    assert rules(refused) == ["AWD-08"]
    assert notify_contract(award, contract_reference=" M-2026-12 ", by=buyer, at=DECIDED).contract_reference == "M-2026-12"


def test_a_proposal_taken_back_tells_no_supplier(proposed, buyer, ranking):
    cancel_award(proposed, "Erreur de lecture.", by=buyer, at=EXAMINED)
    assert (proposed.state, ranking.mini_tender.state) == (AwardState.CANCELLED, MiniTenderState.RANKED)
    assert letters("award_cancelled") == []


def test_a_decision_taken_back_tells_everybody_why_and_another_may_follow(decided, buyer, chief, ranking):
    with pytest.raises(Refused, match="motif"):
        cancel_award(decided, " ", by=buyer, at=DECIDED)
    cancel_award(decided, "Une note était fausse.", by=buyer, at=DECIDED)
    assert len(letters("award_cancelled")) == 2 and all("Une note était fausse." in each.body for each in letters("award_cancelled"))
    assert (decided.state, decided.decided_by) == (AwardState.CANCELLED, chief.id)
    later = DECIDED + timedelta(days=1)
    again = approve_award(propose_award(first_places(ranking)[0], REASON, by=buyer, at=later), by=chief, at=later)
    assert notify_contract(prove(again), by=buyer, at=later).state == AwardState.APPROVED


def test_a_notified_contract_is_not_taken_back(decided, buyer):
    notify_contract(prove(decided), by=buyer, at=DECIDED)
    with pytest.raises(Refused):
        cancel_award(decided, "Trop tard.", by=buyer, at=DECIDED)


def test_between_equal_offers_only_the_one_retained_before_a_witness_is_proposed(database):
    ranking = make_ranked(Tender(), Tender())
    buyer, witness = session.get_one(Person, ranking.ranked_by), make_person(ranking.mini_tender.organisation, Role.BUYER)
    left, right = first_places(ranking)
    with pytest.raises(Refused) as refused:
        propose_award(left, REASON, by=buyer, at=EXAMINED)
    assert rules(refused) == ["CRI-11"]
    choose_between_ties(right, "Tirage au sort de deux bulletins.", witness=witness, by=buyer, at=EXAMINED)
    with pytest.raises(Refused, match="Une autre offre a été retenue"):
        propose_award(left, REASON, by=buyer, at=EXAMINED)
    chief = make_evaluator(ranking.mini_tender, Role.AWARD_AUTHORITY)
    approve_award(propose_award(right, REASON, by=buyer, at=EXAMINED), by=chief, at=DECIDED)
    assert "à égalité" in letters("rejected")[0].body and "Tirage au sort de deux bulletins." in letters("rejected")[0].body


def test_a_mini_tender_may_still_be_given_up_once_awarded(decided, buyer, ranking):
    discontinue_mini_tender(ranking.mini_tender, "Le besoin a disparu.", by=buyer, at=DECIDED)
    with pytest.raises(Refused):
        notify_contract(decided, by=buyer, at=DECIDED)
