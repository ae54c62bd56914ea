"""Proposing the stages of the model, publishing them for ever, reading the roadmap."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from sad.actions.categories import add_category
from sad.actions.stages import examine_stage, propose_stages, publish_stage, roadmap_of, stages_of
from sad.actions.systems import create_system, facts_of, open_system, update_system
from sad.db import session
from sad.domain.errors import Refused
from sad.domain.stages import fingerprint, stage_to_dict
from sad.models.journal import JournalEntry
from sad.models.people import Role
from tests.factories.drafts import DISPATCHED, OPENING, PREPARED, REASONS, facts, make_draft
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person

FIRST = date(2027, 1, 4)


@pytest.fixture
def organisation(database):
    return make_organisation()


@pytest.fixture
def buyer(organisation):
    return make_person(organisation, Role.BUYER)


@pytest.fixture
def draft(organisation, buyer):
    """A draft with two stages of the model, not published."""
    return make_draft(organisation, buyer, published=False)


def refusals(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return [(one.rule, one.field) for one in refused.value.refusals]


def publish(row, by, at=DISPATCHED, **reasons):
    return publish_stage(row, justifications=reasons, by=by, at=at)


def test_the_model_gives_as_many_stages_as_there_are_dates(draft, buyer):
    rows = propose_stages(draft, [FIRST, date(2028, 1, 4), date(2029, 1, 4)], by=buyer, at=PREPARED)
    assert [(row.number, row.effective_on, row.published_at) for row in rows] == [
        (1, FIRST, None), (2, date(2028, 1, 4), None), (3, date(2029, 1, 4), None)
    ]  # fmt: skip
    assert stages_of(draft) == rows and roadmap_of(draft) == ()
    assert rows[2].content["requirements"][-1]["key"] == "delivery"


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ([], [("PAL-01", "effective_on_1")]),
        ([FIRST, date(2028, 1, 4), date(2029, 1, 4), date(2030, 1, 4)], [("PAL-01", "effective_on_1")]),
        ([date(2027, 2, 1)], [("PAL-01", "effective_on_1")]),
        ([FIRST, FIRST], [("PAL-01", "effective_on_1"), ("PAL-01", "effective_on_2")]),
        ([FIRST, date(2031, 1, 4)], [("PAL-01", "effective_on_2")]),
        ([date(2027, 2, 1), date(2031, 1, 4)], [("PAL-01", "effective_on_1"), ("PAL-01", "effective_on_2")]),
    ],
)
def test_dates_are_refused_all_at_once_each_beside_its_field(draft, buyer, dates, found):
    before = [row.id for row in stages_of(draft)]
    assert refusals(propose_stages, draft, dates, by=buyer, at=PREPARED) == found
    assert [row.id for row in stages_of(draft)] == before


def test_a_published_stage_keeps_its_content_under_a_fingerprint(draft, buyer):
    row = publish(stages_of(draft)[0], buyer)
    assert row.published_at == DISPATCHED and row.announced_on == DISPATCHED.date()
    assert row.fingerprint == fingerprint(row.as_value()) and row.content == stage_to_dict(row.as_value())
    assert roadmap_of(draft) == (row.as_value(),)
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert (entry.action, entry.body.body["fingerprint"]) == ("publish_stage", row.fingerprint)


def test_a_published_stage_never_changes(draft, buyer):
    first, second = stages_of(draft)
    publish(first, buyer)
    content = first.content
    assert refusals(publish, first, buyer) == [("PAL-02", None)]
    assert refusals(propose_stages, draft, [FIRST], by=buyer, at=DISPATCHED) == [("PAL-02", None)]
    update_system(draft, replace(facts_of(draft), purpose="Pain"), by=buyer, at=DISPATCHED)
    assert stages_of(draft)[0].content == content and second.published_at is None


def test_once_the_system_is_open_a_new_stage_goes_through_a_corrigendum(draft, buyer):
    for row in stages_of(draft):
        publish(row, buyer)
    open_system(draft, justifications=REASONS, by=buyer, at=OPENING)
    assert refusals(propose_stages, draft, [FIRST], by=buyer, at=OPENING) == [("PAL-01", None)]


def test_an_unlawful_stage_is_refused_with_all_its_faults(draft, buyer):
    row = stages_of(draft)[1]
    kept = [each for each in row.content["requirements"] if each["key"] not in ("organic", "packaging")]
    organic = {"key": "organic_products", "label": "Produits bio", "nature": "capacity", "comparison": "is_true"}
    row.content = {**row.content, "requirements": [*kept, organic]}
    assert {rule for rule, _ in refusals(publish, row, buyer)} == {"ADM-01", "SAD-03", "CRI-09", "CRI-01", "CRI-04"}


def test_a_warning_asks_for_a_reason_which_the_journal_keeps(draft, buyer):
    soon = FIRST + timedelta(days=10)
    first, second = propose_stages(draft, [FIRST, soon], by=buyer, at=PREPARED)
    publish(first, buyer)
    assert [warning.rule for warning in examine_stage(second, DISPATCHED).warnings] == ["PAL-03"]
    assert refusals(publish, second, buyer) == [("PAL-03", "effective_on")]
    publish(second, buyer, **{"PAL-03": " Les fournisseurs l’ont demandé. ", "CRI-08": "jamais demandée"})
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert entry.body.body["justifications"] == {"PAL-03": "Les fournisseurs l’ont demandé."}


def test_stages_are_announced_with_the_notice_or_today_while_it_has_not_left(organisation, buyer):
    said = facts(notice_dispatched_at=None, notice_reference="")
    system = create_system(organisation, said, by=buyer, at=PREPARED)
    add_category(system, "Pain", ["pain_viennoiserie"], by=buyer, at=PREPARED)
    (row,) = propose_stages(system, [FIRST], by=buyer, at=PREPARED - timedelta(days=5))
    publish(row, buyer, at=PREPARED - timedelta(days=3))
    assert row.announced_on == PREPARED.date() - timedelta(days=3)


def test_a_notice_noted_after_the_fact_announces_the_stages_of_its_day(organisation, buyer):
    system = make_draft(organisation, buyer, published=False)
    row = publish(stages_of(system)[0], buyer, at=OPENING + timedelta(days=8))
    assert row.announced_on == DISPATCHED.date()
