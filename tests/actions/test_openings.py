"""The opening: after the deadline, by two people without interest, once; what does not open keeps nobody else closed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from sad.actions.declarations import declare_interests
from sad.actions.offers import withdraw_offer
from sad.actions.openings import ask_opening, confirm_opening, opening_of
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTenderState
from sad.models.offers import Offer
from sad.models.openings import Opening
from sad.models.people import PersonRole, Role
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import IN_TIME, LINK, PDF, make_deposit, make_opener
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import member_of

A_MICROSECOND = timedelta(microseconds=1)
AFTER = CLOSES + timedelta(minutes=2)


@pytest.fixture
def mini_tender(database):
    found = make_published(suppliers=3)
    session.commit()
    return found


@pytest.fixture
def suppliers(mini_tender):
    return invitees_of(mini_tender)


@pytest.fixture
def first(mini_tender):
    return make_opener(mini_tender, name="Nadia")


@pytest.fixture
def second(mini_tender, first):
    person = make_opener(mini_tender, name="Paul")
    session.commit()
    return person


def ask(mini_tender, by, at=AFTER) -> Opening:
    with transaction():
        return ask_opening(mini_tender, by=by, at=at)


def confirm(mini_tender, by, at=AFTER, seal_key=SEAL_KEY) -> Opening:
    with transaction():
        return confirm_opening(mini_tender, seal_key=seal_key, by=by, at=at)


def open_all(mini_tender, first, second) -> Opening:
    ask(mini_tender, first)
    return confirm(mini_tender, second)


def deposit(mini_tender, supplier, **parts) -> Offer:
    with transaction():
        return make_deposit(mini_tender, supplier, **parts)


def refused_for(act) -> list[str | None]:
    with pytest.raises(Refused) as refused:
        act()
    return [each.rule for each in refused.value.refusals]


def test_two_people_open_every_live_offer_received_in_time(mini_tender, suppliers, first, second):
    deposit(mini_tender, suppliers[0], prices=("1.00", "1.00"))
    deposit(mini_tender, suppliers[0], at=IN_TIME + timedelta(hours=1), prices=("2.00", "5.00"), files=[PDF, PDF], note="Au levain")
    withdrawn = deposit(mini_tender, suppliers[1])
    with transaction():
        withdraw_offer(withdrawn, link=LINK, by=member_of(suppliers[1]), at=IN_TIME)
    deposit(mini_tender, suppliers[2], at=CLOSES + A_MICROSECOND)
    opening = open_all(mini_tender, first, second)
    assert (opening.first_person, opening.second_person, opening.opened_at) == (first, second, AFTER)
    assert mini_tender.state == MiniTenderState.OPENED
    (opened,) = session.scalars(select(Offer).where(Offer.is_opened)).all()
    assert (opened.supplier, str(opened.total), opened.content["note"]) == (suppliers[0], "110.00", "Au levain")
    assert [(file.name, file.body) for file in opened.files] == [(PDF.name, PDF.body)] * 2
    assert opened.content["files"] == [PDF.name] * 2


@pytest.mark.parametrize("at", [IN_TIME, CLOSES - A_MICROSECOND, CLOSES])
def test_nothing_is_opened_before_the_end_of_the_deadline(mini_tender, first, second, at):
    assert refused_for(lambda: ask(mini_tender, first, at=at)) == ["REC-01"]
    assert opening_of(mini_tender) is None


def test_a_microsecond_after_the_deadline_it_may_be_asked(mini_tender, first, second):
    assert ask(mini_tender, first, at=CLOSES + A_MICROSECOND).first_person == first


def test_one_person_alone_opens_nothing(mini_tender, suppliers, first, second):
    offer = deposit(mini_tender, suppliers[0])
    assert refused_for(lambda: confirm(mini_tender, second)) == ["REC-01"]
    ask(mini_tender, first)
    assert refused_for(lambda: confirm(mini_tender, first)) == ["REC-01"]
    assert refused_for(lambda: ask(mini_tender, first)) == ["REC-01"]
    assert (offer.is_opened, mini_tender.state) == (False, MiniTenderState.PUBLISHED)


def test_a_request_is_void_after_24_hours_and_another_takes_its_place(mini_tender, first, second):
    ask(mini_tender, first)
    next_day = AFTER + timedelta(hours=24)
    assert refused_for(lambda: confirm(mini_tender, second, at=next_day + A_MICROSECOND)) == ["REC-01"]
    assert ask(mini_tender, second, at=next_day + A_MICROSECOND).first_person == second
    assert confirm(mini_tender, first, at=next_day + timedelta(minutes=1)).opened_at is not None


def test_interests_are_declared_first_and_a_conflict_excludes(mini_tender, first, second):
    silent, concerned = make_opener(mini_tender, has_conflict=None), make_opener(mini_tender, has_conflict=True)
    session.commit()
    assert refused_for(lambda: ask(mini_tender, silent)) == ["ANA-05"]
    assert refused_for(lambda: ask(mini_tender, concerned)) == ["ANA-05"]
    ask(mini_tender, first)
    assert refused_for(lambda: confirm(mini_tender, concerned)) == ["ANA-05"]


def test_a_first_person_who_finds_a_conflict_later_no_longer_counts(mini_tender, first, second):
    ask(mini_tender, first)
    with transaction():
        declare_interests(mini_tender, has_conflict=True, link="Mon frère y travaille.", by=first, at=AFTER)
    assert refused_for(lambda: confirm(mini_tender, second)) == ["REC-01"]
    assert ask(mini_tender, second).first_person == second


def test_only_openers_of_the_organisation_open(mini_tender, first, second):
    buyer = make_person(mini_tender.organisation, Role.BUYER)
    elsewhere = make_person(make_organisation(), Role.OPENER)
    for person in (buyer, elsewhere):
        declare_interests(mini_tender, has_conflict=False, by=person, at=AFTER)
    session.commit()
    assert refused_for(lambda: ask(mini_tender, buyer)) == ["REC-01"]
    assert refused_for(lambda: ask(mini_tender, elsewhere)) == ["REC-01"]


def test_somebody_who_is_no_longer_an_opener_no_longer_counts(mini_tender, first, second):
    ask(mini_tender, first)
    for held in session.scalars(select(PersonRole).where(PersonRole.person_id == first.id)):
        session.delete(held)
    session.commit()
    session.expire(first)
    assert refused_for(lambda: confirm(mini_tender, second)) == ["REC-01"]


def test_the_other_openers_are_told_and_the_letter_says_nothing_of_the_offers(mini_tender, suppliers, first, second):
    deposit(mini_tender, suppliers[0])
    ask(mini_tender, first)
    (letter,) = session.scalars(select(Letter).where(Letter.kind == "opening_asked")).all()
    assert letter.person_id == second.id
    assert "Nadia" in letter.body and "mardi 8 décembre 2026 à 12\u00a0h\u00a002" in letter.body
    assert suppliers[0].name not in letter.body


def test_an_opening_happens_once(mini_tender, suppliers, first, second):
    deposit(mini_tender, suppliers[0])
    open_all(mini_tender, first, second)
    assert "REC-01" in refused_for(lambda: confirm(mini_tender, second))
    assert "REC-01" in refused_for(lambda: ask(mini_tender, first))
    assert session.scalar(select(func.count(JournalEntry.seq)).where(JournalEntry.action == "open_offers")) == 1


def test_no_offer_at_all_is_an_opening_too(mini_tender, first, second):
    open_all(mini_tender, first, second)
    assert mini_tender.state == MiniTenderState.OPENED


def test_the_head_of_the_journal_is_kept_before_the_first_envelope_is_opened(mini_tender, suppliers, first, second):
    deposit(mini_tender, suppliers[0])
    opening = open_all(mini_tender, first, second)
    confirmed, told, opened = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(3)).all()[::-1]
    assert (confirmed.action, told.action, opened.action) == ("confirm_opening", "publish_head", "open_offers")
    assert opening.journal_head == confirmed.hash == told.body.body["hash"]


def test_an_altered_envelope_is_flagged_and_the_others_open(mini_tender, suppliers, first, second):
    altered, sound = deposit(mini_tender, suppliers[0]), deposit(mini_tender, suppliers[1])
    flipped = altered.sealed[:-1] + bytes([altered.sealed[-1] ^ 1])
    session.execute(update(Offer).where(Offer.id == altered.id).values(sealed=flipped))
    session.commit()
    open_all(mini_tender, first, second)
    assert (altered.is_opened, sound.is_opened) == (False, True)
    assert "a changé depuis sa réception" in altered.seal_fault


def test_an_envelope_moved_from_another_supplier_is_flagged(mini_tender, suppliers, first, second):
    mine, theirs = deposit(mini_tender, suppliers[0]), deposit(mini_tender, suppliers[1], prices=("1.00", "1.00"))
    moved = {"sealed": theirs.sealed, "sealed_sha256": theirs.sealed_sha256}
    session.execute(update(Offer).where(Offer.id == mine.id).values(**moved))
    session.commit()
    open_all(mini_tender, first, second)
    assert (mine.is_opened, theirs.is_opened) == (False, True)
    assert "n’est pas à sa place" in mine.seal_fault


def test_an_envelope_moved_from_another_mini_tender_is_flagged(mini_tender, suppliers, first, second):
    other = make_published(suppliers=1)
    session.commit()
    mine = deposit(mini_tender, suppliers[0])
    theirs = deposit(other, invitees_of(other)[0])
    session.execute(update(Offer).where(Offer.id == mine.id).values(sealed=theirs.sealed, sealed_sha256=theirs.sealed_sha256))
    session.commit()
    open_all(mini_tender, first, second)
    assert "scellé pour une autre consultation" in mine.seal_fault


def test_another_key_file_opens_nothing_and_the_opening_may_be_tried_again(mini_tender, suppliers, first, second):
    offer = deposit(mini_tender, suppliers[0])
    ask(mini_tender, first)
    assert refused_for(lambda: confirm(mini_tender, second, seal_key=b"another-seal-key-for-tests-0123456789")) == ["REC-01"]
    assert (offer.is_opened, mini_tender.state, opening_of(mini_tender).opened_at) == (False, MiniTenderState.PUBLISHED, None)
    assert confirm(mini_tender, second).opened_at == AFTER
