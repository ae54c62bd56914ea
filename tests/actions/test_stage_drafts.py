"""Drafts of stages: started, written by several people at once, held by the law line by line, thrown away."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from sad.actions.categories import add_category, remove_category
from sad.actions.draft_changes import changes_since
from sad.actions.stage_changes import examine_corrigendum
from sad.actions.stage_drafts import (
    add_requirement,
    change_requirement,
    discard_stage_draft,
    exempt_in_draft,
    move_stage_draft,
    remove_requirement,
    rename_stage_draft,
    start_revision,
    start_stage,
)
from sad.actions.stages import propose_stages, publish_stage, roadmap_of, stages_of
from sad.actions.systems import facts_of, update_system
from sad.db import session
from sad.domain.errors import Refused
from sad.domain.offers import specifications_to_answer
from sad.domain.requirements import Nature
from sad.domain.stages import stage_to_dict
from sad.models.journal import JournalEntry
from sad.models.people import Role
from sad.models.stage_changes import StageComment
from sad.models.stages import Stage
from tests.factories.drafts import DISPATCHED, PREPARED, make_draft
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.requirements import capacity, condition, specification
from tests.factories.systems import make_system

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def organisation(database):
    return make_organisation()


@pytest.fixture
def buyer(organisation):
    return make_person(organisation, Role.BUYER, name="Claire")


@pytest.fixture
def system(organisation):
    """Open, with three stages published."""
    return make_system(organisation)


@pytest.fixture
def draft(system, buyer):
    """A fourth stage being written."""
    return start_stage(system, by=buyer, at=AT)


def refusals(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return [(one.rule, one.field) for one in refused.value.refusals]


def on(draft, by, at=AT):
    """The three words of every change."""
    return {"version": draft.version, "by": by, "at": at}


def keys(draft):
    return [each.key for each in draft.as_value().requirements]


def last_entry():
    return session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()


def test_a_new_stage_starts_with_what_the_last_one_asks_a_year_later(system, buyer):
    draft = start_stage(system, by=buyer, at=AT)
    third = stages_of(system)[2]
    assert (draft.number, draft.revision, draft.label, draft.effective_on) == (4, 1, "Palier 4", date(2029, 1, 15))
    assert draft.as_value().requirements == third.as_value().requirements
    assert draft.content == stage_to_dict(draft.as_value()) and draft.announced_on == AT.date()
    assert len(roadmap_of(system)) == 3 and draft.published_at is None
    assert last_entry().action == "start_stage"


def test_its_proposed_date_leaves_the_notice_and_stays_within_the_life_of_the_system(system, buyer, organisation):
    assert start_stage(system, by=buyer, at=datetime(2028, 12, 1, 9, tzinfo=UTC)).effective_on == date(2029, 3, 1)
    short = make_system(organisation, valid_until=date(2028, 6, 30))
    assert start_stage(short, by=buyer, at=AT).effective_on == date(2028, 6, 30)


def test_two_new_stages_are_not_written_at_once_in_an_open_system(draft, system, buyer):
    assert refusals(start_stage, system, by=buyer, at=AT) == [("PAL-01", None)]
    discard_stage_draft(draft, by=buyer, at=AT)
    assert start_stage(system, by=buyer, at=AT).number == 4


def test_before_the_opening_a_stage_is_added_after_the_drafts_of_the_model(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    third = start_stage(system, by=buyer, at=PREPARED)
    fourth = start_stage(system, by=buyer, at=PREPARED)
    assert [(row.number, row.effective_on) for row in (third, fourth)] == [(3, date(2029, 1, 4)), (4, date(2030, 1, 4))]
    assert third.as_value().requirements == stages_of(system)[1].as_value().requirements


def test_a_system_without_stage_starts_with_the_first_of_the_model(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    for row in stages_of(system):
        discard_stage_draft(row, by=buyer, at=PREPARED)
    first = start_stage(system, by=buyer, at=PREPARED)
    assert (first.number, first.effective_on) == (1, system.valid_from) and "liability_insurance" in keys(first)


def test_a_revision_has_the_same_content_and_the_next_revision(system, buyer):
    second = stages_of(system)[1]
    draft = start_revision(second, by=buyer, at=AT)
    assert (draft.number, draft.revision, draft.content) == (2, 2, second.content) and draft.published_at is None
    assert second.is_on_roadmap and roadmap_of(system)[1] == second.as_value()
    assert refusals(start_revision, second, by=buyer, at=AT) == [(None, None)]
    assert refusals(start_revision, draft, by=buyer, at=AT) == [("PAL-02", None)]


def test_a_stage_published_before_the_opening_waits_for_it_to_be_revised(organisation, buyer):
    first = stages_of(make_draft(organisation, buyer))[0]
    assert refusals(start_revision, first, by=buyer, at=DISPATCHED) == [("PAL-02", None)]


@pytest.mark.parametrize(
    "change",
    [
        lambda row, **options: rename_stage_draft(row, "Autre", **options),
        lambda row, **options: move_stage_draft(row, date(2027, 6, 1), **options),
        lambda row, **options: add_requirement(row, condition(), **options),
        lambda row, **options: change_requirement(row, "price", condition("price"), **options),
        lambda row, **options: remove_requirement(row, "price", **options),
        lambda row, **options: exempt_in_draft(row, "pain", ["direct_supply_pct"], **options),
        lambda row, version, **options: discard_stage_draft(row, **options),
    ],
)
def test_a_published_stage_never_changes_and_what_is_possible_is_said(system, buyer, change):
    row = stages_of(system)[1]
    content, fingerprint = dict(row.content), row.fingerprint
    with pytest.raises(Refused) as refused:
        change(row, **on(row, buyer))
    (one,) = refused.value.refusals
    assert one.rule == "PAL-02" and "repousser" in one.remedy and "adoucir" in one.remedy
    session.refresh(row)
    assert (row.content, row.fingerprint) == (content, fingerprint)


def test_the_name_and_the_day_of_a_draft_change_with_its_content(draft, buyer):
    rename_stage_draft(draft, " Palier 4 – Partager ", **on(draft, buyer))
    move_stage_draft(draft, date(2028, 9, 1), **on(draft, buyer))
    assert (draft.label, draft.effective_on) == ("Palier 4 – Partager", date(2028, 9, 1))
    assert (draft.as_value().label, draft.as_value().effective_on) == ("Palier 4 – Partager", date(2028, 9, 1))
    assert refusals(rename_stage_draft, draft, " ", **on(draft, buyer)) == [(None, "label")]


def test_requirements_come_go_and_change_in_the_order_of_their_natures(draft, buyer):
    add_requirement(draft, condition(), **on(draft, buyer))
    add_requirement(draft, specification("season_pct", "Produits de saison"), **on(draft, buyer))
    found = [each.nature for each in draft.as_value().requirements]
    assert found == sorted(found, key=list(Nature).index) and keys(draft)[-1] == "containers"
    change_requirement(draft, "season_pct", specification("season_pct", "Saison", threshold=Decimal(60)), **on(draft, buyer))
    assert draft.as_value().requirement("season_pct").threshold == 60
    change_requirement(draft, "season_pct", condition("season_pct", "Saison"), **on(draft, buyer))
    assert keys(draft)[-2:] == ["containers", "season_pct"] or keys(draft)[-2:] == ["season_pct", "containers"]
    remove_requirement(draft, "season_pct", **on(draft, buyer))
    assert "season_pct" not in keys(draft)
    assert refusals(remove_requirement, draft, "season_pct", **on(draft, buyer)) == [(None, None)]
    assert refusals(change_requirement, draft, "season_pct", condition("x"), **on(draft, buyer)) == [(None, None)]


def test_what_the_law_says_of_a_line_is_said_when_it_is_saved_all_at_once(draft, buyer):
    unlawful = capacity("organic_products", "Produits bio", proof="", categories=("fromages",))
    before = keys(draft)
    found = refusals(add_requirement, draft, unlawful, **on(draft, buyer))
    assert [rule for rule, _ in found] == [None, "ADM-01", "SAD-03", "CRI-09"]
    assert refusals(add_requirement, draft, condition("price", "Prix"), **on(draft, buyer)) == [("PAL-01", "label")]
    assert refusals(change_requirement, draft, "delivery", condition("price"), **on(draft, buyer)) == [("PAL-01", "label")]
    assert keys(draft) == before


def test_what_only_the_whole_stage_shows_does_not_keep_a_line_from_being_saved(draft, buyer):
    remove_requirement(draft, "price", **on(draft, buyer))
    assert "price" not in keys(draft)


def test_every_change_is_journalled_with_what_was_and_what_is(draft, buyer):
    asked = draft.as_value().requirement("direct_supply_pct")
    change_requirement(draft, asked.key, replace(asked, threshold=Decimal(60)), **on(draft, buyer))
    entry = last_entry()
    (before, after), = entry.body.body["lines"]
    assert (entry.action, entry.object, entry.body.body["version"]) == ("change_requirement", f"stages:{draft.id}", draft.version)
    assert (before["threshold"], after["threshold"]) == ("40", "60")


def test_the_second_to_save_is_told_what_the_first_changed_and_nothing_is_lost(draft, buyer, organisation):
    other, shown = make_person(organisation, Role.BUYER), draft.version
    asked = draft.as_value().requirement("direct_supply_pct")
    change_requirement(draft, asked.key, replace(asked, threshold=Decimal(60)), version=shown, by=buyer, at=AT)
    rename_stage_draft(draft, "Palier 4 – Partager", version=draft.version, by=buyer, at=LATER)
    assert refusals(remove_requirement, draft, "delivery", version=shown, by=other, at=LATER) == [(None, None)]
    assert "delivery" in keys(draft)
    changes = changes_since(draft, shown)
    assert [(each.who, each.at) for each in changes] == [("Claire", AT), ("Claire", LATER)]
    assert "60\u00a0% au moins au lieu de 40\u00a0% au moins" in changes[0].words and "Partager" in changes[1].words
    assert changes_since(draft, draft.version) == []
    remove_requirement(draft, "delivery", **on(draft, other))
    assert draft.as_value().requirement("direct_supply_pct").threshold == 60


def test_a_category_is_exempted_and_the_others_are_not(draft, buyer):
    exempt_in_draft(draft, "pain", ["direct_supply_pct", "intermediaries"], **on(draft, buyer))
    stage = draft.as_value()
    assert stage.requirement("direct_supply_pct").categories == ("traiteur",)
    assert [each.key for each in stage.of_nature(Nature.SPECIFICATION, "pain")] == ["organic_or_siqo_pct", "reusable_packaging"]


def test_a_value_that_is_scored_is_still_given_where_its_minimum_is_lifted(draft, buyer):
    exempt_in_draft(draft, "pain", ["direct_supply_pct", "intermediaries"], **on(draft, buyer))
    asked = {each.key: each for each in specifications_to_answer(draft.as_value(), "pain", ("pain_viennoiserie",))}
    assert asked["direct_supply_pct"].comparison == "any" and "intermediaries" not in asked
    exempt_in_draft(draft, "traiteur", ["direct_supply_pct"], **on(draft, buyer))
    everywhere = draft.as_value().requirement("direct_supply_pct")
    assert (everywhere.comparison, everywhere.threshold, everywhere.categories) == ("any", None, ("traiteur",))


def test_a_revision_that_exempts_a_category_is_a_softening_that_the_law_lets_pass(system, buyer):
    revision = start_revision(stages_of(system)[1], by=buyer, at=AT)
    exempt_in_draft(revision, "pain", ["direct_supply_pct", "intermediaries"], **on(revision, buyer))
    examined = examine_corrigendum(revision, AT)
    assert examined.move == "softened" and examined.faults == ()
    for key in ("direct_supply_pct", "intermediaries"):
        exempt_in_draft(revision, "traiteur", [key], **on(revision, buyer))
    assert examine_corrigendum(revision, AT).faults == ()


def test_what_is_asked_in_one_category_alone_goes_with_it(draft, buyer):
    add_requirement(draft, condition("crates", "Caisses reprises", categories=("pain",)), **on(draft, buyer))
    exempt_in_draft(draft, "pain", ["crates"], **on(draft, buyer))
    assert "crates" not in keys(draft)


def test_an_exemption_is_refused_with_all_that_is_wrong(draft, buyer):
    found = refusals(exempt_in_draft, draft, "poisson", ["price", "unknown"], **on(draft, buyer))
    assert found == [(None, "category"), ("CRI-04", "requirements"), (None, "requirements")]
    assert refusals(exempt_in_draft, draft, "pain", [], **on(draft, buyer)) == [(None, "requirements")]


def test_a_draft_is_thrown_away_with_what_was_said_of_it_and_the_journal_keeps_it(draft, system, buyer):
    said = {"organisation_id": draft.organisation_id, "stage_id": draft.id, "text": "Trop cher", "proposed_by": buyer.id}
    session.add(StageComment(proposed_at=AT, **said))
    content = dict(draft.content)
    discard_stage_draft(draft, by=buyer, at=AT)
    assert [row.number for row in stages_of(system)] == [1, 2, 3]
    assert session.scalar(select(func.count()).select_from(StageComment)) == 0
    assert last_entry().body.body["content"] == content


def test_new_categories_and_another_first_day_lose_nothing_of_what_was_written(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    first = stages_of(system)[0]
    asked = first.as_value().requirement("direct_supply_pct")
    change_requirement(first, asked.key, replace(asked, label="Achats directs"), **on(first, buyer, PREPARED))
    remove_requirement(first, "liability_insurance", **on(first, buyer, PREPARED))
    add_category(system, "Pique-niques", ["pique_nique"], key="repas", by=buyer, at=PREPARED)
    update_system(system, replace(facts_of(system), valid_from=date(2027, 2, 1)), by=buyer, at=PREPARED)
    stage = stages_of(system)[0].as_value()
    assert stage.requirement("direct_supply_pct").label == "Achats directs" and stage.requirement("liability_insurance") is None
    assert stage.requirement("sanitary_approval_or_derogation").categories == ("traiteur", "repas")
    assert stage.effective_on == date(2027, 2, 1)


def test_a_draft_that_nobody_touched_is_what_the_model_gives_for_the_categories_of_the_day(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    add_category(system, "Vins", ["vins"], key="vins", by=buyer, at=PREPARED)
    add_category(system, "Pique-niques", ["pique_nique"], key="repas", by=buyer, at=PREPARED)
    for key in ("pain", "traiteur"):
        remove_category(next(each for each in system.categories if each.key == key), by=buyer, at=PREPARED)
    add_category(system, "Fromages", ["fromages"], key="fromages", by=buyer, at=PREPARED)
    followed = [row.as_value() for row in stages_of(system)]
    dates = [stage.effective_on for stage in followed]
    for row in stages_of(system):
        discard_stage_draft(row, by=buyer, at=PREPARED)
    drawn = [row.as_value() for row in propose_stages(system, dates, by=buyer, at=PREPARED)]
    assert followed == drawn


def test_changing_the_dates_keeps_what_was_written_and_the_stages_added_after_the_model(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    fourth = [start_stage(system, by=buyer, at=PREPARED) for _ in range(2)][1]
    second = stages_of(system)[1]
    remove_requirement(second, "delivery", **on(second, buyer, PREPARED))
    propose_stages(system, [system.valid_from, date(2028, 6, 1)], by=buyer, at=PREPARED)
    rows = stages_of(system)
    assert [(row.number, row.effective_on) for row in rows] == [(1, system.valid_from), (2, date(2028, 6, 1)), (4, fourth.effective_on)]
    assert "delivery" not in keys(rows[1]) and rows[1].id == second.id


def test_a_draft_of_the_model_changed_by_hand_is_published_as_it_was_written(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    first = stages_of(system)[0]
    add_requirement(first, condition(), **on(first, buyer, PREPARED))
    publish_stage(first, justifications={}, by=buyer, at=DISPATCHED)
    assert "containers" in keys(session.get(Stage, first.id))
