"""Drafting a system, filling it, opening it; what an open system no longer allows."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sad.actions.applications import validity_faults
from sad.actions.categories import add_category, remove_category
from sad.actions.stages import stages_of
from sad.actions.system_documents import publish_document, remove_document
from sad.actions.systems import create_system, facts_of, faults_of, open_system, procedure_of, update_system
from sad.db import session
from sad.domain.errors import Refused
from sad.domain.estimates import ProcedureLevel
from sad.models.journal import JournalEntry
from sad.models.people import Role
from sad.models.systems import SystemDocument, SystemPhase
from tests.factories.documents import stored_file
from tests.factories.drafts import DISPATCHED, OPENING, PREPARED, REASONS, facts, make_draft
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person

FIRST_DAY = OPENING + timedelta(days=40)


@pytest.fixture
def organisation(database):
    return make_organisation()


@pytest.fixture
def buyer(organisation):
    return make_person(organisation, Role.BUYER)


@pytest.fixture
def draft(organisation, buyer):
    return make_draft(organisation, buyer)


def opened(system, by):
    return open_system(system, justifications=REASONS, by=by, at=OPENING)


def refusals(act, *args, **options):
    """The (rule, field) of every refusal of an act."""
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return [(one.rule, one.field) for one in refused.value.refusals]


def last_entry():
    return session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()


def test_a_draft_keeps_what_the_buyer_says_and_is_journalled(organisation, buyer):
    said = facts()
    system = create_system(organisation, said, by=buyer, at=PREPARED)
    assert facts_of(system) == said and system.phase_at(OPENING) == SystemPhase.DRAFT
    entry = last_entry()
    assert (entry.action, entry.object, entry.body.body["max_value"]) == ("create_system", f"systems:{system.id}", "900000")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"title": " "}, [(None, "title")]),
        ({"reference": ""}, [(None, "reference")]),
        ({"valid_until": date(2027, 1, 3)}, [("SAD-03", "valid_until")]),
        ({"estimated_value": Decimal(0), "max_value": Decimal(0)}, [("SAD-02", "estimated_value")]),
        ({"max_value": Decimal("599999.99")}, [("SAD-02", "max_value")]),
        ({"initial_evaluation_days": -1}, [("SAD-10", "initial_evaluation_days")]),
        ({"title": "", "reference": "", "max_value": Decimal(1)}, [(None, "title"), (None, "reference"), ("SAD-02", "max_value")]),
    ],
)
def test_a_draft_is_refused_with_all_its_faults(organisation, buyer, changes, found):
    assert refusals(create_system, organisation, facts(**changes), by=buyer, at=PREPARED) == found


def test_a_reference_is_used_once_by_an_organisation_and_again_by_another(organisation, buyer):
    said = facts()
    system = create_system(organisation, said, by=buyer, at=PREPARED)
    assert refusals(create_system, organisation, said, by=buyer, at=PREPARED) == [(None, "reference")]
    assert update_system(system, said, by=buyer, at=PREPARED) is system
    elsewhere = make_organisation()
    assert create_system(elsewhere, said, by=make_person(elsewhere, Role.BUYER), at=PREPARED)


def test_the_drafted_stages_follow_the_first_day_and_the_categories(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    update_system(system, replace(facts_of(system), valid_from=date(2027, 2, 1)), by=buyer, at=PREPARED)
    add_category(system, "Plateaux-repas", ["plateau_repas"], by=buyer, at=PREPARED)
    first, second = (row.as_value() for row in stages_of(system))
    assert (first.effective_on, second.effective_on) == (date(2027, 2, 1), date(2028, 1, 4))
    assert first.requirement("allergen_procedure").categories == ("traiteur", "plateaux_repas")


def test_a_category_needs_a_name_and_known_families(draft, organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    assert refusals(add_category, system, " ", ["licornes"], by=buyer, at=PREPARED) == [(None, "label"), (None, "families")]


def test_two_categories_of_the_same_name_get_two_keys(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    keys = [add_category(system, "Épicerie fine & paniers", ["epicerie"], by=buyer, at=PREPARED).key for _ in range(2)]
    assert keys == ["epicerie_fine_paniers", "epicerie_fine_paniers_2"]


def test_a_category_can_be_taken_out_of_a_draft(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    remove_category(system.categories[1], by=buyer, at=PREPARED)
    assert [each.key for each in system.categories] == ["pain"]
    assert stages_of(system)[0].as_value().requirement("allergen_procedure") is None


def test_once_the_stages_are_published_what_they_cite_no_longer_moves(draft, buyer):
    pal_02 = [("PAL-02", None)]
    assert refusals(add_category, draft, "Boissons", ["vins"], by=buyer, at=PREPARED) == pal_02
    assert refusals(remove_category, draft.categories[0], by=buyer, at=PREPARED) == pal_02
    assert refusals(update_system, draft, replace(facts_of(draft), valid_from=date(2027, 2, 1)), by=buyer, at=PREPARED) == pal_02
    update_system(draft, replace(facts_of(draft), purpose="Pain et buffets"), by=buyer, at=PREPARED)
    assert draft.purpose == "Pain et buffets"


def test_a_complete_draft_opens_and_the_journal_keeps_the_level_and_the_reasons(draft, buyer):
    assert faults_of(draft, OPENING) == []
    opened(draft, buyer)
    assert (draft.opened_at, draft.opened_by) == (OPENING, buyer.id)
    entry = last_entry()
    assert entry.action == "open_system"
    assert entry.body.body == {"level": "formal", "threshold": "216000", "notice": "26-123456", "reserved": {}, "justifications": REASONS}


def test_an_empty_draft_is_refused_with_every_fault_and_the_reason_that_is_missing(organisation, buyer):
    clauses = ("environmental_clause", "social_clause")
    bare = dict.fromkeys(("purpose", "estimated_quantity", "operation", "equipment", *clauses, "notice_reference"), "")
    system = create_system(organisation, facts(**bare, notice_dispatched_at=None), by=buyer, at=PREPARED)
    found = refusals(open_system, system, justifications={"SAD-01": " "}, by=buyer, at=OPENING)
    assert found == [
        ("SAD-03", "notice_reference"),
        ("SAD-03", "notice_dispatched_at"),
        ("SAD-05", "purpose"),
        ("SAD-05", "estimated_quantity"),
        ("SAD-05", "operation"),
        ("SAD-05", "equipment"),
        ("SAD-03", "categories"),
        ("PAL-01", "stages"),
        ("CRI-05", "environmental_clause"),
        ("CRI-07", "social_clause"),
        ("SAD-01", None),
    ]
    assert system.opened_at is None


def test_the_level_of_the_procedure_is_computed_from_the_maximum(organisation, buyer):
    small = create_system(organisation, facts(estimated_value=Decimal(1000), max_value=Decimal("215999.99")), by=buyer, at=PREPARED)
    assert procedure_of(small, OPENING) is ProcedureLevel.ADAPTED


def test_an_open_system_no_longer_changes(draft, buyer):
    opened(draft, buyer)
    sad_03 = [("SAD-03", None)]
    assert refusals(update_system, draft, facts_of(draft), by=buyer, at=OPENING) == sad_03
    assert refusals(add_category, draft, "Boissons", ["vins"], by=buyer, at=OPENING) == sad_03
    assert refusals(remove_category, draft.categories[0], by=buyer, at=OPENING) == sad_03
    assert refusals(open_system, draft, justifications=REASONS, by=buyer, at=OPENING) == sad_03


def test_an_open_system_receives_applications_until_its_last_day_included(draft, buyer):
    opened(draft, buyer)
    assert [fault.rule for fault in validity_faults(draft, OPENING)] == ["SAD-06"]  # announced, not begun
    assert list(validity_faults(draft, FIRST_DAY)) == []
    last_minute = OPENING.replace(year=2031, month=1, day=3, hour=23, minute=59)
    assert list(validity_faults(draft, last_minute)) == []
    assert draft.phase_at(last_minute) == SystemPhase.OPEN
    assert draft.phase_at(last_minute + timedelta(minutes=1)) == SystemPhase.ENDED


def test_a_document_leaves_a_draft_but_never_an_open_system(draft, buyer):
    file = stored_file("reglement.pdf")
    document = publish_document(draft, "Règlement", file, by=buyer, at=DISPATCHED)
    assert (document.document.sha256, document.document.organisation_id) == (file.sha256, draft.organisation_id)
    remove_document(document, by=buyer, at=DISPATCHED)
    kept = publish_document(draft, "Règlement corrigé", stored_file(), by=buyer, at=DISPATCHED)
    opened(draft, buyer)
    assert refusals(remove_document, kept, by=buyer, at=FIRST_DAY) == [("SAD-04", None)]
    publish_document(draft, "Réponses aux questions", stored_file(), by=buyer, at=FIRST_DAY)
    titles = session.scalars(select(SystemDocument.title).where(SystemDocument.system_id == draft.id).order_by(SystemDocument.id))
    assert list(titles) == ["Règlement corrigé", "Réponses aux questions"]


def test_a_document_without_a_title_is_refused(draft, buyer):
    assert refusals(publish_document, draft, " ", stored_file(), by=buyer, at=DISPATCHED) == [(None, "title")]
