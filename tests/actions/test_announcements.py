"""Announcing a stage: everybody that it concerns is told at once, each in its own words, whatever their number."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from sad.actions.announcements import announce_stage, foretold, readers_of, samples_of
from sad.actions.people import close_account
from sad.db import session, transaction
from sad.models.admissions import AdmissionState
from sad.models.applications import ApplicationState
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.stages import Stage
from sad.models.suppliers import SupplierMember
from tests.factories.admissions import make_admission, make_application
from tests.factories.crowd import first
from tests.factories.people import make_person
from tests.factories.stage_changes import DECIDED, make_added, make_postponed, stage_row
from tests.factories.suppliers import USUAL, make_supplier, member_of
from tests.factories.systems import make_system, stage_value
from tests.web.counting import statements_of

HOME = "https://achats.example"
SHORT = {"intermediaries": "0", "direct_supply_pct": "35", "organic_or_siqo_pct": "30", "reusable_packaging": True}


@pytest.fixture
def system(database):
    return make_system()


@pytest.fixture
def buyer(system):
    return make_person(system.organisation, Role.BUYER)


def announce(system, buyer, number: int = 2) -> int:
    """Announce that a stage is put off by six months."""
    change = make_postponed(stage_row(system, number), date(2027, 7, 1), buyer)
    return announce_stage(change.stage, change, home=HOME, by=buyer, at=DECIDED)


def told() -> dict[int, str]:
    """The letters of the announcement, by id of person."""
    return {each.person_id: each.body for each in session.scalars(select(Letter).where(Letter.kind == "stage_announced"))}


def test_each_supplier_reads_what_it_lacks_itself_and_nothing_of_another(system, buyer):
    short, fit = make_supplier(name="Le Fournil", usual=SHORT), make_supplier(name="Les Quatre Vents")
    for each in (short, fit):
        make_admission(each, system.categories[0], buyer)
    assert announce(system, buyer) == 2
    letters = told()
    assert "35\u00a0% d’approvisionnement direct, 40\u00a0% demandés" in letters[member_of(short).id]
    assert "Il ne vous manque rien" in letters[member_of(fit).id]
    assert "35\u00a0%" not in letters[member_of(fit).id] and "Fournil" not in letters[member_of(fit).id]


def test_a_supplier_admitted_to_two_categories_gets_one_letter_that_names_both(system, buyer):
    supplier = make_supplier(families=["pain_viennoiserie", "traiteur_cocktail"])
    make_admission(supplier, system.categories[0], buyer)
    make_application(supplier, system.categories[1])
    assert announce(system, buyer) == 1
    (body,) = told().values()
    assert "vos catégories" in body and "Boulangerie et viennoiserie" in body and "Traiteur" in body and "Vous restez admis" in body


@pytest.mark.parametrize("state", [*ApplicationState])
def test_of_the_applicants_only_those_who_wait_for_an_answer_are_told(system, buyer, state):
    decided = {"decided_at": DECIDED, "decided_by": buyer.id, "decision_reasons": []}
    supplier = make_supplier()
    make_application(supplier, system.categories[0], state, **(decided if state in ("admitted", "refused") else {}))
    waits = state in ("submitted", "completion_requested", "hearing")
    assert announce(system, buyer) == waits
    assert all("Votre candidature suit son cours" in body for body in told().values())


def test_nobody_else_is_told(system, buyer):
    suspended, gone, elsewhere, closed = (make_supplier() for _ in range(4))
    make_admission(suspended, system.categories[0], buyer).state = AdmissionState.SUSPENDED
    make_admission(gone, system.categories[0], buyer)
    session.scalars(select(SupplierMember).where(SupplierMember.supplier_id == gone.id)).one().left_at = DECIDED
    make_admission(elsewhere, make_system().categories[0], buyer)
    make_admission(closed, system.categories[0], buyer)
    close_account(member_of(closed), by=make_person(None, Role.ADMINISTRATOR), at=DECIDED)
    session.flush()
    assert announce(system, buyer) == 0


def test_every_person_of_a_supplier_is_told_and_the_letter_waits_in_its_space(system, buyer):
    supplier, second = make_supplier(), make_person()
    session.add(SupplierMember(supplier_id=supplier.id, person_id=second.id, joined_at=DECIDED))
    make_admission(supplier, system.categories[0], buyer)
    assert announce(system, buyer) == 2
    assert set(told()) == {member_of(supplier).id, second.id}
    kept = session.scalars(select(Letter).where(Letter.kind == "stage_announced")).all()
    assert {(each.supplier_id, each.organisation_id, each.sent_at) for each in kept} == {(supplier.id, system.organisation_id, None)}


def test_an_added_stage_is_compared_with_the_one_before_it_on_the_roadmap(system, buyer):
    make_admission(make_supplier(usual=SHORT), system.categories[0], buyer)
    value = replace(stage_value(3, date(2027, 9, 1)), number=4, label="Palier 4")
    change = make_added(system, value, buyer)
    announce_stage(change.stage, change, home=HOME, by=buyer, at=DECIDED)
    (body,) = told().values()
    assert "par rapport à «\u00a0Palier 2\u00a0»" in body
    assert "Emballage réemployable\u00a0: demandé (avant\u00a0: à indiquer)" in body
    assert "Approvisionnement direct\u00a0: 40\u00a0% au moins (avant" not in body


def test_before_it_leaves_one_letter_of_each_sort_can_be_read_and_it_is_the_very_one_that_leaves(system, buyer):
    for name, usual in (("Albert", SHORT), ("Berthe", SHORT), ("Colette", {}), ("Denise", USUAL)):
        make_admission(make_supplier(name=name, usual=usual), system.categories[0], buyer)
    row = stage_row(system, 2)
    stage = replace(row.as_value(), effective_on=date(2027, 7, 1))
    draft = Stage(system=system, number=2, revision=2)
    said = {"reason": "Les producteurs ont demandé du temps.", "notice_reference": "26-777777"}
    ahead = foretold(draft, stage, row, kind="postponed", **said)
    samples = samples_of(readers_of(system, DECIDED), ahead, home=HOME)
    assert [each.supplier.name for each, _ in samples] == ["Albert", "Colette", "Denise"]
    announce(system, buyer)
    posted = set(told().values())
    assert len(posted) == 3 and {text.body for _, text in samples} == posted


def test_the_journal_keeps_who_was_told(system, buyer):
    supplier = make_supplier()
    make_admission(supplier, system.categories[0], buyer)
    announce(system, buyer)
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "announce_stage")).one()
    body = session.get_one(JournalBody, entry.seq).body
    assert body["told"] == [supplier.id] and body["people"] == 1 and body["kind"] == "postponed"


def test_a_thousand_suppliers_are_told_with_as_many_statements_as_ten(app, database):
    with transaction():
        system = make_system()
        buyer = make_person(system.organisation, Role.BUYER)
        admission = make_admission(make_supplier(), system.categories[0], buyer)
        session.flush()
        patterns = _patterns(admission)
    counts = []
    for number, until in ((9, date(2027, 7, 1)), (990, date(2027, 8, 1))):
        with transaction():
            _grow(patterns, number)
        with transaction():
            row, by = stage_row(session.merge(system), 2), session.merge(buyer)
            change = make_postponed(row, until, by, decided_at=DECIDED + timedelta(hours=len(counts)))
            session.flush()
            with statements_of(app.engine) as statements:
                told_now = announce_stage(change.stage, change, home=HOME, by=by, at=datetime(2026, 9, 2, 9, tzinfo=UTC))
            counts.append((told_now, len([each for each in statements if not each.startswith("INSERT INTO letters")])))
    assert [count for count, _ in counts] == [10, 1000]
    assert counts[0][1] == counts[1][1] <= 15


def _patterns(admission) -> dict:
    supplier = admission.supplier
    return {
        "supplier": first(type(supplier), type(supplier).id == supplier.id),
        "person": first(type(member_of(supplier)), type(member_of(supplier)).id == member_of(supplier).id),
        "member": first(SupplierMember, SupplierMember.supplier_id == supplier.id),
        "application": first(type(admission.application), type(admission.application).id == admission.application_id),
        "admission": first(type(admission), type(admission).id == admission.id),
    }


def _grow(patterns: dict, count: int) -> None:
    suppliers = patterns["supplier"].copies(count, siret=lambda number: f"{number:014d}")
    people = patterns["person"].copies(count, email=lambda number: f"personne{number}@producteur.example")
    patterns["member"].copies(count, supplier_id=suppliers, person_id=people)
    applications = patterns["application"].copies(count, supplier_id=suppliers)
    patterns["admission"].copies(count, supplier_id=suppliers, application_id=applications)


def test_a_supplier_suspended_from_a_later_day_is_still_told(system, buyer):
    supplier = make_supplier()
    admission = make_admission(supplier, system.categories[0], buyer)
    admission.state, admission.suspended_from = AdmissionState.SUSPENDED, DECIDED.date() + timedelta(days=1)
    session.flush()
    assert [each.supplier.id for each in readers_of(system, DECIDED)] == [supplier.id]
    assert readers_of(system, DECIDED + timedelta(days=1)) == []
