"""A backup copy stays closed; two people open it when the electronic offer is of no use, and its supplier reads why."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions.approvals import fingerprint_of
from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.backup_copies import record_with_copies, strike_out_backup_copy
from sad.actions.backup_copy_openings import open_backup_copy, started_before
from sad.actions.evaluations import opened_offers
from sad.actions.journal_checks import verify_journal
from sad.actions.late_offers import open_late_offer
from sad.actions.offers import withdraw_offer
from sad.actions.openings import opening_of
from sad.actions.outages import note_web
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.actions.shared_acts import approve, ask_copy_opening, shown_to
from sad.db import session, transaction
from sad.domain.errors import Refusal, Refused
from sad.models.approvals import Approval
from sad.models.backup_copies import BackupCopy
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.timekeeping import ClockSkew
from sad.reports.opening import opening_content
from tests.factories.backup_copies import make_broken_with_copy, make_copy, open_all
from tests.factories.late_offers import make_declared
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, make_published
from tests.factories.offers import IN_TIME, LINK, make_deposit
from tests.factories.suppliers import member_of

AT = CLOSES + timedelta(hours=4)
LATER = AT + timedelta(hours=1)
WHY = "Le pli ne s’ouvre pas : constat de Claire et Paul à 15 h."
SECOND = timedelta(seconds=1)


@pytest.fixture
def copy(database) -> BackupCopy:
    with transaction():
        return make_broken_with_copy()[1]


@pytest.fixture
def pair(copy) -> list[Person]:
    return pair_of(copy.mini_tender)


def pair_of(sent) -> list[Person]:
    with transaction():
        return [make_declared(sent, role) for role in (Role.BUYER, Role.AWARD_AUTHORITY)]


def ask(copy, by, ground="unreadable", reason=WHY, at=AT) -> Approval:
    with transaction():
        return ask_copy_opening(session.get_one(BackupCopy, copy.id), ground, reason, home=HOME, by=by, at=at)


def agree(asked, by) -> None:
    with transaction():
        here = session.get_one(Approval, asked.id)
        approve(here, read_sha256=fingerprint_of(shown_to(here)), link=str, by=by, at=LATER)


def now(copy) -> BackupCopy:
    return session.get_one(BackupCopy, copy.id, populate_existing=True)


def refused(*args, **said) -> str:
    with pytest.raises(Refused) as fault:
        ask(*args, **said)
    return " ".join(map(str, fault.value.refusals))


def test_opened_by_two_it_is_said_in_the_record_and_the_journal_and_its_supplier_reads_why(copy, pair):
    asked = ask(copy, pair[0])
    assert now(copy).opened_at is None
    assert session.scalar(select(Letter.id).where(Letter.kind == "backup_copy_opened")) is None
    facts = str(shown_to(asked).facts)
    assert "il a changé depuis sa réception" in facts and "Coffre du service" in facts and "Aucune panne" in facts
    agree(asked, pair[1])
    done = now(copy)
    assert (done.opened_at, done.ground, done.asked_by, done.approved_by) == (LATER, "unreadable", pair[0].id, pair[1].id)
    (letter,) = session.scalars(select(Letter).where(Letter.kind == "backup_copy_opened"))
    assert letter.supplier_id == copy.supplier_id and WHY in letter.body and "ne peut pas être ouverte" in letter.body
    line = session.scalars(select(JournalEntry).where(JournalEntry.action == "open_backup_copy")).one()
    assert line.organisation_id == copy.organisation_id and session.get_one(JournalBody, line.seq).body["approved_by"] == pair[1].id
    minutes = opening_content(copy.mini_tender, record_with_copies(copy.mini_tender, opening_of(copy.mini_tender)))
    assert minutes["has_opened_copy"]
    (told,) = minutes["copies"]
    assert pair[0].name in told and pair[1].name in told and WHY in told
    assert len(opened_offers(copy.mini_tender)) == 1, "what it holds is not in the product"
    assert verify_journal().is_sound


@pytest.mark.parametrize(
    ("ground", "reason", "said"),
    [
        ("", WHY, "n’est pas choisi"),
        ("traffic", WHY, "n’est pas choisi"),
        ("unreadable", " ", "n’est pas écrit"),
        ("infected", WHY, "nul n’a pu y trouver"),
        ("late", WHY, "Ni envoi commencé"),
    ],
)
def test_without_a_ground_of_the_rule_it_stays_closed(copy, pair, ground, reason, said):
    assert said in refused(copy, pair[0], ground, reason)


def test_all_that_forbids_it_is_said_at_once(copy, pair):
    with transaction():
        strike_out_backup_copy(copy, "Une autre consultation.", by=pair[0], at=AT)
        session.add(ClockSkew(boot="x", source="elapsed", began_at=AT, microseconds=9))
    said = refused(copy, pair[0], "", "")
    assert all(words in said for words in ("en doute", "rayé", "n’est pas choisi", "n’est pas écrit"))


def test_it_is_opened_once_and_struck_out_no_more(copy, pair):
    agree(ask(copy, pair[0]), pair[1])
    assert "déjà ouverte" in refused(copy, pair[0])
    with pytest.raises(Refused, match="ne se raye plus"), transaction():
        strike_out_backup_copy(now(copy), "Erreur.", by=pair[0], at=LATER)


def test_struck_out_meanwhile_it_is_not_opened(copy, pair):
    asked = ask(copy, pair[0])
    with transaction():
        strike_out_backup_copy(now(copy), "Une autre consultation.", by=pair[0], at=AT)
    with pytest.raises(Refused, match="rayé"):
        agree(asked, pair[1])
    assert now(copy).opened_at is None


def test_an_offer_that_reads_well_keeps_the_copy_closed_unless_it_is_infected(database):
    with transaction():
        sent = make_published(suppliers=1)
        (supplier,) = invitees_of(sent)
        make_deposit(sent, supplier)
        copy = make_copy(sent, supplier)
        open_all(sent)
    one, other = pair_of(sent)
    for ground in ("late", "unreadable"):
        assert "se lit" in refused(copy, one, ground)
    agree(ask(copy, one, "infected"), other)
    assert now(copy).ground == "infected"


def test_a_late_copy_stays_closed_for_ever(database):
    with transaction():
        sent, _ = make_broken_with_copy()
        late = make_copy(sent, invitees_of(sent)[1], at=CLOSES + SECOND, written_at=AT)
    assert "après la date limite" in refused(late, pair_of(sent)[0])


@pytest.mark.parametrize(("begun", "is_enough"), [(CLOSES, True), (CLOSES + SECOND, False)])
def test_a_sending_must_have_begun_before_the_deadline(database, begun, is_enough):
    with transaction():
        sent = make_published(suppliers=2)
        first, second = invitees_of(sent)
        make_deposit(sent, first)
        copy, late = make_copy(sent, second), make_deposit(sent, second, at=begun + 3 * SECOND)
        instants = {"started_at": begun, "received_at": late.received_at, "at": late.received_at}
        tried = attempt_deposit(sent, second, **instants, size=9, by=member_of(second))
        tried.offer_id = late.id
        open_all(sent)
    one, other = pair_of(sent)
    if not is_enough:
        assert "Ni envoi commencé" in refused(copy, one, "late")
        return
    asked = ask(copy, one, "late")
    assert "hors délai" in str(shown_to(asked).facts)
    agree(asked, other)
    assert now(copy).ground == "late"


def test_an_attempt_that_was_refused_counts_until_the_supplier_takes_its_offer_back(database):
    with transaction():
        sent = make_published(suppliers=1)
        (supplier,) = invitees_of(sent)
        copy, person = make_copy(sent, supplier), member_of(supplier)
        tried = attempt_deposit(sent, supplier, started_at=IN_TIME, received_at=IN_TIME, size=9, by=person, at=IN_TIME)
        refuse_attempt(tried, [Refusal("Un prix manque.", "L’écrire.")], by=person, at=IN_TIME)
    assert [each.id for each in started_before(copy)] == [tried.id]
    with transaction():
        offer = make_deposit(sent, supplier, at=IN_TIME + SECOND)
        withdraw_offer(offer, link=LINK, by=person, at=IN_TIME + 2 * SECOND)
        open_all(sent)
    assert list(started_before(copy)) == []
    assert "Ni envoi commencé" in refused(copy, pair_of(sent)[0], "late")


@pytest.mark.parametrize(("minutes", "is_enough"), [(-30, True), (30, False)])
def test_an_outage_must_have_been_seen_before_the_deadline(database, minutes, is_enough):
    with transaction():
        sent = make_published(suppliers=1)
        copy = make_copy(sent, invitees_of(sent)[0])
        for answers, at in ((False, minutes), (True, minutes + 20)):
            note_web(answers, since=CLOSES + timedelta(minutes=at), at=CLOSES + timedelta(minutes=at))
        open_all(sent)
    by = pair_of(sent)[0]
    if is_enough:
        assert "Le site n’a pas répondu" in str(shown_to(ask(copy, by, "late")).facts)
    else:
        assert "ni panne" in refused(copy, by, "late")


def test_a_late_offer_that_two_people_opened_keeps_the_copy_closed(database):
    with transaction():
        sent = make_published(suppliers=1)
        (supplier,) = invitees_of(sent)
        copy, late = make_copy(sent, supplier), make_deposit(sent, supplier, at=CLOSES + SECOND)
        tried = attempt_deposit(sent, supplier, started_at=CLOSES, received_at=late.received_at, size=9, by=member_of(supplier), at=AT)
        tried.offer_id = late.id
        open_all(sent)
    one, other = pair_of(sent)
    with transaction():
        open_late_offer(late, "service", WHY, seal_key=SEAL_KEY, approved_by=other, by=one, at=AT)
    assert "se lit" in refused(copy, one, "late")


def test_neither_before_the_opening_nor_once_given_up(database):
    with transaction():
        sent = make_published(suppliers=1)
        copy = make_copy(sent, invitees_of(sent)[0])
    one = pair_of(sent)[0]
    assert "REC-01" in refused(copy, one)
    with transaction():
        open_all(sent)
        discontinue_mini_tender(sent, "Le besoin a disparu.", by=one, at=AT)
    assert "REC-01" in refused(copy, one)


def test_nobody_who_has_an_interest_or_has_not_said_takes_part(copy, pair):
    with transaction():
        concerned = make_declared(copy.mini_tender, Role.BUYER, has_conflict=True)
    assert "déclaré un intérêt" in refused(copy, concerned)
    asked = ask(copy, pair[0])
    with pytest.raises(Refused, match="déclaré un intérêt"):
        agree(asked, concerned)
    assert now(copy).opened_at is None


def test_one_person_alone_never_opens_it_not_even_past_the_requests(copy, pair):
    with pytest.raises(Refused, match="à deux"), transaction():
        open_backup_copy(now(copy), "unreadable", WHY, approved_by=pair[0], by=pair[0], at=LATER)
    assert now(copy).opened_at is None
