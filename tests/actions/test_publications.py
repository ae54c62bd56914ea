"""Sending a mini-tender to all the admitted, and giving one up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from sad.actions.publications import discontinue_mini_tender, frozen_fingerprint, publish_mini_tender
from sad.db import session, transaction
from sad.domain.calendar import PARIS
from sad.domain.errors import Refused
from sad.models.admissions import AdmissionState
from sad.models.applications import ApplicationState
from sad.models.invitations import Invitation
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier, SupplierMember
from sad.models.systems import Category
from sad.trust.sealing import SealBroken, unwrap
from tests.factories.admissions import make_admission, make_application
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, make_admitted, make_mini_tender, make_published
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system

WINTER_CLOCK = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.fixture
def system(database):
    return make_system()


@pytest.fixture
def buyer(system):
    return make_person(system.organisation, Role.BUYER)


@pytest.fixture
def service(system):
    return make_service(system.organisation)


@pytest.fixture
def requester(service):
    return make_person(service.organisation, Role.REQUESTER, service=service)


@pytest.fixture
def draft(system, service, requester, buyer):
    mini_tender = make_mini_tender(service, system=system, by=requester)
    make_admitted(system.categories[0], 3, by=buyer)
    session.commit()
    return mini_tender


def publish(mini_tender: MiniTender, by, at: datetime = SENT, **justifications: str) -> MiniTender:
    reasons = {rule.replace("_", "-"): reason for rule, reason in justifications.items()}
    with transaction():
        return publish_mini_tender(mini_tender, seal_key=SEAL_KEY, justifications=reasons, home=HOME, by=by, at=at)


def discontinue(mini_tender: MiniTender, reason: str, by) -> None:
    with transaction():
        discontinue_mini_tender(mini_tender, reason, by=by, at=SENT + timedelta(days=2))


def refusals(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(each.rule, each.field) for each in refused.value.refusals]


def together(*acts) -> None:
    """Run the acts at the same time; a failure of any is a failure."""
    session.commit()
    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result(timeout=30)


def found(person: Person) -> Person:
    """The same person in the session of this thread."""
    return session.get(Person, person.id)


def change(mini_tender: MiniTender, **values) -> None:
    for name, value in values.items():
        setattr(mini_tender, name, value)
    session.commit()


def letters_of(mini_tender: MiniTender, kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.mini_tender_id == mini_tender.id, Letter.kind == kind).order_by(Letter.id)))


def test_what_is_sent_keeps_its_own_copy_of_all_it_will_be_judged_on(draft, buyer):
    publish(draft, buyer)
    assert (draft.state, draft.published_at, draft.published_by) == (MiniTenderState.PUBLISHED, SENT, buyer.id)
    assert draft.closes_at == CLOSES
    assert draft.stage_content["number"] == 1
    assert [(each["key"], each["weight"]) for each in draft.grid["criteria"]][:2] == [("price", "50"), ("quality", "25")]
    assert draft.grid["tie_rule"] == ["organic", "price"]


def test_the_invitees_are_all_the_admitted_of_the_category_and_nobody_else(draft, system, buyer):
    pain, traiteur = system.categories
    suspended, elsewhere = make_supplier(), make_supplier()
    make_admission(suspended, pain, buyer).state = AdmissionState.SUSPENDED
    make_admission(elsewhere, traiteur, buyer)
    make_supplier()
    late = make_admitted(pain, 1, by=buyer)[0]
    session.commit()
    publish(draft, buyer)
    invited = session.execute(select(Invitation.supplier_id, Invitation.sent_at).where(Invitation.mini_tender_id == draft.id)).all()
    assert len(invited) == 4
    assert late.id in {supplier_id for supplier_id, _ in invited}
    assert {sent_at for _, sent_at in invited} == {SENT}
    assert not {suspended.id, elsewhere.id} & {supplier_id for supplier_id, _ in invited}


def test_every_person_of_every_invitee_gets_the_six_contents_of_an_invitation(draft, system, buyer):
    supplier = make_admitted(system.categories[0], 1, by=buyer)[0]
    session.add(SupplierMember(supplier_id=supplier.id, person_id=make_person().id, joined_at=SENT))
    session.commit()
    publish(draft, buyer)
    letters = letters_of(draft, "invitation")
    people = session.scalars(select(SupplierMember.person_id)).all()
    assert sorted(letter.person_id for letter in letters) == sorted(people)
    body = letters[0].body
    assert system.notice_reference in body and system.reference in body
    assert "lundi 7 décembre 2026 à 12\u00a0h, heure de Paris" in body
    assert HOME in body
    assert "en français" in body
    assert "Documents" in body
    assert "- Prix\u00a0: 50 points" in body and "- Livraison\u00a0: 5 points" in body
    assert "Viennoiseries et pogne\u00a0: 44\u00a0pièces" in body


def test_the_budget_stays_secret(draft, buyer):
    publish(draft, buyer)
    assert all("300" not in letter.body for letter in letters_of(draft, "invitation"))


def test_the_requester_is_told_when_a_buyer_sends_its_need(draft, buyer, requester):
    publish(draft, buyer)
    (letter,) = letters_of(draft, "mini_tender_published")
    assert letter.person_id == requester.id
    assert "3 fournisseurs" in letter.body


def test_the_fingerprint_is_found_again_from_the_rows(draft, buyer):
    publish(draft, buyer)
    session.expunge_all()
    kept = session.get(MiniTender, draft.id)
    invitees = session.scalars(select(Invitation.supplier_id).where(Invitation.mini_tender_id == kept.id)).all()
    assert frozen_fingerprint(kept, list(invitees)) == kept.frozen_fingerprint
    assert frozen_fingerprint(kept, list(invitees)[1:]) != kept.frozen_fingerprint
    kept.lines[0].quantity += Decimal("0.001")
    assert frozen_fingerprint(kept, list(invitees)) != kept.frozen_fingerprint


def test_the_private_key_opens_with_the_seal_key_for_this_mini_tender_only(draft, buyer):
    publish(draft, buyer)
    assert str(unwrap(draft.wrapped_private_key, SEAL_KEY, f"mini_tender:{draft.id}").to_public()) == draft.public_key
    with pytest.raises(SealBroken):
        unwrap(draft.wrapped_private_key, SEAL_KEY, f"mini_tender:{draft.id + 1}")


def test_the_journal_says_who_sent_what_to_whom(draft, buyer):
    publish(draft, buyer)
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "publish_mini_tender")).one()
    body = session.get(JournalBody, entry.seq).body
    assert entry.actor == f"person:{buyer.id}"
    assert body["fingerprint"] == draft.frozen_fingerprint
    assert len(body["invitees"]) == 3


def test_the_stage_is_the_one_in_force_when_it_is_sent_whatever_the_draft_was_shown(draft, buyer):
    closes, served = datetime(2027, 2, 1, 12, tzinfo=PARIS), datetime(2027, 2, 11, 8, tzinfo=PARIS)
    change(draft, wanted_closes_at=closes, happens_at=served)
    publish(draft, buyer, at=datetime(2027, 1, 14, 23, 0, tzinfo=UTC))
    assert draft.stage_content["number"] == 2


def test_a_second_publication_is_refused_and_invites_nobody_twice(draft, buyer):
    publish(draft, buyer)
    assert refusals(lambda: publish(draft, buyer)) == [(None, None)]
    assert session.scalar(select(func.count(Invitation.id))) == 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"budget": None}, [("CRI-12", "budget")]),
        ({"wanted_closes_at": None}, [("SAD-17", "closes_at")]),
        ({"wanted_closes_at": datetime(2026, 12, 4, 23, 59, 59, tzinfo=PARIS)}, [("SAD-17", "closes_at")]),
        ({"wanted_closes_at": WINTER_CLOCK}, [("TIM-01", "closes_at"), ("SAD-17", "closes_at")]),
        ({"happens_at": CLOSES}, [(None, "service_on")]),
        ({"happens_at": datetime(2030, 2, 1, 8, tzinfo=PARIS)}, [("SAD-22", "service_on")]),
        ({"weights": {"price": "55", "quality": "20"}}, [("SAD-20", "price"), ("CRI-14", "weights")]),
        ({"weights": {"price": "45"}}, [("CRI-04", "weights")]),
        ({"title": "Petit-déjeuner aux produits de la commune"}, [("CRI-08", "title")]),
        (
            {"budget": None, "wanted_closes_at": None, "happens_at": None},
            [("CRI-12", "budget"), ("SAD-17", "closes_at"), ("SAD-22", "service_on")],
        ),
    ],
    ids=["budget", "deadline", "short", "clock change", "served too early", "after the system", "weight", "sum", "word", "all at once"],
)
def test_what_is_not_ready_is_refused_with_all_its_reasons(draft, buyer, values, expected):
    change(draft, **values)
    assert refusals(lambda: publish(draft, buyer)) == expected
    assert draft.state == MiniTenderState.DRAFT
    assert session.scalar(select(func.count(Invitation.id))) == 0
    assert letters_of(draft, "invitation") == []


def test_two_people_who_send_at_once_invite_once(draft, buyer):
    outcomes: list[str] = []

    def send() -> None:
        try:
            publish(session.get(MiniTender, draft.id), session.get(Person, buyer.id))
            outcomes.append("sent")
        except Refused:
            outcomes.append("refused")
        finally:
            session.remove()

    together(send, send)
    assert sorted(outcomes) == ["refused", "sent"]
    assert session.scalar(select(func.count(Invitation.id))) == 3


def test_nobody_is_admitted_between_the_list_and_the_commit(draft, system, buyer):
    newcomer = make_supplier().id
    session.commit()
    listed, admitted = threading.Event(), threading.Event()

    def send() -> None:
        with transaction():
            here = session.get(MiniTender, draft.id)
            publish_mini_tender(here, seal_key=SEAL_KEY, justifications={}, home=HOME, by=found(buyer), at=SENT)
            listed.set()
            assert not admitted.wait(0.5)
        session.remove()

    def admit() -> None:
        listed.wait(10)
        with transaction():
            make_admission(session.get(Supplier, newcomer), session.get(Category, draft.category_id), found(buyer))
        admitted.set()
        session.remove()

    together(send, admit)
    assert admitted.is_set()
    assert session.scalar(select(func.count(Invitation.id))) == 3


def test_the_first_invitation_waits_thirty_days_after_the_notice(draft, system, buyer):
    change(system, notice_dispatched_at=SENT - timedelta(days=29))
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-07", "at")]


def test_no_invitation_leaves_during_the_prolonged_first_evaluation(draft, system, buyer):
    change(system, notice_dispatched_at=SENT - timedelta(days=40), initial_evaluation_days=30)
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-10", "at")]


def test_nothing_leaves_when_nobody_is_admitted(system, buyer):
    draft = make_mini_tender(system=system)
    session.commit()
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-15", "category")]


def test_nothing_leaves_out_of_the_validity_of_the_system(draft, system, buyer):
    change(system, ended_at=SENT - timedelta(days=1))
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-22", "at"), ("SAD-22", "service_on")]


def test_a_pending_application_asks_for_a_reason_and_an_overdue_one_blocks(draft, system, buyer):
    pending = make_application(make_supplier(name="Four du Vernoux"), system.categories[0], submitted_at=SENT - timedelta(days=3))
    session.commit()
    assert refusals(lambda: publish(draft, buyer)) == [("SAD-16", "category")]
    change(pending, answer_due_on=date(2026, 11, 23))
    assert refusals(lambda: publish(draft, buyer, SAD_16="On n’attend pas.")) == [("SAD-16", "category")]
    change(pending, answer_due_on=date(2026, 11, 24))
    publish(draft, buyer, SAD_16=" Le petit-déjeuner n’attend pas. ")
    assert draft.justifications == {"SAD-16": "Le petit-déjeuner n’attend pas."}


def test_an_application_to_another_category_or_still_in_draft_asks_for_nothing(draft, system, buyer):
    make_application(make_supplier(), system.categories[1])
    make_application(make_supplier(), system.categories[0], ApplicationState.DRAFT)
    session.commit()
    assert publish(draft, buyer).state == MiniTenderState.PUBLISHED


def test_a_service_sends_alone_up_to_the_limit_of_its_organisation(draft, requester):
    change(draft, budget=Decimal("500.01"))
    assert refusals(lambda: publish(draft, requester)) == [(None, "budget")]
    change(draft, budget=Decimal("500.00"))
    assert publish(draft, requester).published_by == requester.id
    assert letters_of(draft, "mini_tender_published") == []


def test_nobody_sends_for_another_service_or_another_organisation(draft, service, system):
    neighbour = make_person(system.organisation, Role.REQUESTER, service=make_service(system.organisation))
    stranger = make_person(make_organisation(), Role.BUYER)
    opener = make_person(system.organisation, Role.OPENER)
    session.commit()
    for person in (neighbour, stranger, opener):
        assert refusals(lambda person=person: publish(draft, person)) == [(None, None)]


def test_what_the_buyers_are_checking_is_theirs_to_send(draft, requester, buyer):
    change(draft, state=MiniTenderState.TO_CHECK)
    assert refusals(lambda: publish(draft, requester)) == [(None, None)]
    assert publish(draft, buyer).state == MiniTenderState.PUBLISHED


def test_every_invitee_and_the_requester_read_why_there_will_be_no_contract(database):
    mini_tender = make_published(suppliers=4)
    buyer = make_person(mini_tender.organisation, Role.BUYER)
    session.commit()
    assert refusals(lambda: discontinue(mini_tender, " ", buyer)) == [("AWD-10", "reason")]
    discontinue(mini_tender, "La réunion est annulée.", buyer)
    assert mini_tender.state == MiniTenderState.DISCONTINUED
    letters = letters_of(mini_tender, "discontinued")
    assert len({letter.supplier_id for letter in letters}) == 4
    assert all("La réunion est annulée." in letter.body and "Tribunal administratif" in letter.body for letter in letters)
    assert [letter.person_id for letter in letters_of(mini_tender, "mini_tender_discontinued")] == [mini_tender.created_by]
    assert refusals(lambda: discontinue(mini_tender, "Encore.", buyer)) == [(None, None)]


def test_a_draft_cannot_be_declared_without_follow_up(draft, buyer):
    assert refusals(lambda: discontinue(draft, "La réunion est annulée.", buyer)) == [(None, None)]


