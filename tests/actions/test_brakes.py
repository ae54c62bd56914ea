"""The emergency brake: who could still offer at a coming stage, and what is decided of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from sad.actions.brake_decisions import Choice, drafted_reason, earlier_decisions, settle_brake
from sad.actions.brakes import brake_on, brakes_of
from sad.actions.stage_changes import publish_corrigendum
from sad.actions.stage_drafts import discard_stage_draft
from sad.actions.stages import roadmap_of, stages_of
from sad.db import session
from sad.domain.errors import Refused
from sad.domain.requirements import Nature
from sad.models.admissions import Admission, AdmissionState
from sad.models.journal import JournalEntry
from sad.models.people import Role
from sad.models.stage_changes import ReviewDecision, StageReview
from sad.models.stages import Stage
from tests.factories.admissions import make_admission
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.counting import statements_of

# Stage 2 takes effect on 15 January 2027 and asks for at most one intermediary and 40 % of direct supply.
AT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TOO_EARLY = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)
MAINTAIN, POSTPONE, EXEMPT = ReviewDecision.MAINTAIN, ReviewDecision.POSTPONE, ReviewDecision.EXEMPT
GOOD = {"intermediaries": "0", "direct_supply_pct": "60", "organic_or_siqo_pct": "50", "reusable_packaging": True}
SHORT = {**GOOD, "direct_supply_pct": "35"}
SILENT = {key: value for key, value in GOOD.items() if key != "direct_supply_pct"}
FAR = {**GOOD, "intermediaries": "3", "direct_supply_pct": "10"}


@pytest.fixture
def system(database):
    """Four suppliers of bread: one passes, one is short, one is silent (short of stage 1 too), one lacks two things."""
    system = make_system()
    admit(system, GOOD, "Fournil")
    admit(system, SHORT, "Meunier")
    admit(system, SILENT, "Muet")
    admit(system, FAR, "Grossiste")
    return system


@pytest.fixture
def buyer(system):
    return make_person(system.organisation, Role.BUYER)


def admit(system, usual, name, place=0):
    supplier = make_supplier(usual=usual, name=name)
    make_admission(supplier, system.categories[place], make_person(system.organisation, Role.BUYER))
    return supplier


def second(system):
    return next(row for row in stages_of(system) if row.number == 2 and row.is_on_roadmap)


def brake(system, at=AT):
    return brake_on(second(system), system.categories[0], at)


def settle(system, decision, buyer, at=AT, reason="La filière n’est pas prête.", **choice):
    return settle_brake(second(system), system.categories[0], Choice(decision, reason, **choice), by=buyer, at=at)


def refusals(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return [(one.rule, one.field) for one in refused.value.refusals]


def test_a_coming_stage_that_leaves_too_few_pulls_the_brake_in_that_category_alone(system):
    (found,) = brakes_of(system.organisation_id, AT)
    assert (found.stage.number, found.category.key, found.is_waiting) == (2, "pain", True)
    assert (found.figures.able_now, found.figures.able_then, found.figures.fewest) == (3, 1, 3)
    assert [each.name for each in found.figures.passing] == ["Fournil"]


def test_who_lacks_what_is_told_apart_from_who_says_nothing(system):
    lacks = {each.requirement.key: each for each in brake(system).figures.lacks}
    assert set(lacks) == {"intermediaries", "direct_supply_pct"}
    direct = lacks["direct_supply_pct"]
    assert [each.name for each in direct.short] == ["Grossiste", "Meunier"] and [each.name for each in direct.silent] == ["Muet"]
    assert (direct.able_without, lacks["intermediaries"].able_without) == (3, 1)
    assert brake(system).figures.able_without(lacks) == 4


@pytest.mark.parametrize("missing", [0, 1])
def test_three_who_can_offer_are_enough_and_two_are_not(system, missing):
    for number in range(2 - missing):
        admit(system, GOOD, f"Boulanger {number}")
    assert bool(brakes_of(system.organisation_id, AT)) == bool(missing)


def test_a_stage_that_takes_nobody_away_pulls_nothing(system):
    admit(system, GOOD, "Traiteur", place=1)
    assert {each.category.key for each in brakes_of(system.organisation_id, AT)} == {"pain"}
    figures = brake_on(second(system), system.categories[1], AT).figures
    assert (figures.able_then, figures.able_now, figures.is_pulled) == (1, 1, False)


def test_only_admitted_suppliers_count(system):
    suspended = admit(system, GOOD, "Parti")
    admission = session.scalars(select(Admission).where(Admission.supplier_id == suspended.id)).one()
    admission.state = AdmissionState.SUSPENDED
    session.flush()
    assert brake(system).figures.able_then == 1


@pytest.mark.parametrize("days, is_pulled", [(61, False), (60, True), (1, True), (0, False)])
def test_the_brake_is_pulled_from_sixty_days_before_until_the_stage_begins(system, days, is_pulled):
    day = date(2027, 1, 15) - timedelta(days=days)
    at = datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)
    assert bool(brakes_of(system.organisation_id, at)) == is_pulled


def test_another_organisation_and_an_ended_system_show_nothing(system):
    assert brakes_of(make_system().organisation_id, AT) == []
    system.ended_at = AT
    session.flush()
    assert brakes_of(system.organisation_id, AT) == []


def test_maintaining_silences_the_alert_keeps_the_figures_and_changes_nothing(system, buyer):
    before = roadmap_of(system)
    review = settle(system, MAINTAIN, buyer)
    (found,) = brakes_of(system.organisation_id, AT)
    assert not found.is_waiting and found.review == review
    assert roadmap_of(system) == before and all(row.published_at for row in stages_of(system))
    figures = review.figures
    assert (figures["able_now"], figures["able_then"], figures["fewest"], figures["admitted"]) == (3, 1, 3, 4)
    assert [each["name"] for each in figures["passing"]] == ["Fournil"]
    assert "La filière n’est pas prête." in figures["text"] and "Fournil" not in figures["text"]
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "settle_brake")).one()
    assert entry.body.body["decision"] == "maintain" and entry.organisation_id == system.organisation_id


def test_postponing_writes_a_draft_for_everybody_and_waits_for_its_corrigendum(system, buyer):
    review = settle(system, POSTPONE, buyer, until=date(2027, 6, 15))
    (draft,) = [row for row in stages_of(system) if row.published_at is None]
    assert (draft.number, draft.revision, draft.effective_on) == (2, 2, date(2027, 6, 15))
    assert roadmap_of(system)[1].effective_on == date(2027, 1, 15)
    (found,) = brakes_of(system.organisation_id, AT)
    assert found.is_waiting and found.review == review
    assert "15 juin 2027" in review.figures["text"] and "La filière n’est pas prête." in review.figures["text"]


def test_the_published_corrigendum_ends_the_alert(system, buyer):
    settle(system, POSTPONE, buyer, until=date(2027, 6, 15))
    (draft,) = [row for row in stages_of(system) if row.published_at is None]
    said = dict.fromkeys(("PAL-01", "PAL-03", "PAL-06", "CRI-03", "CRI-08"), "Dit.")
    publish_corrigendum(draft, reason="Trop tôt.", notice_reference="26-1", justifications=said, home="", by=buyer, at=AT)
    assert brakes_of(system.organisation_id, AT) == []


def test_an_exemption_is_for_everybody_of_the_category_and_for_no_other(system, buyer):
    settle(system, EXEMPT, buyer, requirements=("direct_supply_pct",))
    (draft,) = [row for row in stages_of(system) if row.published_at is None]
    value = draft.as_value()
    assert "direct_supply_pct" not in {each.key for each in value.of_nature(Nature.SPECIFICATION, "pain")}
    assert "direct_supply_pct" in {each.key for each in value.of_nature(Nature.SPECIFICATION, "traiteur")}
    assert roadmap_of(system)[1].requirement("direct_supply_pct").categories == ()


def test_the_corrigendum_is_given_the_reasons_of_all_that_was_decided(system, buyer):
    admit(system, SHORT, "Traiteur court", place=1)
    assert drafted_reason(second(system)) == ""
    settle(system, EXEMPT, buyer, requirements=("direct_supply_pct",), reason="Pas de filière.")
    other = Choice(POSTPONE, "Trop tôt.", until=date(2027, 6, 15))
    settle_brake(second(system), system.categories[1], other, by=buyer, at=AT + timedelta(hours=1))
    assert drafted_reason(second(system)) == "Boulangerie et viennoiserie\N{NO-BREAK SPACE}: Pas de filière.\nTrop tôt."


def test_the_decision_on_an_earlier_version_stays_readable(system, buyer):
    first = settle(system, POSTPONE, buyer, until=date(2027, 6, 15))
    (draft,) = [row for row in stages_of(system) if row.published_at is None]
    assert earlier_decisions(second(system), system.categories[0]) == []
    assert earlier_decisions(draft, system.categories[0]) == [first]
    assert earlier_decisions(draft, system.categories[1]) == []


def test_two_categories_of_one_stage_share_its_draft(system, buyer):
    admit(system, GOOD, "Traiteur sûr", place=1)
    admit(system, SHORT, "Traiteur court", place=1)
    settle(system, EXEMPT, buyer, requirements=("direct_supply_pct",))
    other = Choice(EXEMPT, "De même.", requirements=("intermediaries",))
    settle_brake(second(system), system.categories[1], other, by=buyer, at=AT)
    (draft,) = session.scalars(select(Stage).where(Stage.published_at.is_(None)))
    asked = {each.key: each.categories for each in draft.as_value().of_nature(Nature.SPECIFICATION)}
    assert asked["direct_supply_pct"] == ("traiteur",) and asked["intermediaries"] == ("pain",)


def test_a_draft_thrown_away_brings_the_question_back(system, buyer):
    settle(system, POSTPONE, buyer, until=date(2027, 6, 15))
    (draft,) = [row for row in stages_of(system) if row.published_at is None]
    discard_stage_draft(draft, by=buyer, at=AT)
    review = settle(system, MAINTAIN, buyer, reason="Tout bien pesé.")
    assert session.scalars(select(StageReview)).all() == [review] and review.reason == "Tout bien pesé."
    entries = session.scalars(select(JournalEntry).where(JournalEntry.action == "settle_brake").order_by(JournalEntry.seq)).all()
    assert [entry.body.body["before"] for entry in entries] == [None, "postpone"]


CASES = [
    (MAINTAIN, {"reason": "  "}, [("PAL-06", "reason")]),
    (POSTPONE, {}, [("PAL-02", "until")]),
    (POSTPONE, {"until": date(2027, 1, 15)}, [("PAL-02", "until")]),
    (POSTPONE, {"until": date(2031, 1, 15), "reason": ""}, [("PAL-06", "reason"), ("SAD-21", "until")]),
    (EXEMPT, {}, [("PAL-02", "requirements")]),
    (EXEMPT, {"requirements": ("price",)}, [("CRI-04", "requirements")]),
]


@pytest.mark.parametrize("decision, choice, faults", CASES)
def test_a_decision_without_what_it_needs_says_all_that_is_missing(system, buyer, decision, choice, faults):
    assert refusals(settle, system, decision, buyer, **choice) == faults
    assert session.scalars(select(StageReview)).all() == []


def test_a_stage_in_force_has_no_brake_any_more(system, buyer):
    assert refusals(settle, system, MAINTAIN, buyer, at=datetime(2027, 1, 15, 9, 0, tzinfo=UTC)) == [("PAL-02", None)]


def test_the_brakes_ask_as_many_statements_for_fifty_suppliers_and_two_systems(database, system):
    counts = []
    for number in (0, 50):
        for each in range(number):
            admit(system, GOOD, f"Ferme {each}", place=1)
        if number:
            admit(make_system(system.organisation), GOOD, "Ailleurs")
        session.flush()
        session.expire_all()
        organisation_id = system.organisation_id
        with statements_of(database) as found:
            brakes_of(organisation_id, AT)
        counts.append(len(found))
    assert counts[0] == counts[1]
