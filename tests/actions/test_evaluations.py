"""Classifying, marking and ranking opened offers: by people without interest, each word kept, every gap said at once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sad.actions.classifications import classify_offer
from sad.actions.declarations import declare_interests
from sad.actions.low_prices import ask_price
from sad.actions.marks import give_mark
from sad.actions.rankings import compute_ranking, is_current, latest_ranking
from sad.actions.ties import choose_between_ties, first_places
from sad.db import session
from sad.domain.errors import Refused
from sad.models.evaluations import Mark, Ranking
from sad.models.journal import JournalBody, JournalEntry
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.people import Person, Role
from tests.factories.evaluations import (
    EXAMINED,
    Tender,
    make_evaluator,
    make_offer_row,
    make_opened,
    make_ranked,
    offers_of,
)
from tests.factories.examinations import make_accepted
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.people import make_person

FIRST, SECOND = Tender(("3.50", "3.80"), {"direct_supply_pct": "100"}, {"quality": "9.5"}), Tender(("2.90", "4.20"), marks={"quality": "6"})
LOW = (Tender(("3.40", "4.00")), Tender(("3.60", "4.00")), Tender(("1.50", "2.00")))


def classify(offer: Offer, by: Person, word: str = "regular", reason: str = "Complète.") -> Offer:
    return classify_offer(offer, word, reason, by=by, at=EXAMINED)


def mark(offer: Offer, by: Person, value: str = "8", reason: str = "Soigné.", criterion: str = "quality") -> Mark:
    return give_mark(offer, criterion, value, reason, by=by, at=EXAMINED)


def rules(refused: pytest.ExceptionInfo[Refused]) -> list[str | None]:
    return [one.rule for one in refused.value.refusals]


@pytest.fixture
def opened(database) -> MiniTender:
    return make_opened(FIRST, SECOND)


@pytest.fixture
def evaluator(opened) -> Person:
    return make_evaluator(opened)


def test_an_offer_is_classified_with_a_reason_and_the_journal_keeps_it(opened, evaluator):
    offer = classify(offers_of(opened)[0], evaluator, reason="  Complète et conforme. ")
    assert (offer.classification, offer.classification_reason, offer.classified_by) == ("regular", "Complète et conforme.", evaluator.id)
    line = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert (line.action, line.object) == ("classify_offer", f"offers:{offer.id}")
    assert session.get_one(JournalBody, line.seq).body == {"classification": "regular", "reason": "Complète et conforme.", "before": None}


@pytest.mark.parametrize(
    ("tender", "budget", "word", "refused"),
    [
        (FIRST, "300.00", "unacceptable", ["ANA-01"]),
        (FIRST, "150.00", "regular", ["ANA-01"]),
        (FIRST, "150.00", "unacceptable", None),
        (FIRST, "300.00", "irregular", None),
        (FIRST, "300.00", "inappropriate", None),
    ],
)
def test_the_budget_frozen_before_the_invitation_decides_what_is_unacceptable(database, tender, budget, word, refused):
    mini_tender = make_opened(tender, budget=Decimal(budget))
    by = make_evaluator(mini_tender)
    if refused is None:
        assert classify(offers_of(mini_tender)[0], by, word).classification == word
        return
    with pytest.raises(Refused) as found:
        classify(offers_of(mini_tender)[0], by, word)
    assert rules(found) == refused


def test_an_offer_under_a_specification_of_the_frozen_stage_is_not_regular(database):
    mini_tender = make_opened(FIRST)
    offer = offers_of(mini_tender)[0]
    content = dict(mini_tender.stage_content)
    content["requirements"] = [
        {**each, "comparison": "at_most", "threshold": "1"} if each["key"] == "intermediaries" else each for each in content["requirements"]
    ]
    mini_tender.stage_content = content
    offer.content = {**offer.content, "values": {**offer.content["values"], "intermediaries": "2"}}
    session.flush()
    with pytest.raises(Refused, match="2 intermédiaires, 1 au plus"):
        classify(offer, make_evaluator(mini_tender))


def test_a_very_low_price_waits_for_its_explanation(database):
    mini_tender = make_opened(*LOW)
    by, offer = make_evaluator(mini_tender), offers_of(mini_tender)[2]
    for word in ("regular", "irregular"):
        with pytest.raises(Refused, match="sous la moyenne des autres") as refused:
            classify(offer, by, word)
        assert rules(refused) == ["ANA-03"]
    make_accepted(offer, by=by)
    assert classify(offer, by).classification == "regular"


def test_a_usual_price_has_nothing_to_explain(database):
    mini_tender = make_opened(*LOW)
    with pytest.raises(Refused, match="n’appelle pas de justification"):
        ask_price(offers_of(mini_tender)[0], by=make_evaluator(mini_tender), at=EXAMINED)


def test_a_price_that_becomes_low_once_others_are_set_aside_stops_the_ranking(database):
    mini_tender = make_opened(Tender(("3.00", "4.00")), Tender(("1.90", "2.00")), Tender(("3.00", "4.00")), Tender(("1.00", "1.00")))
    by = make_evaluator(mini_tender)
    offers = offers_of(mini_tender)
    make_accepted(offers[3], by=by)
    classify(offers[1], by)
    classify(offers[3], by, "irregular", "Aucun menu joint.")
    for offer in (offers[0], offers[2]):
        classify(offer, by)
    with pytest.raises(Refused) as refused:
        compute_ranking(mini_tender, by=by, at=EXAMINED)
    assert rules(refused).count("ANA-03") == 1


def test_a_mark_is_from_0_to_the_scale_with_a_reason(opened, evaluator):
    offer = classify(offers_of(opened)[0], evaluator)
    given = mark(offer, evaluator, "7,50", " Bon pain. ")
    assert (given.value, given.reason, given.given_by) == ("7.5", "Bon pain.", evaluator.id)
    for value in ("10.01", "-1", "huit", "", "7.555"):
        with pytest.raises(Refused) as refused:
            mark(offer, evaluator, value)
        assert [one.field for one in refused.value.refusals] == ["value"]
    with pytest.raises(Refused) as refused:
        mark(offer, evaluator, "99", " ")
    assert [one.field for one in refused.value.refusals] == ["value", "reason"]


def test_another_mark_replaces_the_first_and_the_journal_keeps_both(opened, evaluator):
    offer = classify(offers_of(opened)[0], evaluator)
    mark(offer, evaluator, "8")
    mark(offer, evaluator, "6", "Relu à deux.")
    assert [each.value for each in session.scalars(select(Mark))] == ["6"]
    bodies = [body.body for body in session.scalars(select(JournalBody).order_by(JournalBody.seq.desc()).limit(2))]
    assert [(body["value"], body["before"]) for body in bodies] == [("6", "8"), ("8", None)]


def test_only_criteria_of_judgement_are_marked_and_only_on_regular_offers(opened, evaluator):
    first, second = offers_of(opened)
    classify(first, evaluator)
    with pytest.raises(Refused, match="ne se note pas à la main"):
        mark(first, evaluator, criterion="price")
    with pytest.raises(Refused, match="Seule une offre régulière") as refused:
        mark(second, evaluator)
    assert rules(refused) == ["ANA-01"]


def test_a_sealed_offer_gets_neither_word_nor_mark(opened, evaluator):
    late = make_offer_row(opened, offers_of(opened)[0].supplier, received_at=CLOSES + timedelta(seconds=1))
    for act in (lambda: classify(late, evaluator), lambda: mark(late, evaluator)):
        with pytest.raises(Refused, match="scellée"):
            act()


def test_nobody_acts_before_the_opening(database):
    mini_tender = make_published()
    with pytest.raises(Refused) as refused:
        compute_ranking(mini_tender, by=make_evaluator(mini_tender), at=EXAMINED)
    assert rules(refused) == ["REC-01"]


@pytest.mark.parametrize("has_conflict", [None, True])
def test_nobody_acts_without_having_declared_to_have_no_interest(opened, has_conflict):
    person = make_person(opened.organisation, Role.EVALUATOR)
    if has_conflict is not None:
        declare_interests(opened, has_conflict=has_conflict, link="Mon frère y travaille.", by=person, at=EXAMINED)
    offer = offers_of(opened)[0]
    for act in (
        lambda: classify(offer, person),
        lambda: mark(offer, person),
        lambda: compute_ranking(opened, by=person, at=EXAMINED),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert rules(refused) == ["ANA-05"]


def test_an_interest_found_later_is_declared_too_and_never_taken_back(opened):
    person = make_evaluator(opened)
    declare_interests(opened, has_conflict=True, link="Mon frère y travaille.", by=person, at=EXAMINED)
    with pytest.raises(Refused, match="ne s’efface pas"):
        declare_interests(opened, has_conflict=False, by=person, at=EXAMINED)


def test_the_ranking_waits_for_every_word_and_every_mark_and_says_all_that_is_missing(opened, evaluator):
    first, second = offers_of(opened)
    classify(first, evaluator)
    mark(first, evaluator, criterion="delivery")
    with pytest.raises(Refused) as refused:
        compute_ranking(opened, by=evaluator, at=EXAMINED)
    assert sorted(rules(refused)) == ["ANA-01", "ANA-05"]
    assert second.supplier.name in str(refused.value) and "Qualité" in str(refused.value)
    assert opened.state == MiniTenderState.OPENED


def test_without_any_regular_offer_there_is_nothing_to_rank(opened, evaluator):
    for offer in offers_of(opened):
        classify(offer, evaluator, "inappropriate", "Sans rapport avec le besoin.")
    with pytest.raises(Refused) as refused:
        compute_ranking(opened, by=evaluator, at=EXAMINED)
    assert rules(refused) == ["AWD-10"]


def test_points_are_stored_as_printed_with_what_would_have_changed(database):
    ranking = make_ranked(FIRST, SECOND)
    first, second = sorted(ranking.places, key=lambda place: place.rank)
    assert (first.total, first.points["price"], first.points["quality"]) == ("87.53", "42.78", "23.75")
    assert first.explanation[1] == "Qualité et adaptation au besoin : 23,75 sur 25, 9,5 sur 10"
    assert first.would_be_first == {"price_cut": None, "criteria": {}}
    assert (second.rank, second.would_be_first["criteria"]) == (2, {"quality": "10"})
    assert ranking.solidity["price"] == ["0.01", "59.83"]
    assert ranking.mini_tender.state == MiniTenderState.RANKED


def test_a_ranking_is_stale_as_soon_as_a_mark_changes_and_another_may_follow(database):
    ranking = make_ranked(FIRST, SECOND)
    by = session.get_one(Person, ranking.ranked_by)
    assert is_current(ranking)
    mark(offers_of(ranking.mini_tender)[0], by, "1", "Relu.")
    assert not is_current(ranking)
    again = compute_ranking(ranking.mini_tender, by=by, at=EXAMINED)
    assert is_current(again) and latest_ranking(ranking.mini_tender).id == again.id
    assert session.query(Ranking).count() == 2


@pytest.mark.parametrize("change", [{"budget": Decimal("999.00")}, {"title": "Autre chose"}, {"grid": None}])
def test_nothing_is_ranked_on_something_else_than_what_was_frozen(opened, evaluator, change):
    for offer in offers_of(opened):
        classify(offer, evaluator)
        for criterion in ("quality", "delivery"):
            mark(offer, evaluator, criterion=criterion)
    if change.get("grid", ...) is None:
        change = {"grid": {**opened.grid, "tie_rule": ["quality"]}}
    for name, value in change.items():
        setattr(opened, name, value)
    session.flush()
    with pytest.raises(Refused) as refused:
        compute_ranking(opened, by=evaluator, at=EXAMINED)
    assert rules(refused) == ["CRI-12"]


@pytest.fixture
def tied(database) -> Ranking:
    return make_ranked(Tender(), Tender(), SECOND)


def test_equal_offers_stay_equal_until_people_decide_before_a_witness(tied):
    assert [place.rank for place in first_places(tied)] == [1, 1]
    by = session.get_one(Person, tied.ranked_by)
    witness = make_person(tied.mini_tender.organisation, Role.BUYER)
    decision = choose_between_ties(first_places(tied)[1], "Tirage au sort.", witness=witness, by=by, at=EXAMINED)
    assert (decision.ranked_offer_id, decision.witness_id) == (first_places(tied)[1].id, witness.id)
    with pytest.raises(Refused, match="déjà départagées"):
        choose_between_ties(first_places(tied)[0], "Encore.", witness=witness, by=by, at=EXAMINED)


def test_a_tie_is_decided_before_another_agent_of_the_same_organisation_with_a_reason(tied):
    by = session.get_one(Person, tied.ranked_by)
    stranger = make_person(make_published().organisation, Role.BUYER)
    for witness in (by, stranger):
        with pytest.raises(Refused) as refused:
            choose_between_ties(first_places(tied)[0], " ", witness=witness, by=by, at=EXAMINED)
        assert [one.field for one in refused.value.refusals] == ["witness", "reason"]


def test_only_offers_that_share_the_first_place_are_decided_between(tied):
    last = next(place for place in tied.places if place.rank == 3)
    by, witness = session.get_one(Person, tied.ranked_by), make_person(tied.mini_tender.organisation, Role.BUYER)
    with pytest.raises(Refused, match="ne partage pas la première place"):
        choose_between_ties(last, "Non.", witness=witness, by=by, at=EXAMINED)
