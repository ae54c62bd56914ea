"""A category is reserved in a draft alone; the stages follow; who does not prove its status is never admitted."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from sad.actions.admissions import admit, examination
from sad.actions.applications import save_answers, start_application, submit_application
from sad.actions.categories import remove_category, reserve_category
from sad.actions.stage_drafts import remove_requirement
from sad.actions.stages import publish_stage, stages_of
from sad.actions.systems import open_system
from sad.db import session
from sad.domain.errors import Refused
from sad.domain.requirements import Nature
from sad.models.applications import ApplicationDocument
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from tests.factories.documents import make_certificate
from tests.factories.drafts import DISPATCHED, OPENING, PREPARED, REASONS, make_draft
from tests.factories.mini_tenders import make_mini_tender, make_published
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of

APPLIES = OPENING + timedelta(days=40)


@pytest.fixture
def buyer(database):
    return make_person(make_organisation(), Role.BUYER)


@pytest.fixture
def draft(buyer):
    return make_draft(buyer.organisation, buyer, published=False)


def statuses(draft):
    """What each drafted stage asks of reserved categories."""
    found = [[(e.key, e.categories) for e in row.as_value().requirements if e.key.startswith("reserved_")] for row in stages_of(draft)]
    assert all(each == found[0] for each in found)
    return found[0]


def last_entry():
    return session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()


def refused_rules(act, *args, **said):
    with pytest.raises(Refused) as refused:
        act(*args, **said)
    return [fault.rule for fault in refused.value.refusals]


def test_each_drafted_stage_asks_for_the_proof_as_soon_as_a_category_is_reserved_and_no_more_once_it_is_not(draft, buyer):
    bread, caterer = draft.categories
    reserve_category(bread, "siae", by=buyer, at=PREPARED)
    assert statuses(draft) == [("reserved_siae", ("pain",))]
    assert (last_entry().action, last_entry().body.body) == ("reserve_category", {"reserved_for": "siae"})
    reserve_category(caterer, "ea_esat", by=buyer, at=PREPARED)
    assert statuses(draft) == [("reserved_ea_esat", ("traiteur",)), ("reserved_siae", ("pain",))]
    reserve_category(bread, "", by=buyer, at=PREPARED)
    assert (bread.reserved_for, statuses(draft)) == (None, [("reserved_ea_esat", ("traiteur",))])
    remove_category(caterer, by=buyer, at=PREPARED)
    assert statuses(draft) == []


def test_the_law_reserves_a_category_to_nobody_else(draft, buyer):
    assert refused_rules(reserve_category, draft.categories[0], "ess", by=buyer, at=PREPARED) == ["RES-01"]


def test_a_stage_from_which_the_proof_was_taken_out_is_published_only_once_it_is_back(draft, buyer):
    bread, first = draft.categories[0], stages_of(draft)[0]
    reserve_category(bread, "siae", by=buyer, at=PREPARED)
    remove_requirement(first, "reserved_siae", version=first.version, by=buyer, at=PREPARED)
    assert refused_rules(publish_stage, first, justifications={}, by=buyer, at=DISPATCHED) == ["RES-01"]
    reserve_category(bread, "siae", by=buyer, at=PREPARED)
    publish_stage(first, justifications={}, by=buyer, at=DISPATCHED)


def test_nothing_is_reserved_any_more_once_a_stage_is_published_nor_once_the_system_is_open(draft, buyer):
    bread = draft.categories[0]
    reserve_category(bread, "siae", by=buyer, at=PREPARED)
    for row in stages_of(draft):
        publish_stage(row, justifications={}, by=buyer, at=DISPATCHED)
    assert refused_rules(reserve_category, bread, "both", by=buyer, at=DISPATCHED) == ["PAL-02"]
    open_system(draft, justifications=REASONS, by=buyer, at=OPENING)
    assert last_entry().body.body["reserved"] == {"pain": "siae"}
    assert refused_rules(reserve_category, bread, None, by=buyer, at=OPENING) == ["SAD-03"]
    assert bread.reserved_for == "siae"


def an_application(draft, buyer, said):
    """An application to the bread category, open to structures of insertion alone, with every proof but that of its status."""
    reserve_category(draft.categories[0], "siae", by=buyer, at=PREPARED)
    for row in stages_of(draft):
        publish_stage(row, justifications={}, by=buyer, at=DISPATCHED)
    open_system(draft, justifications=REASONS, by=buyer, at=OPENING)
    supplier = make_supplier()
    application = start_application(supplier, draft.categories[0], by=member_of(supplier), at=APPLIES)
    asked = stages_of(draft)[0].as_value().of_nature(Nature.CAPACITY, "pain")
    answers = {**{each.key: "oui" for each in asked}, "reserved_siae": said}
    save_answers(application, answers, by=member_of(supplier), at=APPLIES)
    for each in asked:
        if each.document_required and each.key != "reserved_siae":
            join(application, each.key)
    return submit_application(application, is_sworn=True, by=member_of(supplier), at=APPLIES)


def join(application, requirement):
    proof = make_certificate(application.supplier)
    joined = ApplicationDocument(document=proof.document, requirement=requirement, expires_on=None, added_at=APPLIES)
    application.documents.append(joined)
    session.flush()


@pytest.mark.parametrize("said", ["oui", "non"])
def test_who_does_not_prove_its_status_is_admitted_for_no_reason_whatever(draft, buyer, said):
    application = an_application(draft, buyer, said)
    why = "Nous la connaissons bien."
    assert refused_rules(admit, application, note=why, by=buyer, at=APPLIES) == ["RES-01"]
    assert application.state == "submitted"


def test_who_proves_its_status_is_admitted_without_a_word_more(draft, buyer):
    application = an_application(draft, buyer, "oui")
    join(application, "reserved_siae")
    assert examination(application, APPLIES).outcome == "admissible"
    assert admit(application, by=buyer, at=APPLIES).category_id == draft.categories[0].id


def test_every_invitation_says_to_whom_the_category_is_reserved(database):
    need = make_mini_tender()
    need.category.reserved_for = "siae"
    session.flush()
    make_published(need, suppliers=2)
    bodies = session.scalars(select(Letter.body).where(Letter.kind == "invitation")).all()
    assert len(bodies) == 2 and all("Réservée aux structures d’insertion (SIAE)" in body for body in bodies)


def test_the_database_knows_to_whom_the_law_reserves(draft):
    session.flush()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE categories SET reserved_for = 'ess'"))
