"""Requests for reasons: asked once, answered once, never with a price of the retained offer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from sad.actions.awards import approve_award, cancel_award, propose_award
from sad.actions.classifications import classify_offer
from sad.actions.marks import give_mark, judged_criteria
from sad.actions.rankings import compute_ranking
from sad.actions.replies import drafted_reply, give_reasons, request_of
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.awards import Award
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.replies import ReasonRequest
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_offer_row, make_opened, make_ranked, offers_of
from tests.factories.mini_tenders import CLOSES
from tests.factories.orders import DECIDED, NOTIFIED, make_awarded
from tests.factories.people import make_person
from tests.factories.replies import ask, loser_of
from tests.factories.suppliers import make_supplier, member_of

FIRST = Tender(("3.51", "3.83"), {"direct_supply_pct": "100"}, {"quality": "9.5"})
SECOND = Tender(("2.97", "4.29"), marks={"quality": "6"})
DEAR = Tender(("30.00", "4.00"))
TEXT = "L’offre retenue a davantage d’approvisionnement direct."


@pytest.fixture
def award(database) -> Award:
    return make_awarded(FIRST, SECOND)


def letters(kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def rules(refused: pytest.ExceptionInfo[Refused]) -> set[str | None]:
    return {each.rule for each in refused.value.refusals}


def test_asking_tells_the_buyers_who_asks_what_and_until_when(award):
    buyers = {person.id for person in session.scalars(select(Person)) if person.has_role(Role.BUYER)}
    request = ask(award, question="Et le pain ?", at=NOTIFIED)
    assert (request.due_on, request.owed) == (date(2026, 12, 23), "comparison")
    told = letters("reasons_asked")
    assert {letter.person_id for letter in told} == buyers and buyers
    assert "Et le pain ?" in told[0].body and "mercredi 23 décembre 2026" in told[0].body
    assert f"/achats/consultations/{award.mini_tender_id}/demandes/{request.id}" in told[0].body


def test_the_winner_whoever_did_not_tender_and_a_second_time_are_refused(award):
    ask(award)
    for supplier in (award.place.offer.supplier, make_supplier(), loser_of(award)):
        with pytest.raises(Refused) as refused:
            ask(award, supplier)
        assert rules(refused) == {"AWD-04"}
    assert len(letters("reasons_asked")) == len({letter.person_id for letter in letters("reasons_asked")})


def test_nobody_asks_before_the_decision_nor_once_it_is_taken_back(database):
    ranking = make_ranked(FIRST, SECOND)
    buyer, chief = (make_evaluator(ranking.mini_tender, role) for role in (Role.BUYER, Role.AWARD_AUTHORITY))
    award = propose_award(ranking.places[0], "La première.", by=buyer, at=EXAMINED)
    with pytest.raises(Refused, match="Rien n’est encore décidé"):
        ask(award)
    approve_award(award, by=chief, at=DECIDED)
    request = ask(award)
    cancel_award(award, "À refaire.", by=buyer, at=NOTIFIED)
    with pytest.raises(Refused, match="Rien n’est encore décidé"):
        ask(award)
    with pytest.raises(Refused, match="ne tient plus"):
        give_reasons(request, TEXT, by=buyer, at=NOTIFIED)
    again_decided = approve_award(propose_award(ranking.places[0], "La première.", by=buyer, at=NOTIFIED), by=chief, at=NOTIFIED)
    assert ask(again_decided).id != request.id, "another decision may be explained again"


def test_the_text_proposed_compares_without_a_price_of_the_retained_offer(award):
    request = ask(award)
    text = drafted_reply(request)
    assert "100 %" in text.replace("\u00a0", " ") and "Note 9,5 sur 10" in text and "Motif quality" in text
    assert "Ses avantages sur la vôtre" in text and "Là où la vôtre fait mieux" in text and award.reason in text
    lines = award.place.offer.as_content().lines
    for amount in {award.place.offer.total, *(line.unit_price for line in lines), *(line.amount for line in lines)}:
        assert f"{amount:.2f}".replace(".", ",") not in text, "with its sign or without"
    assert give_reasons(request, text, by=award.proposer, at=NOTIFIED).answer == text


@pytest.mark.parametrize("classification", ["irregular", "unacceptable", "inappropriate"])
def test_an_offer_that_was_not_admissible_reads_its_own_reasons_and_nothing_of_the_others(database, classification):
    mini_tender = make_opened(FIRST, SECOND, DEAR if classification == "unacceptable" else SECOND)
    by = make_evaluator(mini_tender)
    refused = offers_of(mini_tender)[2]
    award = _award(mini_tender, by, refused, classification)
    request = ask(award, refused.supplier)
    text = drafted_reply(request)
    assert request.owed == "reasons" and "Le jus manque." in text
    assert "Note" not in text and "100" not in text and award.reason not in text
    body = give_reasons(request, text, by=award.proposer, at=NOTIFIED)
    letter = letters("reasons_given")[0].body
    assert award.place.offer.supplier.name in letter and "R2181-2" in letter and body.answer in letter


def test_a_late_offer_was_not_read_and_compares_with_nothing(database):
    ranking = make_ranked(FIRST, SECOND)
    mini_tender, late = ranking.mini_tender, make_supplier()
    make_offer_row(mini_tender, late, received_at=CLOSES + timedelta(minutes=1))
    buyer, chief = (make_evaluator(mini_tender, role) for role in (Role.BUYER, Role.AWARD_AUTHORITY))
    award = approve_award(propose_award(ranking.places[0], "La première.", by=buyer, at=EXAMINED), by=chief, at=DECIDED)
    request = ask(award, late)
    assert request.owed == "reasons" and "après la date limite" in drafted_reply(request)


def test_the_answer_goes_to_each_person_of_the_tenderer_with_the_name_of_the_holder(award):
    request = ask(award, question="Et le pain ?")
    give_reasons(request, TEXT, by=award.proposer, at=NOTIFIED)
    (letter,) = letters("reasons_given")
    assert (letter.supplier_id, letter.mini_tender_id) == (loser_of(award).id, award.mini_tender_id)
    assert all(words in letter.body for words in (TEXT, award.place.offer.supplier.name, "R2181-4", "Et le pain ?"))
    assert request_of(award.mini_tender, loser_of(award)).answer == TEXT


def test_an_empty_answer_a_second_one_and_one_with_a_secret_price_are_refused(award):
    request = ask(award)
    for text, expected in (("  ", {"AWD-04"}), ("Son croissant vaut 3,51 €.", {"SEC-01"}), ("Soit 154,44 € de viennoiseries.", {"SEC-01"})):
        with pytest.raises(Refused) as refused:
            give_reasons(request, text, by=award.proposer, at=NOTIFIED)
        assert rules(refused) == expected and request.answer is None
    give_reasons(request, "Votre croissant vaut 2,97 €.", by=award.proposer, at=NOTIFIED)
    with pytest.raises(Refused, match="déjà partie"):
        give_reasons(request, TEXT, by=award.proposer, at=NOTIFIED)
    assert len(letters("reasons_given")) == 1


def test_who_has_not_declared_its_interests_or_has_a_link_does_not_answer(award):
    request = ask(award)
    stranger = make_person(award.mini_tender.organisation, Role.BUYER)
    linked = make_evaluator(award.mini_tender, Role.BUYER, has_conflict=True)
    for person in (stranger, linked):
        with pytest.raises(Refused) as refused:
            give_reasons(request, TEXT, by=person, at=NOTIFIED)
        assert rules(refused) == {"ANA-05"}


def test_both_acts_are_in_the_journal(award):
    give_reasons(ask(award), TEXT, by=award.proposer, at=NOTIFIED)
    acts = [line.action for line in session.scalars(select(JournalEntry).order_by(JournalEntry.seq))]
    assert acts.index("ask_reasons") < acts.index("give_reasons")


@pytest.mark.own_database
def test_of_two_people_who_ask_or_answer_at_once_one_is_told_that_it_is_done(database):
    with transaction():
        award = make_awarded(FIRST, SECOND)
        number, person, buyer = award.id, member_of(loser_of(award)).id, award.proposed_by
    assert _both(lambda: ask(session.get_one(Award, number))) == ["AWD-04"]
    assert session.query(ReasonRequest).count() == 1 and person
    session.rollback()
    assert _both(lambda: _answer(buyer)) == ["AWD-04"]
    assert session.query(Letter).filter(Letter.kind == "reasons_given").count() == 1


def _answer(buyer: int) -> None:
    give_reasons(session.scalars(select(ReasonRequest)).one(), TEXT, by=session.get_one(Person, buyer), at=NOTIFIED)


def _both(act) -> list[str | None]:
    """The act by two at once; the rules that refused."""
    barrier, refusals = Barrier(2), []

    def once() -> None:
        barrier.wait()
        try:
            with transaction():
                act()
        except Refused as refused:
            refusals.extend(each.rule for each in refused.refusals)
        finally:
            session.remove()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(once) for _ in range(2)]:
            done.result()
    return refusals


def _award(mini_tender, by, refused, classification) -> Award:
    for offer in offers_of(mini_tender):
        if offer is refused:
            classify_offer(offer, classification, "Le jus manque.", by=by, at=EXAMINED)
            continue
        classify_offer(offer, "regular", "Complète et conforme.", by=by, at=EXAMINED)
        for criterion in judged_criteria(mini_tender):
            give_mark(offer, criterion.key, "8", "Bien.", by=by, at=EXAMINED)
    ranking = compute_ranking(mini_tender, by=by, at=EXAMINED)
    chief = make_evaluator(mini_tender, Role.AWARD_AUTHORITY)
    return approve_award(propose_award(ranking.places[0], "Choix motivé ici.", by=by, at=EXAMINED), by=chief, at=DECIDED)
