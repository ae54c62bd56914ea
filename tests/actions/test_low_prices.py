"""A very low price: never accepted nor rejected without a letter, its answer kept whenever it comes, the ranking waits."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from sad.actions.awards import approve_award, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.low_prices import ask_price, decide_price, explain_price, price_request_of
from sad.actions.marks import give_mark, judged_criteria
from sad.actions.rankings import compute_ranking
from sad.actions.ties import first_places
from sad.db import session
from sad.domain.errors import Refused
from sad.models.examinations import ExaminationAnswer, ExaminationFile
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_opened, offers_of
from tests.factories.examinations import INVOICE, make_accepted, make_explained
from tests.factories.suppliers import member_of

LOW = (Tender(("3.40", "4.00")), Tender(("3.60", "4.00")), Tender(("1.50", "2.00")))
DUE = date(2026, 12, 15)
AFTER = EXAMINED + timedelta(days=8)


@pytest.fixture
def opened(database) -> MiniTender:
    return make_opened(*LOW)


@pytest.fixture
def by(opened) -> Person:
    return make_evaluator(opened)


@pytest.fixture
def low(opened) -> Offer:
    return offers_of(opened)[2]


def rules(refused: pytest.ExceptionInfo[Refused]) -> list[str | None]:
    return [one.rule for one in refused.value.refusals]


def letters_to(offer: Offer, kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.supplier_id == offer.supplier_id, Letter.kind == kind)))


def judge_the_others(mini_tender: MiniTender, by: Person) -> None:
    for offer in offers_of(mini_tender)[:2]:
        classify_offer(offer, "regular", "Complète.", by=by, at=EXAMINED)
        for criterion in judged_criteria(mini_tender):
            give_mark(offer, criterion.key, "8", "Soigné.", by=by, at=EXAMINED)


def test_the_letter_asks_with_its_last_day_and_tells_nothing_of_the_other_offers(low, by):
    request = ask_price(low, "D’où vient la farine ?", by=by, at=EXAMINED)
    assert (request.days, request.due_on, request.asked) == (5, DUE, "D’où vient la farine ?")
    assert "sous la moyenne" in request.low_price
    body = letters_to(low, "price_request")[0].body
    for words in ("mardi 15 décembre 2026", "5\u00a0jours ouvrés", "R2152-3", "R2152-4", "D’où vient la farine ?", "Justifier mon prix"):
        assert words in body
    assert "%" not in body and "moyenne" not in body
    with pytest.raises(Refused, match="déjà demandée"):
        ask_price(low, by=by, at=EXAMINED)


def test_no_price_is_rejected_without_a_letter(low, by):
    for decision in ("accepted", "rejected"):
        with pytest.raises(Refused, match="n’a été demandée par écrit") as refused:
            decide_price(low, decision, "Trop bas.", by=by, at=AFTER)
        assert rules(refused) == ["ANA-03"]
    with pytest.raises(Refused, match="qu’après une demande écrite"):
        classify_offer(low, "abnormally_low", "Trop bas.", by=by, at=AFTER)
    assert low.classification is None


def test_without_an_answer_the_last_day_is_waited_for(low, by):
    ask_price(low, by=by, at=EXAMINED)
    with pytest.raises(Refused, match="jusqu’au mardi 15 décembre 2026 inclus"):
        decide_price(low, "rejected", "Sans réponse.", by=by, at=EXAMINED + timedelta(days=7))
    with pytest.raises(Refused, match="n’a rien répondu"):
        decide_price(low, "accepted", "Bon.", by=by, at=AFTER)
    decide_price(low, "rejected", "Aucun coût n’est montré.", by=by, at=AFTER)
    assert low.classification == "abnormally_low"
    assert low.classification_reason.endswith("sans réponse au mardi 15 décembre 2026. Aucun coût n’est montré.")


def test_answers_are_kept_as_they_came_with_their_files_late_ones_too(low, by):
    request, member = ask_price(low, by=by, at=EXAMINED), member_of(low.supplier)
    first = explain_price(request, " Surplus. ", (INVOICE,), by=member, at=EXAMINED + timedelta(days=7))
    second = explain_price(request, "", (INVOICE,), by=member, at=AFTER)
    assert (first.text, first.is_late, second.is_late) == ("Surplus.", False, True)
    assert [(file.name, file.body) for file in session.scalars(select(ExaminationFile))] == [(INVOICE.name, INVOICE.body)] * 2
    receipts = letters_to(low, "examination_answer")
    assert ["comme tardive" in each.body for each in receipts] == [False, True]
    assert "Surplus." in receipts[0].body and INVOICE.name in receipts[0].body
    acts = session.scalars(select(JournalEntry.action).where(JournalEntry.action == "receive_answer")).all()
    assert len(acts) == session.query(ExaminationAnswer).count() == 2


def test_an_empty_answer_is_refused_and_so_is_one_after_the_decision(low, by):
    request = make_explained(low, by=by)
    with pytest.raises(Refused, match="vide"):
        explain_price(request, "  ", by=member_of(low.supplier), at=EXAMINED)
    decide_price(low, "accepted", "Facture vue.", by=by, at=EXAMINED)
    with pytest.raises(Refused, match="décision est prise"):
        explain_price(request, "Encore un mot.", by=member_of(low.supplier), at=EXAMINED)


def test_an_accepted_price_lets_the_offer_be_judged_like_the_others(low, by):
    make_accepted(low, by=by)
    assert (low.price_justification, low.justification_recorded_by) == ("La facture le montre.", by.id)
    assert classify_offer(low, "regular", "Complète.", by=by, at=EXAMINED).classification == "regular"


def test_the_ranking_waits_for_each_open_request_even_about_an_offer_set_aside(opened, low, by):
    judge_the_others(opened, by)
    make_explained(low, by=by)
    classify_offer(low, "inappropriate", "Autre chose.", by=by, at=EXAMINED)
    with pytest.raises(Refused, match="attend encore votre décision") as refused:
        compute_ranking(opened, by=by, at=EXAMINED)
    assert rules(refused) == ["ANA-03"]
    decide_price(low, "accepted", "Facture vue.", by=by, at=EXAMINED)
    assert [place.ref for place in compute_ranking(opened, by=by, at=EXAMINED).places] == [each.ref for each in offers_of(opened)[:2]]


def test_a_rejected_price_sets_the_offer_aside_and_its_letter_cites_the_request(opened, low, by):
    judge_the_others(opened, by)
    make_explained(low, by=by)
    decide_price(low, "rejected", "La facture jointe ne couvre pas la farine.", by=by, at=EXAMINED)
    ranking = compute_ranking(opened, by=by, at=EXAMINED)
    assert low.ref not in [place.ref for place in ranking.places]
    chief = make_evaluator(opened, Role.AWARD_AUTHORITY)
    approve_award(propose_award(first_places(ranking)[0], "La mieux notée.", by=by, at=EXAMINED), by=chief, at=EXAMINED)
    body = letters_to(low, "rejected")[0].body
    for words in (
        "jugée anormalement basse (L2152-6)", "demandée par écrit le mardi 8 décembre 2026 (R2152-3)",
        "réponse reçue le mardi 8 décembre 2026", "La facture jointe ne couvre pas la farine.",
    ):
        assert words in body
    assert "sous la moyenne" not in body


def test_a_decision_may_be_replaced_until_an_award_is_proposed(low, by):
    make_explained(low, by=by)
    decide_price(low, "rejected", "Insuffisant.", by=by, at=EXAMINED)
    with pytest.raises(Refused, match="écartée pour son prix") as refused:
        classify_offer(low, "regular", "Complète.", by=by, at=EXAMINED)
    assert rules(refused) == ["ANA-03"]
    decide_price(low, "accepted", "Facture retrouvée.", by=by, at=EXAMINED)
    assert (low.classification, low.classification_reason, low.price_justification) == (None, None, "Facture retrouvée.")
    decide_price(low, "rejected", "Finalement non.", by=by, at=EXAMINED)
    assert (low.price_justification, price_request_of(low).decision) == (None, "rejected")


def test_setting_one_aside_for_its_price_makes_no_other_look_low(database):
    mini_tender = make_opened(Tender(("3.40", "4.00")), Tender(("2.70", "3.00")), Tender(("1.00", "1.00")))
    by, offers = make_evaluator(mini_tender), offers_of(mini_tender)
    make_explained(offers[2], by=by)
    decide_price(offers[2], "rejected", "Rien n’est montré.", by=by, at=EXAMINED)
    assert classify_offer(offers[1], "regular", "Complète.", by=by, at=EXAMINED).classification == "regular"


def test_whoever_has_an_interest_neither_asks_nor_decides(opened, low):
    stranger = make_evaluator(opened, has_conflict=True)
    for act in (lambda: ask_price(low, by=stranger, at=EXAMINED), lambda: decide_price(low, "rejected", "Non.", by=stranger, at=AFTER)):
        with pytest.raises(Refused) as refused:
            act()
        assert rules(refused) == ["ANA-05"]
