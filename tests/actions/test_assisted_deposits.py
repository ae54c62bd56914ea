"""An offer entered by an agent for a supplier which agreed to it: who may, what the agent may not do afterwards, who is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions import assisted_deposits as acts
from sad.actions.declarations import concerned_people, declaration_of
from sad.actions.marks import give_mark
from sad.actions.offers import live_offer, withdraw_offer
from sad.actions.opening_records import opening_record_of
from sad.actions.openings import ask_opening, confirm_opening, opening_of
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.assisted_deposits import AssistedDeposit, Means
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from sad.reports.opening import opening_content
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, make_published
from tests.factories.offers import LINK, make_deposit, make_opener, offered
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of

AGREED = CLOSES - timedelta(hours=2)
AT = CLOSES - timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def case(database):
    """A mini-tender with three invitees, two openers, and a buyer who helps."""

    class Case:
        pass

    with transaction():
        found = Case()
        found.need = make_published(suppliers=3)
        found.openers = [make_opener(found.need) for _ in range(2)]
        found.agent = make_person(found.need.organisation, Role.BUYER, Role.OPENER, Role.AWARD_AUTHORITY, name="Claire Fontaine")
        found.suppliers = invitees_of(found.need)
    return found


def begin(case, *, supplier=0, by=None, agreed_by="Karim Benali", agreed_at=AGREED, at=AT):
    with transaction():
        who = by or case.agent
        return acts.begin_assistance(
            case.need, case.suppliers[supplier], Means.PHONE, agreed_by, agreed_at=agreed_at, link=HOME, by=who, at=at
        )


def enter(case, begun, *, key="k", by=None, at=AT, prices=("3.10", "4.00")):
    with transaction():
        content = offered(begun.mini_tender, begun.supplier, prices=prices)
        known = {"idempotency_key": key, "started_at": at, "received_at": at, "seal_key": SEAL_KEY, "link": LINK}
        return acts.submit_assisted_offer(begun, content, **known, by=by or case.agent, at=at)


def open_offers(case):
    after = CLOSES + timedelta(minutes=1)
    for step, person in zip((ask_opening, confirm_opening), case.openers, strict=True):
        with transaction():
            step(case.need, seal_key=SEAL_KEY, by=person, at=after)


def said(refused) -> str:
    return " ".join(str(each) for each in refused.value.refusals)


def lines(*names) -> list[JournalEntry]:
    return list(session.scalars(select(JournalEntry).where(JournalEntry.action.in_(names)).order_by(JournalEntry.seq)))


def test_the_offer_is_the_supplier_s_sealed_and_acknowledged_to_it_alone(case):
    begun = begin(case)
    offer = enter(case, begun)
    assert (offer.supplier_id, offer.deposited_by, offer.late, offer.is_opened) == (case.suppliers[0].id, case.agent.id, False, False)
    assert acts.assistance_of(offer) is begun
    told = session.execute(select(Letter.kind, Letter.person_id, Letter.organisation_id, Letter.mini_tender_id).order_by(Letter.id)).all()
    theirs = member_of(case.suppliers[0]).id
    assert [row for row in told if row[0].startswith("offer_")] == [
        ("offer_assisted", theirs, None, None),
        ("offer_deposited", theirs, None, None),
    ]
    body = session.scalars(select(Letter.body).where(Letter.kind == "offer_assisted")).one()
    assert "Claire Fontaine" in body and "accord donné par téléphone par Karim Benali" in body and "3,10" not in body


def test_nobody_reads_in_the_journal_of_the_buyer_who_was_helped(case):
    enter(case, begin(case))
    kept = lines("begin_assistance", "submit_assisted_offer", "submit_offer")
    assert len(kept) == 3 and {line.organisation_id for line in kept} == {None}
    declared = declaration_of(case.need, case.agent)
    assert declared.has_conflict and case.suppliers[0].name not in declared.link
    shown = select(Letter.body).where(Letter.organisation_id == case.need.organisation_id, Letter.kind == "stood_aside")
    assert all(supplier.name not in body for body in session.scalars(shown) for supplier in case.suppliers)


def test_who_entered_neither_opens_nor_is_counted_among_those_who_may(case):
    begin(case)
    assert concerned_people(case.need) == {case.agent.id}
    with pytest.raises(Refused, match="ni ouvrir, ni noter, ni décider"), transaction():
        ask_opening(case.need, seal_key=SEAL_KEY, by=case.agent, at=CLOSES + INSTANT)
    with transaction():
        ask_opening(case.need, seal_key=SEAL_KEY, by=case.openers[0], at=CLOSES + INSTANT)
    with pytest.raises(Refused, match="ni ouvrir, ni noter, ni décider"), transaction():
        confirm_opening(case.need, seal_key=SEAL_KEY, by=case.agent, at=CLOSES + timedelta(minutes=1))


def test_who_entered_marks_nothing_and_the_record_names_it_after_the_opening(case):
    begun = begin(case)
    offer = enter(case, begun)
    open_offers(case)
    assert session.get_one(type(offer), offer.id).is_opened
    with pytest.raises(Refused, match="ni ouvrir, ni noter, ni décider"), transaction():
        give_mark(offer, "quality", "3", "Belle présentation, sans plus.", by=case.agent, at=CLOSES + timedelta(hours=1))
    record = opening_record_of(case.need, opening_of(case.need))
    content = opening_content(case.need, record)
    assert content["assisted"] == [
        f"{case.suppliers[0].name}\u00a0: saisie par Claire Fontaine, "
        "accord donné par téléphone par Karim Benali, le lundi 7 décembre 2026 à 10\u00a0h."
    ]


def test_the_supplier_replaces_or_takes_back_what_was_entered_until_the_deadline(case):
    offer = enter(case, begin(case))
    with transaction():
        own = make_deposit(case.need, case.suppliers[0], at=CLOSES, prices=("2.00", "2.00"))
    assert live_offer(case.need, case.suppliers[0]).id == own.id and offer.state == "replaced"
    assert acts.assistance_of(own) is None
    with transaction():
        withdraw_offer(own, link=LINK, by=member_of(case.suppliers[0]), at=CLOSES)
    assert live_offer(case.need, case.suppliers[0]) is None


def test_a_mistake_is_entered_again_and_the_same_sending_twice_is_one_offer(case):
    begun = begin(case)
    first = enter(case, begun, key="a")
    assert enter(case, begun, key="a").id == first.id
    second = enter(case, begun, key="b", prices=("9.10", "4.00"))
    assert first.state == "replaced" and live_offer(case.need, case.suppliers[0]).id == second.id


def test_the_agreement_is_noted_once(case):
    first = begin(case)
    assert begin(case, agreed_by="Une autre").id == first.id
    assert session.scalars(select(AssistedDeposit)).one().agreed_by == "Karim Benali"
    assert len(session.scalars(select(Letter).where(Letter.kind == "offer_assisted")).all()) == 1


def test_one_agent_knows_the_prices_of_one_supplier(case):
    begin(case)
    with pytest.raises(Refused) as refused:
        begin(case, supplier=1)
    assert "vous connaissez ses prix" in said(refused)


@pytest.mark.parametrize("left, passes", [(timedelta(), True), (INSTANT, True), (-INSTANT, False), (-timedelta(days=1), False)])
def test_nobody_is_helped_after_the_hour(case, left, passes):
    if passes:
        assert begin(case, at=CLOSES - left)
        return
    with pytest.raises(Refused) as refused:
        begin(case, at=CLOSES - left)
    assert "nul ne saisit pour un autre après l’heure" in said(refused)


def test_what_was_begun_in_time_and_arrives_late_is_received_and_flagged(case):
    begun = begin(case)
    assert enter(case, begun, at=CLOSES).late is False
    assert enter(case, begun, key="late", at=CLOSES + INSTANT).late is True


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"agreed_by": "   "}, "Qui a donné l’accord n’est pas dit"),
        ({"agreed_at": AT + INSTANT}, "dans l’avenir"),
        ({"agreed_at": SENT - INSTANT}, "plus ancien que la consultation"),
    ],
)
def test_an_agreement_says_who_and_when(case, changed, words):
    with pytest.raises(Refused) as refused:
        begin(case, **changed)
    assert words in said(refused) and session.scalars(select(AssistedDeposit)).all() == []
    assert declaration_of(case.need, case.agent) is None


@pytest.mark.parametrize("who", ["opener", "elsewhere", "supplier"])
def test_only_a_buyer_of_the_organisation_enters(case, who):
    with transaction():
        person = {
            "opener": case.openers[0],
            "elsewhere": make_person(make_organisation(), Role.BUYER),
            "supplier": member_of(case.suppliers[0]),
        }[who]
    with pytest.raises(Refused) as refused:
        begin(case, by=person)
    assert "Seul un acheteur" in said(refused)


def test_a_stranger_to_the_consultation_is_not_helped_and_every_fault_is_said_at_once(case):
    with transaction():
        case.suppliers = [make_supplier()]
    with pytest.raises(Refused) as refused:
        begin(case, agreed_by="", agreed_at=AT + INSTANT)
    assert len(refused.value.refusals) == 3 and "n’est pas invitée" in said(refused)


def test_two_people_remain_to_open(case):
    with transaction():
        session.delete(case.openers[1].roles[0])
    with pytest.raises(Refused) as refused:
        begin(case)
    assert "il ne reste pas deux personnes pour ouvrir" in said(refused)


def test_another_person_than_the_one_agreed_to_enters_nothing(case):
    begun = begin(case)
    with transaction():
        other = make_person(case.need.organisation, Role.BUYER)
    with pytest.raises(Refused, match="à une autre personne"):
        enter(case, begun, by=other)
    assert live_offer(case.need, case.suppliers[0]) is None
