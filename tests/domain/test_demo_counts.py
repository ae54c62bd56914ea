"""The invented suppliers of the reference data, played through the three stages of the roadmap."""

import json
from datetime import date
from decimal import Decimal

import pytest

from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage, gaps, grid_of, meets

LABELS = {
    "intermediaries_max": ("intermediaries", "Intermédiaires", "count", "at_most"),
    "direct_supply_pct_min": ("direct_supply_pct", "Approvisionnement direct", "percent", "at_least"),
    "organic_or_siqo_pct_min": ("organic_or_siqo_pct", "Produits bio, SIQO ou équivalent", "percent", "at_least"),
}


@pytest.fixture(scope="module")
def demo(shared):
    path = shared / "data" / "demo.json"
    if not path.is_file():
        pytest.skip("les données de démonstration de référence (demo.json) sont absentes")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def roadmap(demo) -> dict[int, Stage]:
    return {each["number"]: stage_of(each) for each in demo["stages"]}


@pytest.fixture(scope="module")
def admitted(demo) -> list[dict]:
    return [supplier for supplier in demo["suppliers"] if supplier["status"] == "admis"]


def stage_of(content: dict) -> Stage:
    exempt = content.get("exemptions", {})
    specifications = [
        Requirement(
            key,
            label,
            Nature.SPECIFICATION,
            unit=unit,
            comparison=comparison,
            threshold=Decimal(content["specifications"][name]),
            exempt_families=tuple(exempt.get(name, ())),
        )
        for name, (key, label, unit, comparison) in LABELS.items()
        if content["specifications"][name] is not None
    ]
    asked = "is_true" if content["specifications"]["reusable_packaging"] else "any"
    reusable = Requirement("reusable_packaging", "Emballage réemployable", Nature.SPECIFICATION, comparison=asked)
    criteria = [
        Requirement(
            each["key"],
            each["label"],
            Nature.AWARD_CRITERION,
            unit="points",
            weight=Decimal(each["weight"]),
            weight_min=Decimal(each["weight_range"][0]),
            weight_max=Decimal(each["weight_range"][1]),
            method={"method": "lowest_ratio"} if each.get("price") else {"method": "scale", "scale": "10"},
            price=each.get("price", False),
            environmental=each["environmental"],
        )
        for each in content["award_criteria"]
    ]
    dates = (date.fromisoformat(content[name]) for name in ("announced_on", "effective_on"))
    return Stage(content["number"], content["label"], *dates, (*specifications, reusable, *criteria))


def test_the_count_of_suppliers_that_meet_each_stage_is_the_expected_one(demo, roadmap, admitted):
    met = {str(number): sum(meets(stage, each, each["families"]) for each in admitted) for number, stage in roadmap.items()}
    assert met == demo["expected_counts"]["offers_meet_stage"] == {"1": 21, "2": 17, "3": 12}


def test_fourteen_admitted_suppliers_use_reusable_packaging(demo, admitted):
    assert len(admitted) == demo["expected_counts"]["admitted"] == 21
    assert sum(each["reusable_packaging"] for each in admitted) == demo["expected_counts"]["reusable_packaging"] == 14


@pytest.mark.parametrize(
    ("supplier", "number", "sentence"),
    [
        ("F04", 2, "35\u00a0% d’approvisionnement direct, 40\u00a0% demandés"),
        ("F12", 3, "Emballage réemployable\u00a0: non, alors que c’est demandé"),
        ("F02", 3, "0\u00a0% de produits bio, SIQO ou équivalent, 20\u00a0% demandés"),
    ],
)
def test_one_point_separates_these_suppliers_from_their_next_stage(admitted, roadmap, supplier, number, sentence):
    declared = next(each for each in admitted if each["id"] == supplier)
    assert meets(roadmap[number - 1], declared, declared["families"])
    assert [gap.sentence for gap in gaps(roadmap[number], declared, declared["families"])] == [sentence]


def test_every_supplier_reaches_the_stage_that_its_story_says(demo, roadmap):
    for each in demo["suppliers"]:
        reached = max(number for number, stage in roadmap.items() if meets(stage, each, each["families"]))
        assert reached == each["stage_reached_by_rules"], each["id"]
        if reached < 3:
            assert len(gaps(roadmap[reached + 1], each, each["families"])) == len(each["gaps_to_next_stage"]), each["id"]


def test_each_stage_gives_a_grid_of_100_points(demo, roadmap):
    for stage in roadmap.values():
        for category in demo["categories"]:
            assert sum(Decimal(each["weight"]) for each in grid_of(stage, category["key"])["criteria"]) == 100
