"""The stages of a system from the command line: the same answers as the screens."""

import json
from datetime import UTC, date, datetime

import pytest

from sad import clock
from sad.db import transaction
from sad.demo.data import demo_suppliers
from sad.demo.loading import load
from tests.factories.admissions import make_admission
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system
from tests.web.rows import again

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SHORT = {"intermediaries": "0", "direct_supply_pct": "35", "organic_or_siqo_pct": "100", "reusable_packaging": False}


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def system(database):
    with transaction():
        return make_system(reference="SAD-A")


def as_json(run, *words: str) -> dict:
    result = run("stages", *words, "--format", "json")
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    return json.loads(result.stdout)


def refused(run, *words: str) -> list[str]:
    """What a command said when it refused, on the standard error alone."""
    result = run("stages", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()


def test_the_demo_leaves_21_then_17_then_12_suppliers_and_shows_one_gap_to_those_that_are_near(database, settings, run):
    load(settings, now=NOW, told=lambda _count: None)
    played = [as_json(run, "play", str(number)) for number in (1, 2, 3)]
    assert [(each["stage"], each["admitted"], each["meets"]) for each in played] == [(1, 21, 21), (2, 21, 17), (3, 21, 12)]
    assert played[2]["by_category"]["pain"] == {"admitted": 3, "meets": 1}
    assert set(played[0]) == {"stage", "admitted", "meets", "by_category"}
    table = next(line for line in run("stages", "play", "3").stdout.splitlines() if line.startswith("Contenants réemployables"))
    assert table.split()[-3:] == ["14", "7", "0"]
    sirets = {each.key: each.siret for each in demo_suppliers()}
    for key, number, gap in (
        ("F04", 2, {"requirement": "direct_supply_pct", "has": "35", "wanted": "40"}),
        ("F12", 3, {"requirement": "reusable_packaging", "has": False, "wanted": True}),
        ("F02", 3, {"requirement": "organic_or_siqo_pct", "has": "0", "wanted": "20"}),
    ):
        first = as_json(run, "gaps", sirets[key])["stages"][0]
        assert first["stage"] == number and len(first["gaps"]) == 1, key
        assert gap.items() <= first["gaps"][0].items()
        assert first["gaps"][0]["sentence"]


def test_the_list_says_where_each_stage_stands(system, run):
    found = as_json(run, "list")
    assert found["system"] == "SAD-A"
    assert [(each["stage"], each["state"]) for each in found["stages"]] == [(1, "in_force"), (2, "coming"), (3, "coming")]
    assert found["stages"][1]["effective_on"] == "2027-01-15" and len(found["stages"][1]["fingerprint"]) == 64
    with clock.frozen(datetime(2027, 1, 15, tzinfo=UTC)):
        assert [each["state"] for each in as_json(run, "list")["stages"]] == ["past", "in_force", "coming"]
    assert "en vigueur" in run("stages", "list").stdout


def test_a_comparison_says_line_by_line_what_gets_harder(system, run):
    found = as_json(run, "compare", "1", "2")
    assert found["after"] == {"stage": 2, "label": "Palier 2", "effective_on": "2027-01-15"}
    kinds = {(each["requirement"], each["kind"]) for each in found["differences"]}
    assert {("direct_supply_pct", "tightened"), ("liability_insurance", "unchanged"), ("price", "weighs_less")} <= kinds
    line = next(line for line in run("stages", "compare", "1", "2").stdout.splitlines() if line.startswith("durci"))
    assert "1 au plus" in line


def test_a_supplier_is_told_of_the_stages_that_it_does_not_meet_and_of_no_other(system, run):
    with transaction():
        near, far, here = make_supplier(usual=SHORT), make_supplier(usual={}), again(system)
        make_admission(near, here.categories[0], make_person(here.organisation))
        sirets = near.siret, far.siret
    found = as_json(run, "gaps", sirets[0])["stages"]
    assert [(each["stage"], [gap["requirement"] for gap in each["gaps"]]) for each in found] == [
        (2, ["direct_supply_pct"]),
        (3, ["direct_supply_pct", "reusable_packaging"]),
    ]
    with clock.frozen(datetime(2028, 1, 15, tzinfo=UTC)):
        assert [each["stage"] for each in as_json(run, "gaps", sirets[0])["stages"]] == [3]
    silent = as_json(run, "gaps", sirets[1])["stages"]
    assert silent[-1]["gaps"][0]["has"] is None
    assert "35\N{NO-BREAK SPACE}%" in run("stages", "gaps", f" {sirets[0][:9]} {sirets[0][9:]} ").stdout


def test_a_supplier_that_meets_everything_is_told_so(system, run):
    with transaction():
        siret = make_supplier().siret
    assert as_json(run, "gaps", siret) == {"siret": siret, "stages": []}
    assert "rien ne manque" in run("stages", "gaps", siret).stdout


def test_what_does_not_exist_ends_the_command_with_one_line(system, run):
    for words in (("play", "9"), ("play", "deux"), ("compare", "1", "4"), ("gaps", "00000000000000"), ("list", "--system", "SAD-Z")):
        assert len(refused(run, *words)) == 1, words


def test_several_open_systems_are_named_and_one_has_to_be_chosen(system, run):
    with transaction():
        make_system(make_organisation(), reference="SAD-B")
        make_system(reference="SAD-VIEUX", valid_until=date(2026, 2, 1))
    said = refused(run, "list")
    assert len(said) == 3 and said[1].startswith("SAD-A ") and said[2].startswith("SAD-B ")
    assert as_json(run, "list", "--system", "SAD-B")["system"] == "SAD-B"
    assert as_json(run, "list", "--system", "SAD-VIEUX")["system"] == "SAD-VIEUX"


def test_no_open_system_is_said(database, run):
    assert "--system" in refused(run, "list")[0]


def test_a_category_with_few_suppliers_left_is_warned_of_beside_the_result(system, run):
    result = run("stages", "play", "1")
    assert result.exit_code == 0
    assert result.stderr.count("PAL-06") == 2 and "PAL-06" not in result.stdout
