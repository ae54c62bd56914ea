"""Four eyes: each act of the list asks a second person, another one, within 24 hours, on the words that both have read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from sad.actions.admissions import refuse_application
from sad.actions.approvals import end_request, fingerprint_of, waiting_approval
from sad.actions.people import Grant, close_account, revoke_role
from sad.actions.publications import discontinue_mini_tender
from sad.actions.retention import destruction_of
from sad.actions.shared_acts import (
    ACTS,
    APPROVERS,
    approve,
    ask_change,
    ask_copy_opening,
    ask_destruction,
    ask_discontinuation,
    ask_late_opening,
    grant_or_ask,
    invite_or_ask,
    refuse_or_ask,
    shown_to,
)
from sad.db import Base, session, transaction
from sad.domain.admission.decision import Reason
from sad.domain.approvals import APPROVAL_LASTS
from sad.domain.errors import Refused
from sad.models.applications import Application
from sad.models.approvals import Approval, ApprovalKind
from sad.models.backup_copies import BackupCopy
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.people import Person, Role
from tests.factories.admissions import make_application
from tests.factories.backup_copies import make_broken_with_copy
from tests.factories.late_offers import make_declared, make_late_opened
from tests.factories.mini_tenders import HOME, SEAL_KEY, SENT, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system

AT = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
INSOLVENT = [Reason("L2141-3", "Liquidation prononcée le 2 janvier 2026.")]


@dataclass
class Case:
    """An act that was asked for: by whom, who may approve it, what shows that it is done, what changes what was shown."""

    asked: Approval
    asker: Person
    other: Person
    is_done: Callable[[], bool]
    change: Callable[[], object]


def link(token: str) -> str:
    return f"{HOME}/lien/{token}"


def same(model: type[Base], key: int):
    return session.get(model, key, populate_existing=True)


def discontinuing() -> Case:
    sent = make_published()
    asker, other = (make_person(sent.organisation, Role.BUYER) for _ in range(2))
    asked = ask_discontinuation(sent, "La réunion est annulée.", home=HOME, by=asker, at=AT)
    retitled = update(MiniTender).where(MiniTender.id == sent.id).values(title="Un autre besoin")
    return Case(asked, asker, other, lambda: same(MiniTender, sent.id).state == "discontinued", lambda: session.execute(retitled))


def changing() -> Case:
    sent = make_published()
    sent.closes_at, later = AT + timedelta(days=2), AT + timedelta(days=5)
    session.flush()
    asker, other = make_person(sent.organisation, Role.BUYER), make_person(sent.organisation, Role.AWARD_AUTHORITY)
    said = {"version": sent.version, "reason": "L’accès n’était pas décrit.", "home": HOME}
    asked = ask_change(sent, later, {"access": "Quai nord"}, **said, by=asker, at=AT)
    retitled = update(MiniTender).where(MiniTender.id == sent.id).values(title="Un autre besoin")
    return Case(asked, asker, other, lambda: same(MiniTender, sent.id).closes_at == later, lambda: session.execute(retitled))


def destroying() -> Case:
    sent = make_published()
    asker, other = (make_person(sent.organisation, Role.BUYER) for _ in range(2))
    discontinue_mini_tender(sent, "Le besoin a disparu.", by=asker, at=SENT)
    sent.discontinued_at = datetime(2020, 1, 6, tzinfo=UTC)
    sent.system.valid_from, sent.system.valid_until = date(2019, 6, 1), date(2020, 6, 1)
    session.flush()
    asked = ask_destruction(sent, "AD26-2026-3", home=HOME, by=asker, at=AT)
    retitled = update(MiniTender).where(MiniTender.id == sent.id).values(title="Un autre dossier")
    return Case(asked, asker, other, lambda: destruction_of(sent.id) is not None, lambda: session.execute(retitled))


def opening_late() -> Case:
    sent, late = make_late_opened()
    asker, other = make_declared(sent, Role.BUYER), make_declared(sent, Role.AWARD_AUTHORITY)
    asked = ask_late_opening(late, "service", "La limite de taille n’était pas affichée.", home=HOME, by=asker, at=AT)
    retitled = update(MiniTender).where(MiniTender.id == sent.id).values(title="Un autre besoin")
    return Case(asked, asker, other, lambda: same(Offer, late.id).is_opened, lambda: session.execute(retitled))


def opening_copy() -> Case:
    sent, copy = make_broken_with_copy()
    asker, other = make_declared(sent, Role.BUYER), make_declared(sent, Role.AWARD_AUTHORITY)
    asked = ask_copy_opening(copy, "unreadable", "Le pli a changé sur le disque.", home=HOME, by=asker, at=AT)
    moved = update(BackupCopy).where(BackupCopy.id == copy.id).values(kept_where="Ailleurs")
    return Case(asked, asker, other, lambda: same(BackupCopy, copy.id).opened_at is not None, lambda: session.execute(moved))


def excluding() -> Case:
    organisation = make_organisation()
    application = make_application(make_supplier(), make_system(organisation).categories[0])
    asker, other = make_person(organisation, Role.BUYER), make_person(organisation, Role.AWARD_AUTHORITY)
    asked = refuse_or_ask(application, INSOLVENT, home=HOME, by=asker, at=AT)
    assert asked is not None

    def rename() -> None:
        application.supplier.name = "Une autre ferme"

    return Case(asked, asker, other, lambda: same(Application, application.id).state == "refused", rename)


def granting() -> Case:
    organisation = make_organisation()
    asker, other, lea = make_person(organisation, Role.ADMINISTRATOR), make_person(organisation, Role.AUDITOR), make_person(organisation)
    asked = grant_or_ask(lea, Grant(Role.OPENER), home=HOME, by=asker, at=AT)
    assert asked is not None
    renamed = update(Person).where(Person.id == lea.id).values(name="Quelqu’un d’autre")
    return Case(asked, asker, other, lambda: same(Person, lea.id).has_role(Role.OPENER), lambda: session.execute(renamed))


def inviting() -> Case:
    organisation = make_organisation()
    asker, other = make_person(organisation, Role.ADMINISTRATOR), make_person(None, Role.ADMINISTRATOR)
    facts = {"name": "Léa Morel", "email": "Lea@Agglo.example", "grants": [Grant(Role.BUYER)]}
    assert invite_or_ask(organisation, **facts, link=link, home=HOME, by=asker, at=AT) is None
    asked = session.scalars(select(Approval)).one()

    def swap() -> None:
        asked.content = {**asked.content, "roles": [["award_authority", None]]}

    return Case(asked, asker, other, lambda: session.scalar(select(Person.id).where(Person.email == "lea@agglo.example")) is not None, swap)


CASES = {
    ApprovalKind.CHANGE: changing,
    ApprovalKind.COPY: opening_copy,
    ApprovalKind.DESTROY: destroying,
    ApprovalKind.DISCONTINUE: discontinuing,
    ApprovalKind.EXCLUDE: excluding,
    ApprovalKind.GRANT: granting,
    ApprovalKind.INVITE: inviting,
    ApprovalKind.LATE: opening_late,
}


@pytest.fixture(params=CASES, ids=str)
def case(request, database) -> Case:
    with transaction():
        return CASES[request.param]()


def seen(case: Case) -> str:
    return fingerprint_of(shown_to(case.asked))


def second(case: Case, by: Person | None = None, *, read: str | None = None, at: datetime = LATER) -> None:
    with transaction():
        read = seen(case) if read is None else read
        approve(case.asked, read_sha256=read, link=link, seal_key=SEAL_KEY, by=by or case.other, at=at)


def refused(case: Case, **values) -> str:
    with pytest.raises(Refused) as fault:
        second(case, **values)
    assert not case.is_done()
    return str(fault.value)


def test_every_kind_has_its_case():
    assert set(CASES) == set(ACTS) == set(ApprovalKind)


def test_nothing_is_done_before_the_second_person_and_all_is_done_with_it(case):
    assert not case.is_done()
    second(case)
    assert case.is_done()
    asked = same(Approval, case.asked.id)
    assert (asked.outcome, asked.ended_by, asked.ended_at) == ("approved", case.other.id, LATER)
    written = session.scalars(select(JournalEntry).where(JournalEntry.object == f"approvals:{asked.id}"))
    lines = [(line.action, line.actor) for line in written]
    assert lines == [("ask_approval", f"person:{case.asker.id}"), ("approve_act", f"person:{case.other.id}")]


def test_whoever_asks_never_approves(case):
    assert "une autre personne" in refused(case, by=case.asker)


def test_whoever_lacks_the_role_or_is_of_another_house_never_approves(case):
    organisation = case.asked.organisation or case.asker.organisation
    with transaction():
        plain, stranger = make_person(organisation), make_person(make_organisation(), *Role)
        closed = make_person(organisation, *Role)
        closed.is_active = False
    for person in (plain, stranger, closed):
        assert "pas le rôle" in refused(case, by=person)


def test_after_a_day_it_holds_no_more(case):
    assert "ne vaut plus" in refused(case, at=AT + APPROVAL_LASTS + timedelta(microseconds=1))
    second(case, at=AT + APPROVAL_LASTS)
    assert case.is_done()


def test_what_changed_since_is_not_approved(case):
    with transaction():
        case.change()
    assert "a changé" in refused(case)


def test_what_was_not_read_is_not_approved(case):
    for read in ("", "0" * 64):
        assert "a changé" in refused(case, read=read)


def test_it_is_done_once(case):
    second(case)
    with pytest.raises(Refused, match="déjà sa réponse"):
        second(case, read="")


def test_the_database_itself_refuses_one_person_and_a_late_one(case):
    for values in (
        {"ended_by": case.asker.id, "ended_at": LATER},
        {"ended_by": case.other.id, "ended_at": AT + APPROVAL_LASTS + timedelta(seconds=1)},
        {"ended_by": None, "ended_at": LATER},
    ):
        with pytest.raises(IntegrityError), transaction():
            session.execute(update(Approval).values(outcome="approved", **values))


def test_those_who_may_approve_are_told_where_and_until_when(case):
    (letter,) = session.scalars(select(Letter).where(Letter.kind == "approval_asked", Letter.person_id == case.other.id))
    assert f"{HOME}/compte/approbations/{case.asked.id}" in letter.body and "jeudi 10 décembre 2026" in letter.body
    assert session.scalar(select(Letter).where(Letter.kind == "approval_asked", Letter.person_id == case.asker.id)) is None


def test_it_is_declined_with_a_reason_that_the_asker_reads_and_then_asked_again(case):
    with pytest.raises(Refused), transaction():
        end_request(case.asked, " ", by=case.other, at=LATER)
    with transaction():
        end_request(case.asked, "Pas avant lundi.", by=case.other, at=LATER)
    assert not case.is_done()
    (letter,) = session.scalars(select(Letter).where(Letter.kind == "approval_answered"))
    assert letter.person_id == case.asker.id and "Pas avant lundi." in letter.body
    assert waiting_approval(ApprovalKind(case.asked.kind), case.asked.object, LATER) is None


@pytest.mark.parametrize("make", [granting, inviting])
def test_whoever_lost_its_rights_meanwhile_asked_in_vain(database, make):
    with transaction():
        case = make()
    with transaction():
        root = make_person(None, Role.ADMINISTRATOR)
        revoke_role(same(Person, case.asker.id).roles[0], by=root, at=LATER)
    assert "administrez pas" in refused(case)


def test_a_closed_account_asked_in_vain(case):
    with transaction():
        same(Person, case.asker.id).is_active = False
    assert "fermé" in refused(case)


def test_the_same_is_not_asked_twice_at_once_but_again_once_it_lapsed(database):
    with transaction():
        case = discontinuing()
    sent = session.get(MiniTender, case.asked.subject_id)
    with pytest.raises(Refused, match="déjà demandé"), transaction():
        ask_discontinuation(sent, "Encore.", home=HOME, by=case.other, at=LATER)
    with transaction():
        again = ask_discontinuation(sent, "Encore.", home=HOME, by=case.other, at=AT + APPROVAL_LASTS + timedelta(seconds=1))
    assert (same(Approval, case.asked.id).outcome, again.outcome) == ("lapsed", None)
    with pytest.raises(IntegrityError), transaction():
        columns = {each.name: getattr(again, each.name) for each in Approval.__table__.columns if each.name != "id"}
        session.execute(insert(Approval).values(**columns))


def test_an_administrator_alone_gives_roles_at_once_and_never_again_once_somebody_may_approve(database):
    with transaction():
        organisation = make_organisation()
        ada, lea = make_person(organisation, Role.ADMINISTRATOR), make_person(organisation)
        assert grant_or_ask(lea, Grant(Role.AUDITOR), home=HOME, by=ada, at=AT) is None
        facts = {"name": "Zoé", "email": "zoe@agglo.example", "grants": [], "link": link, "home": HOME, "by": ada, "at": AT}
        assert invite_or_ask(organisation, **facts) is None and session.scalars(select(Approval)).one()
    assert same(Person, lea.id).has_role(Role.AUDITOR)
    with transaction():
        close_account(same(Person, lea.id), by=ada, at=LATER)
        assert grant_or_ask(lea, Grant(Role.OPENER), home=HOME, by=ada, at=LATER) is None


def test_a_lone_buyer_is_told_who_can_help(database):
    with transaction():
        sent = make_published()
        buyer = make_person(sent.organisation, Role.BUYER)
        session.execute(update(Person).where(Person.id != buyer.id).values(is_active=False))
    with pytest.raises(Refused, match="à deux"), transaction():
        ask_discontinuation(sent, "Plus de besoin.", home=HOME, by=buyer, at=AT)


def test_an_exclusion_is_never_one_persons_while_a_missing_paper_is(database):
    with transaction():
        organisation = make_organisation()
        application = make_application(make_supplier(), make_system(organisation).categories[0])
        buyer = make_person(organisation, Role.BUYER)
    for seconded_by in (None, buyer):
        with pytest.raises(Refused, match="à deux"), transaction():
            refuse_application(application, INSOLVENT, seconded_by=seconded_by, by=buyer, at=AT)
    with transaction():
        reasons = [Reason("liability_insurance", "L’attestation a expiré.")]
        assert refuse_or_ask(same(Application, application.id), reasons, home=HOME, by=buyer, at=AT) is None
    assert same(Application, application.id).state == "refused"


def test_no_page_does_alone_what_takes_two():
    """The acts themselves are reached through the table; nothing nearer the screen names them."""
    alone = ("discontinue_mini_tender(", "grant_role(", "invite_person(", "refuse_application(", "destroy_papers(")
    found = [
        f"{path}: {name}" for part in ("web", "jobs", "cli") for path in Path("sad", part).rglob("*.py") for name in alone
        if name in path.read_text().replace(f"def {name}", "")
    ]
    assert found == []
    assert set(APPROVERS) <= set(Role)
