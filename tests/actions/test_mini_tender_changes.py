"""Changing a mini-tender that was sent: everybody told at once, offers carried along, what was frozen kept beside."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from sad.actions.mini_tender_changes import change_mini_tender, proposed_deadline_of
from sad.actions.offers import live_offer, offers_of, withdraw_offer
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.publications import discontinue_mini_tender, frozen_fingerprint, invitees_of
from sad.db import session, transaction
from sad.domain.deadline_changes import CHANGEABLE
from sad.domain.errors import Refused
from sad.domain.phases import phase
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderChange
from sad.models.offers import Offer, OfferState
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SERVED, make_published
from tests.factories.offers import IN_TIME, LINK, make_deposit, make_opener
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

AT = IN_TIME + timedelta(hours=2)
LATER = CLOSES + timedelta(days=3)
REASON = "Une question a montré que l’accès n’était pas décrit."


@pytest.fixture
def mini_tender(database):
    with transaction():
        made = make_published(suppliers=3)
    return made


@pytest.fixture
def buyer(mini_tender) -> Person:
    with transaction():
        return make_person(mini_tender.organisation, Role.BUYER)


def change(mini_tender, buyer, to=LATER, words=None, at=AT, reason=REASON, version=None) -> MiniTenderChange:
    with transaction():
        here = session.get_one(MiniTender, mini_tender.id)
        session.refresh(here)
        read = here.version if version is None else version
        two = {"approved_by": make_person(here.organisation, Role.BUYER), "by": session.get_one(Person, buyer.id)}
        return change_mini_tender(here, to, words, version=read, reason=reason, home=HOME, **two, at=at)


def refusals(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(each.rule, each.field) for each in refused.value.refusals]


def words_of(mini_tender, **new) -> dict[str, str]:
    return {name: getattr(mini_tender, name) for name in CHANGEABLE} | new


def told(kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def test_every_invitee_is_told_at_the_same_instant_in_the_same_words_and_the_requester_too(mini_tender, buyer):
    change(mini_tender, buyer)
    sent = told("mini_tender_changed")
    assert {letter.supplier_id for letter in sent} == {each.id for each in invitees_of(mini_tender)}
    assert len({letter.body for letter in sent}) == 1 and {letter.created_at for letter in sent} == {AT}
    for said in ("jeudi 10 décembre 2026 à 12\u00a0h", "lundi 7 décembre 2026 à 12\u00a0h", REASON, "elle reste valable et scellée"):
        assert said in sent[0].body, said
    assert [letter.person_id for letter in told("need_changed")] == [mini_tender.created_by]


def test_the_change_is_kept_with_who_when_and_why_and_journalled(mini_tender, buyer):
    made = change(mini_tender, buyer, words=words_of(mini_tender, access="Quai au sous-sol"))
    assert (made.old_closes_at, made.new_closes_at, made.reason, made.decided_by, made.decided_at) == (CLOSES, LATER, REASON, buyer.id, AT)
    assert made.rewordings == [{"name": "access", "before": "", "after": "Quai au sous-sol"}]
    line = session.scalars(select(JournalEntry).where(JournalEntry.action == "change_mini_tender")).one()
    assert (line.actor, line.organisation_id) == (f"person:{buyer.id}", mini_tender.organisation_id)
    assert session.get_one(JournalBody, line.seq).body["rewordings"] == made.rewordings


def test_the_words_change_for_all_and_the_fingerprint_of_the_sending_still_agrees(mini_tender, buyer):
    before, invited = mini_tender.frozen_fingerprint, [each.id for each in invitees_of(mini_tender)]
    change(mini_tender, buyer, words=words_of(mini_tender, access="Quai au sous-sol"))
    change(mini_tender, buyer, to=LATER + timedelta(days=1), words=words_of(mini_tender, access="Quai nord", place="Mairie"))
    session.expire_all()
    here = session.get_one(MiniTender, mini_tender.id)
    assert (here.access, here.place, here.closes_at) == ("Quai nord", "Mairie", LATER + timedelta(days=1))
    assert (here.frozen_value("access"), here.frozen_value("place"), here.first_closes_at) == ("", "Salle du conseil, Valence", CLOSES)
    assert here.frozen_fingerprint == before == frozen_fingerprint(here, invited)
    assert "Maintenant\u00a0: Quai nord" in told("mini_tender_changed")[-1].body


def test_what_was_changed_can_be_opened_as_any_other(mini_tender, buyer):
    supplier = invitees_of(mini_tender)[0]
    with transaction():
        make_deposit(mini_tender, supplier)
    change(mini_tender, buyer, words=words_of(mini_tender, access="Quai au sous-sol"))
    with transaction():
        openers = [make_opener(mini_tender) for _ in range(2)]
    assert refusals(lambda: ask_opening(mini_tender, by=openers[0], at=CLOSES + timedelta(hours=1))) == [("REC-01", None)]
    session.rollback()
    after = LATER + timedelta(hours=1)
    with transaction():
        ask_opening(mini_tender, by=openers[0], at=after)
    with transaction():
        confirm_opening(mini_tender, seal_key=SEAL_KEY, by=openers[1], at=after)
    assert live_offer(mini_tender, supplier).is_opened


def test_an_offer_already_received_stays_valid_and_may_be_replaced_or_withdrawn_until_the_new_deadline(mini_tender, buyer):
    first, second, _ = invitees_of(mini_tender)
    with transaction():
        make_deposit(mini_tender, first)
        make_deposit(mini_tender, second)
    change(mini_tender, buyer)
    session.expire_all()
    assert {(each.closes_at, each.late, each.state) for each in session.scalars(select(Offer))} == {(LATER, False, OfferState.DEPOSITED)}
    with transaction():
        make_deposit(mini_tender, first, at=CLOSES + timedelta(days=1))
        withdraw_offer(live_offer(mini_tender, second), link=LINK, by=member_of(second), at=CLOSES + timedelta(days=1))
    assert [(each.state, each.late) for each in offers_of(mini_tender, first)] == [("deposited", False), ("replaced", False)]
    assert live_offer(mini_tender, second) is None
    with transaction():
        late = make_deposit(mini_tender, first, at=LATER + timedelta(microseconds=1))
    assert late.late and phase(mini_tender, LATER) == "open"


def test_the_act_is_the_same_whoever_has_deposited(mini_tender, buyer):
    with transaction():
        for supplier in invitees_of(mini_tender):
            make_deposit(mini_tender, supplier)
    made = change(mini_tender, buyer)
    line = session.scalars(select(JournalEntry).where(JournalEntry.action == "change_mini_tender")).one()
    said = {"mini_tender", "rewordings", "old_closes_at", "new_closes_at", "reason", "approved_by"}
    assert set(session.get_one(JournalBody, line.seq).body) == said
    assert made.rewordings == []


def test_a_deposit_that_crossed_the_old_deadline_while_the_extension_waited_is_in_time(mini_tender, buyer):
    supplier = invitees_of(mini_tender)[0]
    with transaction():
        first = make_deposit(mini_tender, supplier)
        crossed = make_deposit(mini_tender, supplier, at=CLOSES + timedelta(seconds=1))
    assert crossed.late
    change(mini_tender, buyer, at=CLOSES - timedelta(seconds=1))
    session.expire_all()
    assert (first.state, first.ended_at) == (OfferState.REPLACED, CLOSES + timedelta(seconds=1))
    assert (crossed.state, crossed.late, crossed.closes_at) == (OfferState.DEPOSITED, False, LATER)
    assert live_offer(mini_tender, supplier).id == crossed.id


def test_an_extension_and_deposits_that_arrive_together_leave_one_deadline_for_all(mini_tender, buyer):
    """Each thread has its own connection; whatever the order, no offer keeps the old deadline and the last received counts."""
    number, suppliers, failures = mini_tender.id, [each.id for each in invitees_of(mini_tender)], []
    with transaction():
        make_deposit(mini_tender, invitees_of(mini_tender)[0])
        second = make_person(mini_tender.organisation, Role.BUYER).id
    start = threading.Barrier(len(suppliers) + 1)

    def run(act) -> None:
        start.wait()
        try:
            with transaction():
                act(session.get_one(MiniTender, number))
        except Exception as failure:
            failures.append(failure)
        finally:
            session.remove()

    def extend(here) -> None:
        two = {"approved_by": session.get_one(Person, second), "by": session.get_one(Person, buyer.id)}
        change_mini_tender(here, LATER, None, version=here.version, reason=REASON, home=HOME, **two, at=CLOSES - timedelta(seconds=1))

    def deposit(identifier):
        return lambda here: make_deposit(here, session.get_one(Supplier, identifier), at=CLOSES + timedelta(seconds=1))

    threads = [threading.Thread(target=run, args=(act,)) for act in (extend, *map(deposit, suppliers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    session.rollback()
    session.expire_all()
    offers = list(session.scalars(select(Offer)))
    assert len(offers) == 4 and {(each.closes_at, each.late) for each in offers} == {(LATER, False)}
    assert sorted(each.state for each in offers) == ["deposited", "deposited", "deposited", "replaced"]


def test_two_buyers_who_change_it_at_once_do_not_undo_one_another(mini_tender, buyer):
    version = mini_tender.version
    change(mini_tender, buyer, words=words_of(mini_tender, access="Quai au sous-sol"))
    stale = words_of(mini_tender, access="", place="Mairie")
    assert refusals(lambda: change(mini_tender, buyer, LATER + timedelta(days=1), stale, version=version)) == [("TIM-03", None)]
    session.rollback()
    assert session.get_one(MiniTender, mini_tender.id).access == "Quai au sous-sol"
    assert session.scalar(select(func.count(MiniTenderChange.id))) == 1


def test_only_a_buyer_changes_it_and_only_while_it_is_open(mini_tender, buyer):
    with transaction():
        requester = make_person(mini_tender.organisation, Role.REQUESTER, service=mini_tender.service)
    assert refusals(lambda: change(mini_tender, requester)) == [("TIM-03", None)]
    assert refusals(lambda: change(mini_tender, buyer, at=CLOSES + timedelta(microseconds=1))) == [("TIM-03", None)]
    assert refusals(lambda: change(mini_tender, buyer, to=CLOSES - timedelta(hours=1), reason="")) == [
        ("TIM-03", "reason"),
        ("TIM-03", "closes_at"),
    ]
    assert refusals(lambda: change(mini_tender, buyer, to=SERVED)) == [("TIM-03", "closes_at")]
    with transaction():
        discontinue_mini_tender(mini_tender, "La réunion est annulée.", by=buyer, at=AT)
    assert refusals(lambda: change(mini_tender, buyer)) == [("TIM-03", None)]
    assert told("mini_tender_changed") == []


def test_the_proposed_deadline_leaves_time_or_is_none_when_the_need_is_too_near(mini_tender):
    assert proposed_deadline_of(mini_tender, AT) == CLOSES + timedelta(days=8)
    mini_tender.happens_at = CLOSES + timedelta(days=5)
    assert proposed_deadline_of(mini_tender, AT) is None
    session.rollback()
