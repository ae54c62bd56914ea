"""A mini-tender given up, from every state where it may be (AWD-10): who is told, what of their own offer, and what ends with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions.awards import approve_award, notify_contract, propose_award
from sad.actions.evaluations import live_award
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.actions.ties import first_places
from sad.db import session
from sad.domain.errors import Refused
from sad.models.awards import Award, AwardState
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
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
from tests.factories.mini_tenders import CLOSES, make_admitted, make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.proofs import prove
from tests.factories.suppliers import make_supplier

REASON = "La réunion est annulée."
GIVEN_UP = EXAMINED + timedelta(days=1)
TENDERS = (Tender(("3.50", "3.80")), Tender(("2.90", "4.20")))


def unanswered() -> MiniTender:
    return make_published(suppliers=3)


def answered() -> MiniTender:
    """Two of the three have deposited; all is sealed."""
    mini_tender = make_published(suppliers=3)
    for supplier in invitees_of(mini_tender)[:2]:
        make_offer_row(mini_tender, supplier, received_at=CLOSES - timedelta(days=1))
    return mini_tender


def opened() -> MiniTender:
    """Two answered in time, one late, one not at all."""
    draft = make_mini_tender()
    make_admitted(draft.category, 2, by=make_person(draft.organisation, Role.BUYER))
    mini_tender = make_opened(*TENDERS, mini_tender=draft)
    absent = [each for each in invitees_of(mini_tender) if each.id not in {offer.supplier_id for offer in offers_of(mini_tender)}]
    make_offer_row(mini_tender, absent[0], received_at=CLOSES + timedelta(minutes=1))
    return mini_tender


def ranked() -> MiniTender:
    return make_ranked(*TENDERS).mini_tender


def proposed() -> MiniTender:
    ranking = make_ranked(*TENDERS)
    propose_award(first_places(ranking)[0], "La mieux notée.", by=session.get_one(Person, ranking.ranked_by), at=EXAMINED)
    return ranking.mini_tender


def awarded() -> MiniTender:
    mini_tender = proposed()
    chief = make_evaluator(mini_tender, Role.AWARD_AUTHORITY)
    approve_award(live_award(mini_tender), by=chief, at=EXAMINED)
    return mini_tender


def notified() -> MiniTender:
    mini_tender = awarded()
    award = prove(live_award(mini_tender))
    notify_contract(award, by=session.get_one(Person, award.proposed_by), at=EXAMINED)
    return mini_tender


def give_up(mini_tender: MiniTender, by: Person | None = None, reason: str = REASON) -> MiniTender:
    return discontinue_mini_tender(mini_tender, reason, by=by or make_evaluator(mini_tender, Role.BUYER), at=GIVEN_UP)


def letters_of(mini_tender: MiniTender, kind: str = "discontinued") -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.mini_tender_id == mini_tender.id, Letter.kind == kind).order_by(Letter.id)))


SEALED, KEPT, NEVER_OPENED = "elle reste scellée", "Elle reste au dossier", "n’a pas été ouverte et ne le sera pas"
CHOSEN, UNCHOSEN = "Votre offre avait été choisie", "Le choix qui vous a été annoncé"
ABOUT_OFFERS = (SEALED, KEPT, NEVER_OPENED, CHOSEN, UNCHOSEN)
# The state, then what each invitee reads of offers, in any order.
CASES: list[tuple[Callable[[], MiniTender], list[set[str]]]] = [
    (unanswered, [{SEALED}] * 3),
    (answered, [{SEALED}] * 3),
    (opened, [set(), {NEVER_OPENED}, {KEPT}, {KEPT}]),
    (ranked, [{KEPT}] * 2),
    (proposed, [{KEPT}] * 2),
    (awarded, [{KEPT, CHOSEN}, {KEPT, UNCHOSEN}]),
]


@pytest.mark.parametrize("make, expected", CASES, ids=[make.__name__ for make, _ in CASES])
def test_every_invitee_and_the_requester_are_told_why_and_each_what_becomes_of_its_own_offer(database, make, expected):
    mini_tender = make()
    give_up(mini_tender)
    assert (mini_tender.state, mini_tender.discontinued_reason) == (MiniTenderState.DISCONTINUED, REASON)
    sent = letters_of(mini_tender)
    assert {letter.supplier_id for letter in sent} == {supplier.id for supplier in invitees_of(mini_tender)}
    assert all(f"Motif\u00a0: {REASON}" in letter.body and mini_tender.organisation.review_body in letter.body for letter in sent)
    said = [{words for words in ABOUT_OFFERS if words in letter.body} for letter in sent]
    assert sorted(map(sorted, said)) == sorted(map(sorted, expected))
    (requester,) = letters_of(mini_tender, "mini_tender_discontinued")
    assert requester.person_id == mini_tender.created_by and REASON in requester.body


def test_while_all_is_sealed_the_letter_is_the_same_for_whoever_answered_or_not(database):
    mini_tender = answered()
    give_up(mini_tender)
    assert len({letter.body for letter in letters_of(mini_tender)}) == 1


@pytest.mark.parametrize("make", [proposed, awarded])
def test_an_award_falls_with_its_mini_tender_so_that_nothing_more_is_asked(database, make):
    mini_tender = make()
    award = live_award(mini_tender)
    give_up(mini_tender)
    assert live_award(mini_tender) is None
    assert (award.state, award.cancelled_at, award.cancelled_reason) == (AwardState.CANCELLED, GIVEN_UP, REASON)
    with pytest.raises(Refused):
        approve_award(award, by=make_evaluator(mini_tender, Role.AWARD_AUTHORITY), at=GIVEN_UP)
    assert session.scalars(select(Award)).one() is award


def test_once_the_contract_is_notified_nothing_is_given_up_any_more(database):
    mini_tender = notified()
    with pytest.raises(Refused):
        give_up(mini_tender)
    assert mini_tender.state == MiniTenderState.NOTIFIED and letters_of(mini_tender) == []


@pytest.mark.parametrize("make", [unanswered, opened, awarded])
def test_without_a_reason_nobody_is_told_anything(database, make):
    mini_tender = make()
    before = mini_tender.state
    with pytest.raises(Refused) as refused:
        give_up(mini_tender, reason="  ")
    assert [(each.rule, each.field) for each in refused.value.refusals] == [("AWD-10", "reason")]
    assert mini_tender.state == before and letters_of(mini_tender) == []


@pytest.mark.parametrize("make", [opened, ranked, awarded])
@pytest.mark.parametrize("has_conflict", [None, True])
def test_once_offers_are_opened_only_whoever_declared_no_interest_gives_up(database, make, has_conflict):
    mini_tender = make()
    if has_conflict is None:
        person = make_person(mini_tender.organisation, Role.BUYER)
    else:
        person = make_evaluator(mini_tender, Role.BUYER, has_conflict=True)
    before = mini_tender.state
    with pytest.raises(Refused) as refused:
        give_up(mini_tender, person)
    assert [each.rule for each in refused.value.refusals] == ["ANA-05"]
    assert mini_tender.state == before and letters_of(mini_tender) == []


def test_while_all_is_sealed_no_declaration_is_needed(database):
    mini_tender = answered()
    assert give_up(mini_tender, make_person(mini_tender.organisation, Role.BUYER)).state == MiniTenderState.DISCONTINUED


@pytest.mark.parametrize("make", [proposed, awarded])
def test_the_journal_says_why_who_was_told_and_which_award_ended(database, make):
    mini_tender = make()
    award, told = live_award(mini_tender), sorted(supplier.id for supplier in invitees_of(mini_tender))
    give_up(mini_tender)
    seq = session.scalars(select(JournalEntry.seq).where(JournalEntry.action == "discontinue_mini_tender")).one()
    body = session.get_one(JournalBody, seq).body
    assert {name: body[name] for name in ("reason", "told", "award")} == {"reason": REASON, "told": told, "award": award.id}


def test_an_agent_who_gives_up_its_own_need_has_no_letter_about_it(database):
    mini_tender = unanswered()
    give_up(mini_tender, session.get_one(Person, mini_tender.created_by))
    assert letters_of(mini_tender, "mini_tender_discontinued") == []


def test_a_supplier_that_was_not_invited_is_told_nothing(database):
    mini_tender, stranger = opened(), make_supplier()
    give_up(mini_tender)
    assert stranger.id not in {letter.supplier_id for letter in letters_of(mini_tender)}
