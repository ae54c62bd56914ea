"""A late offer stays sealed; two people may open it when the service is the cause, and then it counts as the others do."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from sad.actions.approvals import fingerprint_of
from sad.actions.evaluations import opened_offers
from sad.actions.journal_checks import verify_journal
from sad.actions.late_offers import open_late_offer
from sad.actions.opening_records import opening_record_of
from sad.actions.openings import opening_of
from sad.actions.outages import note_web
from sad.actions.publications import invitees_of
from sad.actions.results import why_set_aside
from sad.actions.shared_acts import approve, ask_late_opening, shown_to
from sad.db import session, transaction
from sad.doctor.deposits import read_too_early
from sad.domain.errors import Refused
from sad.models.approvals import Approval
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.offers import Offer
from sad.models.people import Person, Role
from sad.models.timekeeping import ClockSkew
from sad.reports.opening import opening_content
from tests.factories.late_offers import make_declared, make_late_opened
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, make_published
from tests.factories.offers import make_deposit

AT = CLOSES + timedelta(hours=4)
LATER = AT + timedelta(hours=1)
WHY = "La page refusait un document de 9 Mo sans l’avoir dit ; capture du fournisseur au dossier."


@pytest.fixture
def late(database) -> Offer:
    with transaction():
        return make_late_opened()[1]


@pytest.fixture
def pair(late) -> list[Person]:
    with transaction():
        return [make_declared(late.mini_tender, role) for role in (Role.BUYER, Role.AWARD_AUTHORITY)]


def ask(late, by, ground="service", reason=WHY, at=AT) -> Approval:
    with transaction():
        return ask_late_opening(session.get_one(Offer, late.id), ground, reason, home=HOME, by=session.get_one(Person, by.id), at=at)


def agree(asked, by, seal_key=SEAL_KEY) -> None:
    with transaction():
        here, by = session.get_one(Approval, asked.id), session.get_one(Person, by.id)
        approve(here, read_sha256=fingerprint_of(shown_to(here)), link=str, seal_key=seal_key, by=by, at=LATER)


def now(late) -> Offer:
    return session.get_one(Offer, late.id, populate_existing=True)


def test_opened_by_two_it_counts_is_said_in_the_record_and_its_tenderer_reads_why(late, pair):
    asked = ask(late, pair[0])
    assert not now(late).is_opened and len(opened_offers(late.mini_tender)) == 1
    assert session.scalar(select(Letter.id).where(Letter.kind == "offer_late_opened")) is None
    agree(asked, pair[1])
    offer = now(late)
    assert (offer.is_opened, offer.late, offer.opened_at) == (True, True, LATER) and offer.total is not None
    assert (offer.late_asked_by, offer.late_approved_by) == (pair[0].id, pair[1].id)
    assert len(opened_offers(offer.mini_tender)) == 2 and why_set_aside(offer, None) == ""
    (letter,) = session.scalars(select(Letter).where(Letter.kind == "offer_late_opened"))
    assert letter.supplier_id == offer.supplier_id and WHY in letter.body and "examinée comme les autres" in letter.body
    content = opening_content(offer.mini_tender, opening_record_of(offer.mini_tender, opening_of(offer.mini_tender)))
    (row,) = content["late"]
    assert pair[0].name in row[0] and pair[1].name in row[0] and WHY in row[0]
    line = session.scalars(select(JournalEntry).where(JournalEntry.action == "open_late_offer")).one()
    assert session.get_one(JournalBody, line.seq).body["approved_by"] == pair[1].id
    assert verify_journal().is_sound and list(read_too_early(None)) == []


def test_it_is_opened_once(late, pair):
    agree(ask(late, pair[0]), pair[1])
    with pytest.raises(Refused, match="déjà ouverte"):
        ask(late, pair[0])


@pytest.mark.parametrize(
    ("ground", "reason", "said"),
    [
        ("", WHY, "n’est pas choisie"),
        ("traffic", WHY, "n’est pas choisie"),
        ("service", " ", "n’est pas écrit"),
        ("outage", WHY, "aucune panne"),
    ],
)
def test_a_cause_that_is_not_the_services_opens_nothing(late, pair, ground, reason, said):
    with pytest.raises(Refused, match=said):
        ask(late, pair[0], ground, reason)


def test_an_outage_must_have_been_seen_before_the_deposit(late, pair):
    for minutes, is_seen in ((30, False), (-30, True)):
        with transaction():
            note_web(False, since=CLOSES + timedelta(minutes=minutes), at=CLOSES + timedelta(minutes=minutes))
            note_web(True, since=CLOSES + timedelta(minutes=minutes + 20), at=CLOSES + timedelta(minutes=minutes + 20))
        if is_seen:
            assert "Le site n’a pas répondu" in str(shown_to(ask(late, pair[0], "outage")).facts)
        else:
            with pytest.raises(Refused, match="aucune panne"):
                ask(late, pair[0], "outage")


def test_whoever_was_in_time_too_is_judged_on_that_offer(database):
    with transaction():
        sent, late = make_late_opened(in_time=True)
        buyer = make_declared(sent, Role.BUYER)
    with pytest.raises(Refused, match="aussi déposé à temps"):
        ask(late, buyer)


def test_nobody_who_has_an_interest_or_has_not_said_takes_part(late, pair):
    with transaction():
        concerned = make_declared(late.mini_tender, Role.BUYER, has_conflict=True)
    with pytest.raises(Refused, match="déclaré un intérêt"):
        ask(late, concerned)
    asked = ask(late, pair[0])
    with pytest.raises(Refused, match="déclaré un intérêt"):
        agree(asked, concerned)
    assert not now(late).is_opened


def test_before_the_opening_nothing_is_asked_of_it(database):
    with transaction():
        sent = make_published(suppliers=1)
        buyer = make_declared(sent, Role.BUYER)
        late = make_deposit(sent, invitees_of(sent)[0], at=CLOSES + timedelta(seconds=1))
    with pytest.raises(Refused, match="REC-01"):
        ask(late, buyer)


def test_an_hour_in_doubt_or_another_key_opens_nothing(late, pair):
    asked = ask(late, pair[0])
    with pytest.raises(Refused, match="ne s’ouvre pas"):
        agree(asked, pair[1], seal_key=b"another-key-for-tests-only-012345678")
    with transaction():
        session.add(ClockSkew(boot="x", source="elapsed", began_at=AT, microseconds=9))
    with pytest.raises(Refused, match="en doute"):
        agree(asked, pair[1])
    assert not now(late).is_opened


def test_an_envelope_that_changed_is_flagged_and_not_opened(late, pair):
    with transaction():
        session.execute(update(Offer).where(Offer.id == late.id).values(sealed_sha256="0" * 64))
    agree(ask(late, pair[0]), pair[1])
    assert not now(late).is_opened and now(late).seal_fault
    (letter,) = session.scalars(select(Letter).where(Letter.kind == "offer_late_opened"))
    assert "son pli ne se lit pas" in letter.body


def test_one_person_alone_never_opens_it_not_even_past_the_requests(late, pair):
    with pytest.raises(Refused, match="à deux"), transaction():
        open_late_offer(now(late), "service", WHY, seal_key=SEAL_KEY, approved_by=pair[0], by=pair[0], at=LATER)
    for people in ({}, {"late_asked_by": pair[0].id}, {"late_asked_by": pair[0].id, "late_approved_by": pair[0].id}):
        with pytest.raises(IntegrityError, match="two_people"), transaction():
            session.execute(update(Offer).where(Offer.id == late.id).values(late_ground="service", late_reason=WHY, **people))
    with pytest.raises(IntegrityError, match="only_live_offers"), transaction():
        session.execute(update(Offer).where(Offer.id == late.id).values(is_opened=True, content={}, total=1))
