"""How many can honour each clause today, from what they declare; the clauses that a need chose are frozen when it is sent."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sad.actions.launches import launch_of
from sad.actions.mini_tenders import NeedChange, copy_mini_tender, save_need
from sad.actions.publications import frozen_fingerprint
from sad.actions.reach import honouring, reach_of
from sad.actions.stages import roadmap_of
from sad.actions.usual_offers import declare_usual_offer
from sad.clause_library import chosen_clauses, clauses
from sad.db import session
from sad.models.admissions import AdmissionState
from sad.models.letters import Letter
from sad.models.people import Role
from sad.need_templates import need_templates
from tests.factories.admissions import make_admission
from tests.factories.mini_tenders import SENT, WRITTEN, make_admitted, make_mini_tender, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import USUAL, make_supplier, member_of
from tests.factories.systems import make_system

WITHOUT_BOXES = {**USUAL, "reusable_packaging": False}


@pytest.fixture
def draft(database):
    return make_mini_tender()


@pytest.fixture
def buyer(draft):
    return make_person(draft.organisation, Role.BUYER)


def test_each_clause_counts_those_admitted_today_who_say_that_they_can_honour_it(draft, buyer):
    make_admitted(draft.category, 2, by=buyer, usual={**WITHOUT_BOXES, "staff_break": True})
    make_admitted(draft.category, 1, by=buyer, usual={**USUAL, "staff_break": True})
    make_admitted(draft.category, 1, by=buyer, usual={})
    make_admitted(draft.system.categories[1], 1, by=buyer, usual={"staff_break": True})
    make_admission(make_supplier(usual={"staff_break": True}), draft.category, buyer).state = AdmissionState.SUSPENDED
    counts = reach_of(draft, roadmap_of(draft.system)[0], SENT).by_clause
    assert set(counts) == set(clauses())
    assert (counts["staff_break"], counts["containers_returned"], counts["apprentices"]) == (3, 1, 0)


def test_a_supplier_of_several_categories_counts_once_and_that_of_another_organisation_never(draft, buyer):
    both = make_supplier(usual={"apprentices": True})
    for category in draft.system.categories[:2]:
        make_admission(both, category, buyer)
    make_admitted(draft.category, 1, by=buyer, usual={})
    elsewhere = make_system()
    make_admitted(elsewhere.categories[0], 1, by=make_person(elsewhere.organisation, Role.BUYER), usual={"apprentices": True})
    admitted, able = honouring(draft.organisation_id, SENT)
    assert (admitted, able["apprentices"]) == (2, 1)


def test_the_last_declaration_counts(draft, buyer):
    (supplier,) = make_admitted(draft.category, 1, by=buyer, usual={"apprentices": True})
    declare_usual_offer(supplier, {"apprentices": False}, by=member_of(supplier), at=SENT)
    assert honouring(draft.organisation_id, SENT)[1]["apprentices"] == 0


def test_clauses_stay_as_they_were_said_when_a_page_does_not_ask_them(draft):
    supplier = make_supplier(usual={})
    person = member_of(supplier)
    declare_usual_offer(supplier, {"apprentices": True, "staff_break": True, "anything": True}, by=person, at=WRITTEN)
    assert supplier.declared == {"apprentices": True, "staff_break": True}
    declare_usual_offer(supplier, {"direct_supply_pct": "40"}, by=person, at=SENT)
    assert supplier.declared == {"direct_supply_pct": "40", "apprentices": True, "staff_break": True}
    declare_usual_offer(supplier, {"apprentices": False}, by=person, at=SENT + timedelta(hours=1))
    assert supplier.declared == {"staff_break": True}


def test_a_clause_for_the_environment_counts_where_the_system_has_none_and_a_social_one_does_not(draft):
    draft.system.environmental_clause = ""
    draft.clauses = chosen_clauses(["staff_break"])
    assert launch_of(draft, [], SENT).environmental_clauses == ()
    draft.clauses = chosen_clauses(["staff_break", "grouped_delivery"])
    assert launch_of(draft, [], SENT).environmental_clauses == ("Les livraisons du même jour sont groupées en une seule tournée",)


def test_the_clauses_of_a_need_are_kept_with_its_draft_copied_and_told_to_every_invitee(draft, buyer):
    save_need(draft, NeedChange(clauses=chosen_clauses(["staff_break"])), version=draft.version, by=draft.creator, at=WRITTEN)
    session.flush()
    copy = copy_mini_tender(draft, need_templates()[draft.template], system=draft.system, by=draft.creator, at=WRITTEN)
    assert copy.clauses == draft.clauses == chosen_clauses(["staff_break"])
    make_published(draft, suppliers=2, by=buyer)
    sent = session.scalars(select(Letter).where(Letter.kind == "invitation")).all()
    assert len(sent) == 2 and all("Clause sociale" in each.body and "ont une pause et un repas" in each.body for each in sent)


def test_what_is_sent_is_frozen_with_its_clauses(draft, buyer):
    draft.clauses = chosen_clauses(["staff_break"])
    make_published(draft, suppliers=2, by=buyer)
    invited = sorted(session.scalars(select(Letter.supplier_id).where(Letter.kind == "invitation")))
    assert frozen_fingerprint(draft, invited) == draft.frozen_fingerprint
    draft.clauses = chosen_clauses(["staff_break", "apprentices"])
    assert frozen_fingerprint(draft, invited) != draft.frozen_fingerprint
