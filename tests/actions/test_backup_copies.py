"""The register of backup copies: what is refused, who is told, what nobody else knows before the opening, what is struck out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from sad.actions.backup_copies import copies_seen_by, record_with_copies, strike_out_backup_copy
from sad.actions.deliveries import LATE_MAIL, late_mail
from sad.actions.destructions import dependents_of
from sad.actions.mini_tender_changes import change_mini_tender
from sad.actions.openings import opening_of
from sad.actions.publications import discontinue_mini_tender, invitees_of
from sad.db import session, transaction
from sad.doctor.acts import LINES
from sad.domain.backup_copies import Medium
from sad.domain.errors import Refused
from sad.exports.supplier_data import data_of
from sad.models.backup_copies import BackupCopy
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from sad.reports.opening import opening_content
from tests.factories.backup_copies import make_broken_with_copy, make_copy, open_all
from tests.factories.late_offers import make_declared
from tests.factories.mini_tenders import CLOSES, HOME, SENT, make_mini_tender, make_published
from tests.factories.offers import IN_TIME, make_deposit
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of

INSTANT = timedelta(microseconds=1)
LATE = CLOSES + INSTANT


@pytest.fixture
def sent(database):
    with transaction():
        return make_published(suppliers=2)


@pytest.fixture
def buyer(sent):
    with transaction():
        return make_person(sent.organisation, Role.BUYER, name="Claire Fontaine")


def register(sent, by, *, supplier=None, **said) -> BackupCopy:
    with transaction():
        return make_copy(sent, supplier or invitees_of(sent)[0], by=by, **said)


def lines(action) -> list[JournalEntry]:
    return list(session.scalars(select(JournalEntry).where(JournalEntry.action == action)))


def test_it_is_noted_and_the_supplier_alone_has_its_receipt(sent, buyer):
    copy = register(sent, buyer, written_at=IN_TIME + timedelta(hours=2))
    assert (copy.late, copy.closes_at, copy.registered_by) == (False, CLOSES, buyer.id)
    (line,) = lines("register_backup_copy")
    assert line.organisation_id is None and line.actor == f"person:{buyer.id}"
    letter = session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
    assert (letter.person_id, letter.organisation_id, letter.mini_tender_id) == (member_of(copy.supplier).id, None, None)
    for words in ("Copie de sauvegarde reçue", "Claire Fontaine", "Coffre du service", "recommandé 1A", "Clé USB", "déposez aussi"):
        assert words in letter.subject + letter.body


@pytest.mark.parametrize(("at", "late"), [(CLOSES, False), (LATE, True)])
def test_it_is_late_from_the_instant_after_the_deadline_and_then_says_that_it_stays_closed(sent, buyer, at, late):
    copy = register(sent, buyer, at=at)
    letter = session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
    assert copy.late is late and ("elle ne sera pas ouverte" in letter.body) is late


def test_the_same_sent_twice_is_one_copy_and_one_letter(sent, buyer):
    first = register(sent, buyer)
    count = session.scalar(select(func.count(Letter.id)))
    assert register(sent, buyer, written_at=IN_TIME + timedelta(hours=1)).id == first.id
    assert session.scalar(select(func.count(Letter.id))) == count
    assert register(sent, buyer, medium=Medium.PAPER).id != first.id


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"at": IN_TIME, "written_at": IN_TIME - INSTANT}, "dans l’avenir"),
        ({"at": SENT - INSTANT, "written_at": IN_TIME}, "avant l’envoi"),
        ({"brought_by": " "}, "Comment elle est arrivée"),
        ({"kept_where": "\n"}, "où elle est gardée|lieu où elle"),
    ],
)
def test_what_cannot_be_is_not_noted(sent, buyer, said, words):
    with pytest.raises(Refused, match=words):
        register(sent, buyer, **said)
    assert session.scalar(select(func.count(BackupCopy.id))) == 0


def test_every_fault_is_said_at_once_to_whoever_may_not_note_it(sent):
    with transaction():
        stranger, uninvited = make_person(make_organisation(), Role.BUYER), make_supplier()
    with pytest.raises(Refused) as refused:
        register(sent, stranger, supplier=uninvited, brought_by="", kept_where="", at=SENT - INSTANT)
    assert len(refused.value.refusals) == 5


def test_neither_before_the_sending_nor_once_given_up(sent, buyer):
    with transaction():
        draft = make_mini_tender(sent.service, system=sent.system, by=buyer)
        discontinue_mini_tender(sent, "Le besoin a disparu.", by=buyer, at=SENT)
    with pytest.raises(Refused, match="sans suite"):
        register(sent, buyer)
    with pytest.raises(Refused, match="n’est pas envoyée"):
        register(draft, buyer, supplier=invitees_of(sent)[0])


def test_before_the_opening_nobody_knows_of_it_but_who_noted_it(sent, buyer):
    with transaction():
        other = make_declared(sent, Role.BUYER)
    copy = register(sent, buyer)
    assert copies_seen_by(other, sent) == [] and copies_seen_by(buyer, sent) == [copy]
    assert register(sent, other, written_at=IN_TIME).id != copy.id, "a refusal would tell of the first one"
    with pytest.raises(Refused, match="seul qui l’a enregistrée"), transaction():
        strike_out_backup_copy(copy, "Je ne sais pas.", by=other, at=IN_TIME)
    assert late_mail(at=IN_TIME + LATE_MAIL + timedelta(days=9))[0] == late_mail_without(sent)
    with transaction():
        make_deposit(sent, copy.supplier)
        open_all(sent)
    assert len(copies_seen_by(other, sent)) == 2


def late_mail_without(sent) -> int:
    """The invitations, which are no secret."""
    return session.scalar(select(func.count(Letter.id)).where(Letter.mini_tender_id == sent.id))


def test_a_mistake_is_struck_out_once_with_a_reason_and_its_supplier_reads_it(sent, buyer):
    copy = register(sent, buyer)
    with pytest.raises(Refused, match="motif manque"), transaction():
        strike_out_backup_copy(copy, " ", by=buyer, at=IN_TIME)
    with transaction():
        strike_out_backup_copy(copy, "C’était la veille.", by=buyer, at=IN_TIME)
    assert lines("strike_out_backup_copy")[0].organisation_id is None
    letter = session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
    assert "enregistrée par erreur" in letter.subject and "C’était la veille." in letter.body
    with pytest.raises(Refused, match="déjà rayé") as again, transaction():
        strike_out_backup_copy(copy, "Encore.", by=buyer, at=IN_TIME)
    assert [each.remedy for each in again.value.refusals] == ["Enregistrer la copie de nouveau, si elle existe."]
    assert register(sent, buyer).id != copy.id


def test_it_follows_a_deadline_that_is_put_off(sent, buyer):
    copy, later = register(sent, buyer), CLOSES + timedelta(days=1)
    with transaction():
        other = make_person(sent.organisation, Role.BUYER)
        said = {"version": sent.version, "reason": "Une panne.", "home": HOME, "approved_by": other}
        change_mini_tender(sent, later, None, **said, by=buyer, at=IN_TIME)
    moved = session.get_one(BackupCopy, copy.id, populate_existing=True)
    assert (moved.closes_at, moved.late) == (later, False)


def test_the_record_tells_of_each_copy_the_supplier_takes_its_own_away_and_all_go_with_the_papers(database):
    with transaction():
        sent, copy = make_broken_with_copy()
        late = make_copy(sent, copy.supplier, at=LATE)
    found = record_with_copies(sent, opening_of(sent))
    minutes = opening_content(sent, found)
    assert not minutes["has_opened_copy"]
    first, second = minutes["copies"]
    assert copy.supplier.name in first and "Restée fermée" in first and "hors délai" in second
    assert [each["id"] for each in data_of(copy.supplier)["copies_de_sauvegarde"]] == [copy.id, late.id]
    assert dependents_of(sent)["backup_copies"] == [copy.id, late.id]
    assert {action for model, _, action in LINES if model is BackupCopy} == {
        "register_backup_copy", "strike_out_backup_copy", "open_backup_copy"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"late": True}, "late_agrees"),
        ({"received_at": CLOSES + timedelta(days=3)}, "late_agrees|received_before"),
        ({"medium": "pigeon"}, "medium"),
        ({"kept_where": ""}, "kept_where"),
        ({"brought_by": ""}, "brought_by"),
        ({"struck_out_at": IN_TIME}, "struck_out"),
        ({"opened_at": CLOSES, "ground": "infected", "ground_reason": "x"}, "two_people"),
    ],
)
def test_the_database_itself_refuses_what_the_rules_refuse(sent, buyer, values, name):
    copy = register(sent, buyer)
    with pytest.raises(IntegrityError, match=name), transaction():
        session.execute(update(BackupCopy).where(BackupCopy.id == copy.id).values(values))


def test_the_database_opens_no_copy_by_one_person_late_or_struck_out(sent, buyer):
    with transaction():
        other = make_person(sent.organisation, Role.BUYER)
    in_time, late = register(sent, buyer), register(sent, buyer, at=LATE)
    opened = {"opened_at": CLOSES, "ground": "infected", "ground_reason": "x", "asked_by": buyer.id}
    struck = {"struck_out_at": CLOSES, "struck_out_by": buyer.id, "struck_out_reason": "x"}
    for copy, values, name in (
        (in_time, {"approved_by": buyer.id}, "two_people"),
        (late, {"approved_by": other.id}, "only_live"),
        (in_time, {"approved_by": other.id, **struck}, "only_live"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction():
            session.execute(update(BackupCopy).where(BackupCopy.id == copy.id).values({**opened, **values}))
