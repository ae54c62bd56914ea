"""Irregular offers put right: all at once or with a reason, one period, values alone, a person decides, the ranking waits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad.actions.awards import approve_award, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.evaluations import findings_of
from sad.actions.low_prices import ask_price
from sad.actions.marks import give_mark, judged_criteria
from sad.actions.publications import discontinue_mini_tender
from sad.actions.rankings import compute_ranking, is_current
from sad.actions.regularisations import ask_regularisation, decide_regularisation, regularisation_of
from sad.actions.replays import ranking_faults
from sad.actions.ties import first_places
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.examinations import ExaminationAnswer, ExaminationFile
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.regularisations import Regularisation, RegularisationExclusion, RegularisationRequest
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, offers_of
from tests.factories.examinations import INVOICE, make_accepted
from tests.factories.regularisations import DIRECT, MIDDLEMEN, SAID, WHOLE, make_irregular, make_mended, make_round

DUE, AFTER = date(2026, 12, 15), EXAMINED + timedelta(days=8)
GOOD = {DIRECT: "45"}
BOTH = {DIRECT: "60", MIDDLEMEN: "1"}


@pytest.fixture
def opened(database) -> MiniTender:
    return make_irregular()


@pytest.fixture
def by(opened) -> Person:
    return make_evaluator(opened)


@pytest.fixture
def held(opened, by) -> Regularisation:
    """The round of the two irregular offers, the third is regular."""
    classify_offer(offers_of(opened)[2], "regular", "Complète.", by=by, at=EXAMINED)
    return make_round(opened, by=by)


def refusals(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(one.rule, one.field) for one in refused.value.refusals]


def letters_to(offer: Offer, kind: str) -> list[Letter]:
    sent = select(Letter).where(Letter.supplier_id == offer.supplier_id, Letter.kind == kind)
    return list(session.scalars(sent.order_by(Letter.id)))


def judge(offer: Offer, by: Person) -> None:
    classify_offer(offer, "regular", "Complète.", by=by, at=AFTER)
    for criterion in judged_criteria(offer.mini_tender):
        give_mark(offer, criterion.key, "8", "Soigné.", by=by, at=AFTER)


def test_every_irregular_offer_is_asked_at_once_with_the_same_last_day(opened, held):
    first, second = held.requests
    assert (held.days, held.due_on, held.exclusions) == (5, DUE, [])
    assert [request.offer_id for request in held.requests] == [offer.id for offer in offers_of(opened)[:2]]
    assert (first.keys, first.points, second.keys) == ([DIRECT], [SAID], [MIDDLEMEN, DIRECT])
    body = letters_to(first.offer, "regularisation_request")[0].body
    for words in (SAID, "Approvisionnement direct\u00a0»", "mardi 15 décembre 2026", "5\u00a0jours ouvrés", "ni vos prix"):
        assert words in body
    assert "Intermédiaires" not in body
    assert letters_to(offers_of(opened)[2], "regularisation_request") == []
    entry = session.scalars(select(JournalEntry.object).where(JournalEntry.action == "ask_regularisation")).one()
    assert entry == f"regularisations:{held.id}"


def test_one_irregular_offer_cannot_be_put_right_without_the_others(opened, by):
    first, second, third = offers_of(opened)
    classify_offer(third, "regular", "Complète.", by=by, at=EXAMINED)
    classify_offer(second, "irregular", "Trop d’intermédiaires.", by=by, at=EXAMINED)
    assert refusals(lambda: make_round(opened, {second.id: " "}, by=by)) == [("ANA-02", f"reason_{second.id}")]
    assert refusals(lambda: make_round(opened, {third.id: "Chère."}, by=by)) == [("ANA-02", None)]
    assert session.scalar(select(Regularisation.id)) is None
    assert [request.offer_id for request in make_round(opened, by=by).requests] == [first.id, second.id]


def test_an_offer_left_out_is_set_aside_for_its_reason(opened, by):
    first, second, third = offers_of(opened)
    classify_offer(third, "regular", "Complète.", by=by, at=EXAMINED)
    held = make_round(opened, {second.id: " Un autre produit. "}, by=by)
    assert [(each.offer_id, each.reason) for each in held.exclusions] == [(second.id, "Un autre produit.")]
    assert second.classification == "irregular" and first.classification is None
    assert second.classification_reason.endswith("La régularisation ne lui a pas été proposée\u00a0: Un autre produit.")
    assert "10\u00a0% d’approvisionnement direct" in second.classification_reason
    assert letters_to(second, "regularisation_request") == []


def test_what_a_person_alone_found_irregular_is_answered_in_words_and_files(opened, by):
    first, _, third = offers_of(opened)
    classify_offer(third, "irregular", "La fiche du pain manque.", by=by, at=EXAMINED)
    request = make_round(opened, by=by).requests[2]
    assert (request.offer_id, request.keys, request.points) == (third.id, [], ["La fiche du pain manque."])
    assert "La fiche du pain manque." in letters_to(third, "regularisation_request")[0].body
    assert refusals(lambda: make_mended(request, {})) == [("ANA-02", "text")]
    assert refusals(lambda: make_mended(request, {DIRECT: "90"}, text="Voici.")) == [("ANA-02", None)]
    make_mended(request, {}, files=(INVOICE,))
    decide_regularisation(request, "accepted", "La fiche est là.", by=by, at=AFTER)
    assert (third.classification, third.regularised_values) == (None, {})
    assert classify_offer(third, "regular", "Complète.", by=by, at=AFTER).classification == "regular"
    assert first.regularised_values is None


@pytest.mark.parametrize(
    "stray", [{"prices": {"1": "0.01"}}, {"price-1": "0.01"}, {"quantity": "1"}, {"organic_or_siqo_pct": "100"}, {"direct_supply": "100"}]
)
def test_neither_a_price_nor_anything_that_was_not_asked_can_be_answered(held, stray):
    request = held.requests[0]
    assert refusals(lambda: make_mended(request, {**GOOD, **stray})) == [("ANA-02", None)]
    assert session.scalar(select(ExaminationAnswer.id)) is None


def test_an_accepted_value_stands_beside_the_offer_which_is_never_changed(opened, held, by):
    request, offer = held.requests[0], held.requests[0].offer
    before, lines = dict(offer.content), offer.as_content().lines
    make_mended(request, GOOD, text="Une faute de frappe.")
    make_mended(held.requests[1], BOTH)
    assert findings_of(opened, [offer])[offer.id].shortfalls == (SAID,)
    decide_regularisation(request, "accepted", "La facture le montre.", by=by, at=EXAMINED)
    assert (offer.content, offer.regularised_values) == (before, GOOD)
    assert offer.content["values"][DIRECT] == "35" and offer.as_content().values[DIRECT] == "45"
    assert (offer.as_content().lines, offer.as_content().total) == (lines, offer.total)
    bid = offer.as_bid(opened.frozen_grid(), opened.frozen_stage(), {})
    assert (bid.values["direct_supply"], bid.values["price"]) == ("45", f"{offer.total:.2f}")
    assert findings_of(opened, [offer])[offer.id].shortfalls == ()


def test_nothing_is_decided_before_the_end_unless_all_have_answered(held, by):
    first, second = held.requests
    make_mended(first, GOOD)
    for word in ("accepted", "rejected"):
        act = lambda: decide_regularisation(first, word, "Vu.", by=by, at=EXAMINED + timedelta(days=7))  # noqa: B023, E731
        assert refusals(act) == [("ANA-02", "decision")]
    make_mended(second, BOTH)
    assert decide_regularisation(first, "accepted", "Vu.", by=by, at=EXAMINED).decision == "accepted"


def test_without_an_answer_an_offer_stays_irregular_and_its_letters_say_so(opened, held, by):
    request, offer = held.requests[0], held.requests[0].offer
    assert refusals(lambda: decide_regularisation(request, "accepted", "Bien.", by=by, at=AFTER)) == [("ANA-02", "decision")]
    decide_regularisation(request, "rejected", "Rien n’est venu.", by=by, at=AFTER)
    assert offer.classification == "irregular"
    assert offer.classification_reason == (
        f"{SAID}. Régularisation demandée par écrit le mardi 8 décembre 2026 (R2152-2), sans réponse au mardi 15 décembre 2026. "
        "Rien n’est venu."
    )
    body = letters_to(offer, "regularisation_outcome")[0].body
    assert "reste irrégulière" in body and "Rien n’est venu." in body and SAID in body


def test_an_answer_that_still_falls_short_cannot_be_accepted(held, by):
    request = held.requests[0]
    make_mended(request, {DIRECT: "39"})
    with pytest.raises(Refused, match="il manque encore"):
        decide_regularisation(request, "accepted", "Presque.", by=by, at=AFTER)
    decide_regularisation(request, "rejected", "Toujours sous 40 %.", by=by, at=AFTER)
    assert "réponse reçue le mardi 8 décembre 2026" in request.offer.classification_reason


def test_answers_are_kept_as_they_came_and_the_last_in_time_counts_unless_a_person_says_otherwise(held, by):
    request = held.requests[0]
    first = make_mended(request, {DIRECT: "41"}, text=" Faute de frappe. ", files=(INVOICE,))
    second = make_mended(request, {DIRECT: "44"})
    late = make_mended(request, {DIRECT: "70"}, at=AFTER)
    assert [each.is_late for each in (first, second, late)] == [False, False, True]
    assert session.scalars(select(ExaminationFile.body)).all() == [INVOICE.body]
    receipts = [each.body for each in letters_to(request.offer, "examination_answer")]
    assert "Approvisionnement direct\u00a0: 41\u00a0% (à l’ouverture\u00a0: 35\u00a0%)" in receipts[0] and "comme tardive" in receipts[2]
    decide_regularisation(request, "accepted", "Vu.", by=by, at=AFTER)
    assert request.offer.regularised_values == {DIRECT: "44"}
    decide_regularisation(request, "accepted", "Vu en retard.", answer=late, by=by, at=AFTER)
    assert request.offer.regularised_values == {DIRECT: "70"}
    stray = make_mended(held.requests[1], BOTH, at=AFTER)
    assert refusals(lambda: decide_regularisation(request, "accepted", "Vu.", answer=stray, by=by, at=AFTER)) == [("ANA-02", "answer")]


def test_an_answer_after_the_decision_or_the_end_of_the_consultation_is_refused(opened, held, by):
    first, second = held.requests
    make_mended(first, GOOD)
    decide_regularisation(first, "accepted", "Vu.", by=by, at=AFTER)
    with pytest.raises(Refused, match="décision est prise"):
        make_mended(first, {DIRECT: "90"}, at=AFTER)
    discontinue_mini_tender(opened, "Plus de besoin.", by=by, at=AFTER)
    with pytest.raises(Refused, match="arrive trop tard"):
        make_mended(second, BOTH, at=AFTER)


def test_a_decision_may_be_replaced_and_the_tenderer_is_told_again(held, by):
    request, offer = held.requests[0], held.requests[0].offer
    make_mended(request, GOOD)
    decide_regularisation(request, "accepted", "Vu.", by=by, at=AFTER)
    classify_offer(offer, "regular", "Complète.", by=by, at=AFTER)
    decide_regularisation(request, "rejected", "La facture est d’une autre année.", by=by, at=AFTER)
    assert (offer.classification, offer.regularised_values) == ("irregular", None)
    assert refusals(lambda: classify_offer(offer, "regular", "Si.", by=by, at=AFTER))[-1] == ("ANA-02", "classification")
    decide_regularisation(request, "accepted", "Bonne facture.", by=by, at=AFTER)
    assert (offer.classification, offer.regularised_values) == (None, GOOD)
    bodies = [each.body for each in letters_to(offer, "regularisation_outcome")]
    assert ["remplace" in body for body in bodies] == [False, True, True]


def test_while_a_round_is_open_nothing_is_ranked_awarded_nor_classified(opened, held, by):
    judge(offers_of(opened)[2], by)
    with pytest.raises(Refused, match="n’est pas décidée") as refused:
        compute_ranking(opened, by=by, at=AFTER)
    assert [one.rule for one in refused.value.refusals].count("ANA-02") == 2
    assert refusals(lambda: classify_offer(held.requests[0].offer, "irregular", "Non.", by=by, at=AFTER)) == [("ANA-02", "classification")]


def test_a_ranking_made_before_no_longer_holds_once_offers_are_put_right(opened, by):
    first, second, third = offers_of(opened)
    for offer in (first, second):
        classify_offer(offer, "irregular", "Ne respecte pas le palier.", by=by, at=EXAMINED)
    judge(third, by)
    ranking = compute_ranking(opened, by=by, at=EXAMINED)
    held = make_round(opened, by=by)
    assert ("ANA-02", None) in refusals(lambda: propose_award(first_places(ranking)[0], "Bien.", by=by, at=EXAMINED))
    make_mended(held.requests[0], GOOD)
    decide_regularisation(held.requests[0], "accepted", "Vu.", by=by, at=AFTER)
    decide_regularisation(held.requests[1], "rejected", "Rien.", by=by, at=AFTER)
    assert not is_current(ranking)
    assert refusals(lambda: propose_award(first_places(ranking)[0], "Bien.", by=by, at=AFTER)) == [("CRI-12", None)]


def test_an_offer_put_right_is_ranked_told_and_replayed_the_same(opened, held, by):
    mended, rejected, whole = offers_of(opened)
    make_mended(held.requests[0], {DIRECT: "100"})
    make_mended(held.requests[1], {DIRECT: "20", MIDDLEMEN: "1"})
    decide_regularisation(held.requests[0], "accepted", "Vu.", by=by, at=EXAMINED)
    decide_regularisation(held.requests[1], "rejected", "Toujours sous 40 %.", by=by, at=EXAMINED)
    for offer in (mended, whole):
        judge(offer, by)
    ranking = compute_ranking(opened, by=by, at=AFTER)
    assert [place.ref for place in ranking.places] == [mended.ref, whole.ref]
    values = {each["ref"]: each["values"] for each in ranking.scoring_file["offers"]}
    assert (values[mended.ref]["direct_supply"], values[mended.ref]["price"]) == ("100", f"{mended.total:.2f}")
    assert ranking_faults(ranking) == [] and is_current(ranking)
    chief = make_evaluator(opened, Role.AWARD_AUTHORITY)
    approve_award(propose_award(first_places(ranking)[0], "La mieux notée.", by=by, at=AFTER), by=chief, at=AFTER)
    body = letters_to(rejected, "rejected")[0].body
    for words in ("jugée irrégulière (L2152-2)", "Régularisation demandée par écrit", "réponse reçue", "Toujours sous 40 %."):
        assert words in body
    mended.regularised_values = {DIRECT: "90"}
    assert any("direct_supply" in fault for fault in ranking_faults(ranking))


def test_a_very_low_price_is_explained_before_the_offer_is_put_right(database):
    mini_tender = make_irregular(Tender(("1.50", "2.00"), {DIRECT: "35"}), WHOLE, Tender(("3.60", "4.00")))
    by, (low, *others) = make_evaluator(mini_tender), offers_of(mini_tender)
    for offer in others:
        classify_offer(offer, "regular", "Complète.", by=by, at=EXAMINED)
    findings = findings_of(mini_tender, offers_of(mini_tender))[low.id]
    assert (findings.low_price, "sous la moyenne" in findings.low_if_regular) == ("", True)
    assert refusals(lambda: make_round(mini_tender, by=by)) == [("ANA-03", f"choice_{low.id}")]
    assert ask_price(low, by=by, at=EXAMINED).low_price == findings.low_if_regular
    assert refusals(lambda: make_round(mini_tender, by=by)) == [("ANA-03", f"choice_{low.id}")]


def test_an_explained_price_lets_the_offer_be_put_right(database):
    mini_tender = make_irregular(Tender(("1.50", "2.00"), {DIRECT: "35"}), WHOLE, Tender(("3.60", "4.00")))
    by, (low, *others) = make_evaluator(mini_tender), offers_of(mini_tender)
    for offer in others:
        classify_offer(offer, "regular", "Complète.", by=by, at=EXAMINED)
    make_accepted(low, by=by)
    request = make_round(mini_tender, by=by).requests[0]
    make_mended(request, GOOD)
    decide_regularisation(request, "accepted", "Vu.", by=by, at=EXAMINED)
    assert classify_offer(low, "regular", "Complète.", by=by, at=EXAMINED).classification == "regular"


def test_a_round_is_asked_once(opened, held, by):
    assert refusals(lambda: make_round(opened, by=by)) == [("ANA-02", None)]


def test_zero_days_and_too_many_are_refused(opened, by):
    classify_offer(offers_of(opened)[2], "regular", "Complète.", by=by, at=EXAMINED)
    for days in (0, -3, 1, 16, None):
        assert refusals(lambda: ask_regularisation(opened, {}, days, by=by, at=EXAMINED)) == [("ANA-02", "days")]  # noqa: B023


def test_whoever_has_an_interest_neither_asks_nor_decides(opened, held):
    stranger = make_evaluator(opened, has_conflict=True)
    assert refusals(lambda: make_round(opened, by=stranger)) == [("ANA-05", "has_conflict")]
    act = lambda: decide_regularisation(held.requests[0], "rejected", "Non.", by=stranger, at=AFTER)  # noqa: E731
    assert refusals(act) == [("ANA-05", "has_conflict")]


def test_the_database_keeps_one_round_and_one_line_for_each_offer(opened, held, by):
    offer = held.requests[0].offer
    reason = {"organisation_id": offer.organisation_id, "regularisation_id": held.id}
    second = {"mini_tender_id": opened.id, "days": 5, "due_on": DUE, "asked_at": AFTER, "asked_by": by.id}
    for row in (
        Regularisation(organisation_id=opened.organisation_id, **second),
        RegularisationRequest(**reason, offer_id=offer.id, asked=[]),
        RegularisationExclusion(**reason, offer_id=offers_of(opened)[2].id, reason=""),
        ExaminationAnswer(organisation_id=opened.organisation_id, due_on=DUE, answered_at=AFTER, answered_by=by.id),
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(row)
            session.flush()


def test_two_buyers_at_once_ask_once(opened, by):
    other = make_evaluator(opened)
    classify_offer(offers_of(opened)[2], "regular", "Complète.", by=by, at=EXAMINED)
    numbers, key = [by.id, other.id], opened.id
    session.commit()
    barrier = Barrier(2)

    def ask(number: int) -> str:
        barrier.wait(10)
        try:
            with transaction():
                make_round(session.get_one(MiniTender, key), by=session.get_one(Person, number))
            return "asked"
        except Refused:
            return "refused"
        finally:
            session.remove()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, numbers)) == ["asked", "refused"]
    assert len(regularisation_of(session.get_one(MiniTender, key)).requests) == 2
    assert len(session.scalars(select(Letter).where(Letter.kind == "regularisation_request")).all()) == 2
