"""A stage held against what admitted suppliers declare: everybody is counted once, in the right place."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sad.domain.play import AdmittedSupplier, competition_warnings, distinct_gaps, gaps_of, play_suppliers
from sad.domain.play_report import report_from_dict, supplier_counts, suppliers_to_dict
from tests.factories.requirements import a_stage, criteria, specification
from tests.factories.systems import stage_value

STAGES = [stage_value(number, date(2025 + number, 1, 15)) for number in (1, 2, 3)]
CATEGORIES = ("pain", "traiteur")
GROUPS = ("meeting", "short", "silent")
said = st.one_of(st.none(), st.integers(0, 100).map(str))
declared = st.fixed_dictionaries(
    {
        **dict.fromkeys(("intermediaries", "direct_supply_pct", "organic_or_siqo_pct"), said),
        "reusable_packaging": st.sampled_from((None, True, False)),
    }
)
somebody = st.builds(
    lambda declared, categories, families: {"declared": declared, "categories": categories, "families": families},
    declared,
    st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2, unique=True).map(tuple),
    st.sampled_from([("pain_viennoiserie",), ("cafe_the",), ("cafe_the", "glaces")]),
)
crowds = st.lists(somebody, max_size=8).map(
    lambda found: [AdmittedSupplier(number, f"{number:014d}", f"Ferme {number}", **each) for number, each in enumerate(found)]
)


def supplier(**declared) -> AdmittedSupplier:
    return AdmittedSupplier(1, "1" * 14, "Ferme", ("pain_viennoiserie",), declared, ("pain",))


@settings(deadline=None)
@given(crowds, st.sampled_from(STAGES))
def test_each_supplier_is_in_one_group_of_each_requirement_that_concerns_it(crowd, stage):
    found = play_suppliers(stage, crowd, CATEGORIES)
    for each in found.requirements:
        ids = [one.id for group in (each.meeting, each.short, each.silent) for one in group]
        assert len(ids) == len(set(ids))
        assert set(ids) == {one.id for one in crowd if any(each.requirement.applies_to(key, one.families) for key in one.categories)}
    assert found.meeting == sum(not any(gaps_of(stage, one).values()) for one in crowd)
    assert sum(each.admitted for each in found.categories) == sum(len(one.categories) for one in crowd)


@settings(deadline=None)
@given(crowds)
def test_a_later_stage_never_leaves_more_suppliers(crowd):
    counts = [play_suppliers(stage, crowd, CATEGORIES).meeting for stage in STAGES]
    assert counts == sorted(counts, reverse=True)


@settings(deadline=None)
@given(crowds, st.sampled_from(STAGES))
def test_a_report_read_back_says_the_same(crowd, stage):
    found = play_suppliers(stage, crowd, CATEGORIES)
    categories, requirements = supplier_counts(found, {"pain": "Pain"}, {"pain": "Trop peu."})
    kept = suppliers_to_dict(found, categories, requirements, {"direct_supply_pct": "Direct"})
    report = report_from_dict({**kept, "lines": []})
    assert (report.categories, report.requirements, report.meeting) == (categories, requirements, found.meeting)
    assert report.categories[0].label == "Pain" and report.categories[1].label == "traiteur"


def test_what_was_not_said_is_neither_met_nor_short():
    stage = a_stage(specification(), *criteria())
    for declared, group in (({"direct_supply_pct": "40"}, "meeting"), ({"direct_supply_pct": "39"}, "short"), ({}, "silent")):
        found = play_suppliers(stage, [supplier(**declared)], ["pain"]).requirements[0]
        assert {name: len(getattr(found, name)) for name in GROUPS} == {name: int(name == group) for name in GROUPS}


def test_a_requirement_of_one_category_does_not_count_elsewhere():
    stage = a_stage(specification(categories=("traiteur",)), *criteria())
    both = AdmittedSupplier(1, "1" * 14, "Ferme", ("pain_viennoiserie",), {"direct_supply_pct": "10"}, CATEGORIES)
    found = play_suppliers(stage, [both], CATEGORIES)
    assert [(each.category, each.meeting) for each in found.categories] == [("pain", 1), ("traiteur", 0)]
    assert found.meeting == 0
    assert [gap.has for gap in distinct_gaps(gaps_of(stage, both))] == [Decimal(10)]


def test_a_category_with_fewer_than_three_left_is_warned_of():
    stage = a_stage(specification(), *criteria())
    found = play_suppliers(stage, [supplier(direct_supply_pct="50")] * 3, ["pain", "traiteur"])
    warnings = competition_warnings(found, {"traiteur": "Traiteur"}, fewest=3)
    assert [(each.rule, each.field) for each in warnings] == [("PAL-06", "traiteur")]
    assert "Traiteur" in warnings[0].message
