"""Several evaluators mark alone, then agree: nothing shows before the last, and who has a link or does not answer is left out."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from sad.actions.awards import propose_award
from sad.actions.classifications import classify_offer
from sad.actions.declarations import declare_interests
from sad.actions.evaluator_marks import give_own_mark, submit_marks
from sad.actions.evaluators import name_evaluators, possible_evaluators, release_evaluator
from sad.actions.marks import give_mark
from sad.actions.panels import judged_criteria, panel_of
from sad.actions.rankings import compute_ranking
from sad.actions.results import letters_for, results_of
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.evaluations import Mark
from sad.models.evaluators import Evaluator, EvaluatorMark
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, Role
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_offer_row, make_opened, offers_of
from tests.factories.mini_tenders import CLOSES, make_published
from tests.factories.panels import make_panel, mark_all, submit_all
from tests.factories.people import make_person

LINK = "Ma sœur y est associée."
LATER = EXAMINED + timedelta(hours=1)


@pytest.fixture
def opened(database) -> MiniTender:
    return make_opened(Tender(), Tender(("2.90", "4.20")))


@pytest.fixture
def buyer(opened) -> Person:
    return make_evaluator(opened, Role.BUYER)


@pytest.fixture
def panel(opened, buyer) -> list[Person]:
    return make_panel(opened, buyer=buyer)


def agree(mini_tender: MiniTender, by: Person, value: str = "8", apart: str = "") -> None:
    for offer in offers_of(mini_tender):
        for criterion in judged_criteria(mini_tender):
            give_mark(offer, criterion.key, value, "Consensus.", apart, by=by, at=LATER)


def fields(act) -> list[str | None]:
    with pytest.raises(Refused) as refused:
        act()
    assert all(one.rule == "ANA-05" for one in refused.value.refusals)
    return [one.field for one in refused.value.refusals]


def letters(kind: str) -> list[int | None]:
    return list(session.scalars(select(Letter.person_id).where(Letter.kind == kind).order_by(Letter.id)))


def evaluator(mini_tender: MiniTender, person: Person) -> Evaluator:
    found = panel_of(mini_tender).of_person(person)
    assert found is not None
    return found


def test_named_evaluators_are_told_and_nothing_is_said_of_who_answered(opened, panel):
    assert letters("evaluator_named") == [person.id for person in panel]
    bodies = session.scalars(select(Letter.body).where(Letter.kind == "evaluator_named")).all()
    assert all(offer.supplier.name not in body for offer in offers_of(opened) for body in bodies)


def test_each_marks_alone_then_all_shows_at_once_and_the_consensus_is_what_ranks(opened, buyer, panel):
    first, second = panel
    mark_all(opened, first, "6")
    mark_all(opened, second, "9", submits=False)
    assert panel_of(opened).shown == () and letters("consensus_due") == []
    with pytest.raises(Refused, match="sont attendues"):
        agree(opened, buyer)
    with pytest.raises(Refused, match="sont attendues") as refused:
        compute_ranking(opened, by=buyer, at=EXAMINED)
    assert "il manque la note" not in str(refused.value)
    submit_marks(opened, by=second, at=EXAMINED)
    offer = offers_of(opened)[0]
    proposal = panel_of(opened).proposal_on(offer.id, "quality")
    assert proposal is not None and (proposal.mean, proposal.spread) == ("7.5", "3")
    assert letters("consensus_due") == [buyer.id]
    agree(opened, buyer, "7.5")
    ranking = compute_ranking(opened, by=buyer, at=LATER)
    assert {each["values"]["quality"] for each in ranking.scoring_file["offers"]} == {"7.5"}


def test_letters_to_tenderers_quote_the_consensus_only(opened, buyer, panel):
    submit_all(opened, panel, "6", "9")
    agree(opened, buyer, "9.5", "La dégustation a départagé.")
    ranking = compute_ranking(opened, by=buyer, at=LATER)
    award = propose_award(next(place for place in ranking.places if place.rank == 1), "Bien.", by=buyer, at=LATER)
    texts = [text.body for _, text in letters_for(results_of(award), at=LATER)]
    assert texts and all("Consensus." in text for text in texts)
    assert not [text for text in texts if "Vu par" in text or "départagé" in text or any(person.name in text for person in panel)]


@pytest.mark.parametrize(
    "value, reason, faults",
    [("8", " ", ["reason"]), ("10.01", "Bon.", ["value"]), ("-1", "Bon.", ["value"]), ("huit", "", ["value", "reason"])],
)
def test_a_mark_has_a_reason_and_stays_on_the_scale(opened, panel, value, reason, faults):
    offer = offers_of(opened)[0]
    assert fields(lambda: give_own_mark(offer, "quality", value, reason, by=panel[0], at=EXAMINED)) == faults


def test_nobody_marks_for_somebody_else_nor_without_being_named(opened, panel):
    offer = offers_of(opened)[0]
    stranger = make_evaluator(opened, Role.EVALUATOR)
    for act in (
        lambda: give_own_mark(offer, "quality", "8", "Bon.", by=stranger, at=EXAMINED),
        lambda: submit_marks(opened, by=stranger, at=EXAMINED),
    ):
        with pytest.raises(Refused, match="pas parmi les évaluateurs"):
            act()
    assert session.scalar(select(func.count(EvaluatorMark.id))) == 0


def test_marks_are_handed_over_whole_once_and_then_do_not_change(opened, panel):
    first, _ = panel
    offer = offers_of(opened)[0]
    give_own_mark(offer, "quality", "8", "Bon.", by=first, at=EXAMINED)
    with pytest.raises(Refused, match="encore 3 notes"):
        submit_marks(opened, by=first, at=EXAMINED)
    mark_all(opened, first, "7")
    for act in (
        lambda: submit_marks(opened, by=first, at=EXAMINED),
        lambda: give_own_mark(offer, "quality", "9", "Mieux.", by=first, at=EXAMINED),
    ):
        with pytest.raises(Refused, match="remises"):
            act()


def test_an_offer_that_becomes_regular_afterwards_is_marked_too_and_hides_all_again(opened, buyer, panel):
    late = offers_of(opened)[1]
    classify_offer(late, "inappropriate", "Hors sujet.", by=buyer, at=EXAMINED)
    for person in panel:
        give_own_mark(offers_of(opened)[0], "quality", "8", "Bon.", by=person, at=EXAMINED)
        give_own_mark(offers_of(opened)[0], "delivery", "8", "Bon.", by=person, at=EXAMINED)
        submit_marks(opened, by=person, at=EXAMINED)
    assert panel_of(opened).is_open
    classify_offer(late, "regular", "Relue.", by=buyer, at=LATER)
    assert not panel_of(opened).is_open and panel_of(opened).shown == ()
    for person in panel:
        for criterion in ("quality", "delivery"):
            give_own_mark(late, criterion, "6", "Moyen.", by=person, at=LATER)
    assert panel_of(opened).is_open and len(letters("consensus_due")) == 2


def test_a_consensus_outside_the_range_says_why_and_a_mark_inside_keeps_no_such_reason(opened, buyer, panel):
    submit_all(opened, panel, "6", "8")
    offer = offers_of(opened)[0]
    assert fields(lambda: give_mark(offer, "quality", "8.5", "Très bon.", by=buyer, at=LATER)) == ["apart_reason"]
    assert give_mark(offer, "quality", "8.5", "Très bon.", "Relu ensemble.", by=buyer, at=LATER).apart_reason == "Relu ensemble."
    assert give_mark(offer, "quality", "8", "Très bon.", "Relu ensemble.", by=buyer, at=LATER).apart_reason is None


def test_who_does_not_answer_is_released_with_a_reason_and_is_told(opened, buyer, panel):
    first, silent = panel
    mark_all(opened, first, "7")
    mark_all(opened, silent, "1", submits=False)
    assert fields(lambda: release_evaluator(evaluator(opened, silent), " ", by=buyer, at=LATER)) == ["reason"]
    with pytest.raises(Refused, match="Seul un acheteur"):
        release_evaluator(evaluator(opened, silent), "Absent.", by=first, at=LATER)
    with pytest.raises(Refused, match="elles comptent"):
        release_evaluator(evaluator(opened, first), "Absent.", by=buyer, at=LATER)
    release_evaluator(evaluator(opened, silent), "Absent.", by=buyer, at=LATER)
    assert {mark.value for mark in panel_of(opened).shown} == {7} and letters("evaluator_released") == [silent.id]
    with pytest.raises(Refused, match="pas parmi les évaluateurs"):
        submit_marks(opened, by=silent, at=LATER)


def test_a_conflict_found_later_takes_the_marks_out_and_asks_for_the_criterion_again(opened, buyer, panel):
    first, second = panel
    submit_all(opened, panel, "4", "8")
    agree(opened, buyer, "6")
    ranking = compute_ranking(opened, by=buyer, at=LATER)
    declare_interests(opened, has_conflict=True, link=LINK, by=first, at=LATER)
    assert {mark.juror for mark in panel_of(opened).shown} == {panel_of(opened).present[0].id}
    assert session.scalar(select(func.count(EvaluatorMark.id))) == 8, "its marks stay in the database"
    for act in (
        lambda: propose_award(ranking.places[0], "Bien.", by=buyer, at=LATER),
        lambda: compute_ranking(opened, by=buyer, at=LATER),
    ):
        with pytest.raises(Refused, match="à revoir sur"):
            act()
    agree(opened, buyer, "8")
    assert compute_ranking(opened, by=buyer, at=LATER).id != ranking.id
    with pytest.raises(Refused, match="déclaré un lien"):
        name_evaluators(opened, [first, second], "Encore.", by=buyer, at=LATER)
    assert first not in possible_evaluators(opened)


def test_a_conflict_of_the_only_one_who_marks_asks_somebody_else_to_mark_again(opened, buyer):
    alone = make_evaluator(opened, Role.EVALUATOR)
    for offer in offers_of(opened):
        classify_offer(offer, "regular", "Complète.", by=buyer, at=EXAMINED)
    agree(opened, alone)
    declare_interests(opened, has_conflict=True, link=LINK, by=alone, at=LATER)
    with pytest.raises(Refused, match="à revoir"):
        compute_ranking(opened, by=buyer, at=LATER)
    agree(opened, buyer)
    compute_ranking(opened, by=buyer, at=LATER)


def test_naming_wants_somebody_able_free_of_links_and_a_buyer(opened, buyer, panel):
    concerned = make_evaluator(opened, Role.EVALUATOR, has_conflict=True)
    opener, stranger = make_person(opened.organisation, Role.OPENER), make_person(make_published().organisation, Role.BUYER)
    assert fields(lambda: name_evaluators(opened, [], by=buyer, at=EXAMINED)) == ["people"]
    for person in (concerned, opener, stranger):
        assert fields(lambda person=person: name_evaluators(opened, [person], by=buyer, at=EXAMINED)) == ["people"]
    with pytest.raises(Refused, match="Seul un acheteur"):
        name_evaluators(opened, panel[:1], by=panel[0], at=EXAMINED)


def test_the_team_changes_freely_before_the_first_mark_and_for_a_reason_after(opened, buyer, panel):
    third = make_evaluator(opened, Role.EVALUATOR)
    name_evaluators(opened, [panel[0], third], by=buyer, at=EXAMINED)
    assert [each.person_id for each in panel_of(opened).present] == [panel[0].id, third.id]
    submit_all(opened, [panel[0], third], "7", "8")
    agree(opened, buyer, "7")
    assert fields(lambda: name_evaluators(opened, panel, by=buyer, at=LATER)) == ["reason"]
    name_evaluators(opened, panel, "Troisième en congé.", by=buyer, at=LATER)
    assert [each.person.id for each in panel_of(opened).awaited] == [panel[1].id]
    assert all(mark.is_to_review for mark in session.scalars(select(Mark)))


def test_without_evaluators_named_one_person_marks_as_before(opened, buyer):
    for offer in offers_of(opened):
        classify_offer(offer, "regular", "Complète.", by=buyer, at=EXAMINED)
    agree(opened, buyer)
    assert compute_ranking(opened, by=buyer, at=LATER).places
    assert fields(lambda: name_evaluators(opened, [buyer], by=buyer, at=LATER)) == ["reason"]


def test_the_journal_keeps_who_gave_what_and_every_change(opened, panel):
    offer = offers_of(opened)[0]
    for value in ("8", "6"):
        give_own_mark(offer, "quality", value, "Bon.", by=panel[0], at=EXAMINED)
    lines = select(JournalBody).join(JournalEntry, JournalEntry.seq == JournalBody.seq).where(JournalEntry.action == "give_own_mark")
    bodies = [body.body for body in session.scalars(lines.order_by(JournalBody.seq))]
    assert [(body["value"], body["before"]) for body in bodies] == [("8", None), ("6", "8")]


@pytest.mark.parametrize("fault", ["twice", "sealed", "no reason"])
def test_the_database_holds_one_mark_for_each_on_opened_offers_with_a_reason(opened, panel, fault):
    offer, one = offers_of(opened)[0], evaluator(opened, panel[0])
    if fault == "sealed":
        offer = make_offer_row(opened, offer.supplier, received_at=CLOSES + timedelta(seconds=1))
    for _ in range(2 if fault == "twice" else 1):
        reason = "" if fault == "no reason" else "Bon."
        session.add(EvaluatorMark(evaluator_id=one.id, offer_id=offer.id, criterion="quality", value="8", reason=reason, given_at=EXAMINED))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_two_who_hand_over_at_once_open_the_consensus_once(opened, panel):
    for person in panel:
        mark_all(opened, person, submits=False)
    numbers, start, failures = (opened.id, [person.id for person in panel]), threading.Barrier(2), []
    session.commit()

    def hand_over(number: int) -> None:
        start.wait()
        try:
            with transaction():
                submit_marks(session.get_one(MiniTender, numbers[0]), by=session.get_one(Person, number), at=LATER)
        except Exception as failure:
            failures.append(failure)
        finally:
            session.remove()

    threads = [threading.Thread(target=hand_over, args=(number,)) for number in numbers[1]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [] and len(letters("consensus_due")) == 1
    assert panel_of(session.get_one(MiniTender, numbers[0])).is_open
